/** Made-up data of any size in the page's format: for tests, and to measure how the page bears it. */

import {
  type Face,
  FORMAT_VERSION,
  type Index,
  type Names,
  type PageKind,
  type Pages,
  type Scored,
} from "../src/data/format.ts";

export interface SampleSize {
  posts: number;
  pictures: number;
}

type RowsOf<Kind extends PageKind> = Pages[Kind];

export interface Sample {
  index: Index;
  posts: RowsOf<"posts">;
  texts: RowsOf<"texts">;
  photos: RowsOf<"photos">;
  pictures: RowsOf<"pictures">;
  analyses: RowsOf<"analyses">;
}

const START = Date.UTC(2026, 10, 1);
const DAYS = 28;
const LABELS =
  "Person Face Clothing Car Food Coffee Dog Cat Beach Sky Tree Flower City Building Phone Shoe Hat Bicycle Book Cup";
const WORDS =
  "new photo of the day from our trip with friends and coffee by the sea love this great bad weather city lights";
const PAGE_ROWS: Record<PageKind, number> = {
  posts: 20_000,
  texts: 2_000,
  photos: 20_000,
  pictures: 2_000,
  analyses: 25,
};

/** A generator of pseudo-random numbers below 1: mulberry32, so that the same seed gives the same data. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function makeSample({ posts: postCount, pictures: pictureCount }: SampleSize, seed = 1): Sample {
  const random = createRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  /** Small numbers are frequent, as they are with names in real posts. */
  const skewed = (limit: number) => Math.floor(random() ** 3 * limit);
  const few = (most: number, limit: number) => [
    ...new Set(Array.from({ length: below(most + 1) }, () => skewed(limit))),
  ];
  const names = makeNames();
  /** As with a SHA-256, the first digits tell pictures apart. */
  const imageId = (row: number) => (Math.imul(row + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, "0").repeat(8);

  const at = Array.from({ length: postCount }, () => START + below(DAYS * 86_400_000)).sort((a, b) => a - b);
  const scored = (most: number, limit: number): Scored[] => few(most, limit).map((name) => [name, 50 + below(50)]);
  const words = WORDS.split(" ");
  const sentence = () => Array.from({ length: 6 + below(14) }, () => words[below(words.length)]).join(" ");

  const posts: Sample["posts"] = {
    id: at.map((_, row) => String(2_000_000_000_000_000_000n + BigInt(row))),
    at,
    platform: at.map(() => (random() < 0.7 ? 0 : 1)),
    language: at.map(() => (random() < 0.05 ? null : skewed(names.languages.length))),
    sentiment: at.map(() => (random() < 0.1 ? null : skewed(names.sentiments.length))),
    positive: at.map(() => Math.round(random() * 1000) / 1000),
    negative: at.map(() => Math.round(random() * 1000) / 1000),
    isRepost: at.map(() => (random() < 0.3 ? 1 : 0)),
    query: at.map(() => (random() < 0.1 ? null : below(names.queries.length))),
    author: at.map(() => skewed(Math.max(1, postCount / 2))),
    impressions: at.map(() => (random() < 0.3 ? null : skewed(100_000))),
    likes: at.map(() => skewed(1_000)),
    reposts: at.map(() => skewed(500)),
    entities: at.map(() => few(3, names.entities.length)),
    hashtags: at.map(() => few(3, names.hashtags.length)),
  };
  const texts: Sample["texts"] = {
    text: at.map(sentence),
    url: posts.id.map((id, row) => (posts.platform[row] === 0 ? `https://x.com/i/status/${id}` : null)),
    author: at.map(() => null),
  };
  const photos: Sample["photos"] = { post: [], picture: [], status: [], kind: [] };
  for (let post = 0; post < postCount; post++) {
    const shown = random() < 0.4 ? 0 : 1 + below(3);
    for (let n = 0; n < shown; n++) {
      const isThere = random() < 0.9;
      photos.post.push(post);
      photos.picture.push(isThere && pictureCount > 0 ? skewed(pictureCount) : null);
      photos.status.push(isThere ? (random() < 0.8 ? 0 : 1) : 2 + below(names.photoStatuses.length - 2));
      photos.kind.push(0);
    }
  }
  const each = Array.from({ length: pictureCount }, (_, row) => row);
  const sides = [480, 640, 800, 1024];
  const face = (): Face => {
    const low = below(70);
    return [low, low + 8, below(2), below(names.emotions.length), random() < 0.5 ? 1 : 0];
  };
  const pictures: Sample["pictures"] = {
    id: each.map(imageId),
    origin: each.map(() => 0),
    width: each.map(() => sides[below(sides.length)] as number),
    height: each.map(() => sides[below(sides.length)] as number),
    missing: each.map((row) => (row % 97 === 96 ? "the image is no longer stored" : null)),
    alt: each.map((row) => (row % 5 === 0 ? `Photo ${row}: ${sentence()}` : null)),
    group: each.map((row) => (row % 10 === 9 ? row - 1 : row)),
    palette: each.map(() =>
      Array.from(
        { length: 1 + below(5) },
        () =>
          `#${below(2 ** 24)
            .toString(16)
            .padStart(6, "0")}`,
      ),
    ),
    labels: each.map(() => scored(8, names.labels.length)),
    moderationLabels: each.map(() => (random() < 0.04 ? [[below(names.moderationLabels.length), 60 + below(40)]] : [])),
    lines: each.map(() => (random() < 0.3 ? [sentence().toUpperCase()] : [])),
    faces: each.map(() => (random() < 0.4 ? Array.from({ length: 1 + below(3) }, face) : [])),
    celebrities: each.map(() => (random() < 0.05 ? [[below(names.celebrities.length), 90 + below(10)]] : [])),
  };
  const analyses: Sample["analyses"] = {
    analyzedAt: each.map(() => new Date(START).toISOString()),
    imageLabels: each.map((row) => ({
      labels: (pictures.labels[row] ?? []).map(([name, confidence]) => ({
        name: (names.labels[name] as Names["labels"][number]).name,
        confidence,
        parents: (names.labels[name] as Names["labels"][number]).parents.map((parent) => ({ name: parent })),
        instances: Array.from({ length: name % 3 }, (_, n) => ({
          boundingbox: { left: 0.05 + 0.03 * name + 0.2 * n, top: 0.2 + 0.02 * name, width: 0.25, height: 0.4 },
          confidence,
        })),
      })),
      facedetails: (pictures.faces[row] ?? []).map(([low, high, gender, emotion, smiles], n) => ({
        boundingbox: { left: 0.1 + 0.25 * n, top: 0.1, width: 0.2, height: 0.3 },
        confidence: 99,
        agerange: { low, high },
        gender: { value: names.genders[gender as number] as string, confidence: 97 },
        emotions: [{ type: names.emotions[emotion as number] as string, confidence: 88 }],
        smile: { value: smiles === 1 },
      })),
      celebrityrecognition: {
        celebrityfaces: (pictures.celebrities[row] ?? []).map(([name, matchconfidence]) => ({
          name: names.celebrities[name] as string,
          matchconfidence,
          face: { boundingbox: { left: 0.11, top: 0.11, width: 0.2, height: 0.3 } },
        })),
      },
      textdetections: (pictures.lines[row] ?? []).map((line) => ({
        detectedtext: line,
        type: "LINE",
        confidence: 90,
        geometry: { boundingbox: { left: 0.1, top: 0.8, width: 0.8, height: 0.1 } },
      })),
      moderationlabels: (pictures.moderationLabels[row] ?? []).map(([name, confidence]) => ({
        name: (names.moderationLabels[name] as Names["moderationLabels"][number]).name,
        parentname: (names.moderationLabels[name] as Names["moderationLabels"][number]).parent,
        confidence,
      })),
    })),
    imageProperties: each.map(() => null),
    errors: each.map((row) =>
      row % 50 === 7 ? [{ api: "DetectText", code: "InvalidImageFormatException", message: "Made-up error" }] : [],
    ),
  };
  const rows = {
    posts: postCount,
    texts: postCount,
    photos: photos.post.length,
    pictures: pictureCount,
    analyses: pictureCount,
  };
  return { index: makeIndex(names, rows), posts, texts, photos, pictures, analyses };
}

function makeNames(): Names {
  return {
    platforms: ["x", "bluesky"],
    languages: ["en", "ja", "es", "fr", "de", "ar", "pt", "ko"],
    sentiments: ["NEUTRAL", "POSITIVE", "NEGATIVE", "MIXED"],
    queries: ["coffee", "#travel", "bicycle has:images"],
    hashtags: Array.from({ length: 60 }, (_, n) => `tag${n}`),
    entities: Array.from({ length: 80 }, (_, n) => ({
      text: `Brand ${n}`,
      type: n % 2 === 0 ? "ORGANIZATION" : "LOCATION",
    })),
    labels: LABELS.split(" ").map((name) => ({
      name,
      parents: name === "Face" ? ["Person"] : [],
      categories: ["Everyday"],
    })),
    moderationLabels: [
      { name: "Alcohol", parent: "" },
      { name: "Smoking", parent: "Drugs & Tobacco" },
      { name: "Weapons", parent: "Violence" },
      { name: "Alcoholic Beverages", parent: "Alcohol" },
    ],
    celebrities: ["A Celebrity", "Another Celebrity"],
    genders: ["Female", "Male"],
    emotions: ["HAPPY", "CALM", "SAD", "SURPRISED", "ANGRY"],
    photoStatuses: ["ok", "duplicate", "gone", "too_small", "unsupported_format"],
    photoKinds: ["photo"],
    origins: ["post", "dropped"],
  };
}

function makeIndex(names: Names, rows: Record<PageKind, number>): Index {
  return {
    format: FORMAT_VERSION,
    lake: "a made-up lake",
    madeAt: START + DAYS * 86_400_000,
    since: "2026-11-01",
    until: "2026-11-28",
    showsAuthors: false,
    imageApis: ["labels", "moderation", "text", "faces", "celebrities"],
    notes: ["Made-up data."],
    rows,
    pageRows: PAGE_ROWS,
    names,
    queries: {
      top_labels: {
        description: "Which things appear most often in the posted photos?",
        sql: "select label_name, count(*) as photos\nfrom media_image_labels_query\ngroup by label_name",
        command: "photolake query --saved top_labels",
      },
    },
    answers: {
      cost_by_api: {
        columns: ["api", "units", "dollars_per_thousand", "dollars"],
        rows: [
          ["DetectLabels", 120, 1, 0.12],
          ["DetectSentiment", 600, 0.1, 0.06],
          ["DetectFaces", 0, 1, 0],
        ],
      },
      calls_of_2019: {
        columns: ["api", "calls"],
        rows: [
          ["DetectSentiment", 400],
          ["DetectLabels", 480],
          ["DetectFaces", 35],
        ],
      },
    },
  };
}

/** The files of the sample by their paths below the page, without pictures. */
export function* formatFiles(sample: Sample): Generator<[path: string, text: string]> {
  yield ["data/index.js", formatScript("index", 0, sample.index)];
  for (const kind of ["posts", "texts", "photos", "pictures", "analyses"] as const) {
    const size = sample.index.pageRows[kind];
    for (let page = 0; page * size < sample.index.rows[kind]; page++) {
      const columns = Object.entries<unknown[]>(sample[kind] as unknown as Record<string, unknown[]>);
      const content = Object.fromEntries(
        columns.map(([name, values]) => [name, values.slice(page * size, (page + 1) * size)]),
      );
      yield [`data/${kind}-${page}.js`, formatScript(kind, page, content)];
    }
  }
}

function formatScript(kind: string, page: number, content: unknown): string {
  return `photolakeData(${JSON.stringify(kind)},${page},${JSON.stringify(content)});\n`;
}
