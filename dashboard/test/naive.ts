/** A small made-up lake, and rows of it as objects: tests count again from them, without columns and masks. */

import { buildLake, type Lake, UNKNOWN } from "../src/data/lake.ts";
import { nameOf } from "../src/numbers.ts";
import { dayName, type Selection } from "../src/selection.ts";
import { createRandom, makeSample } from "./sample_lake.ts";

export function makeLake(posts = 150, pictures = 40): Lake {
  const sample = makeSample({ posts, pictures });
  return buildLake(sample.index, [sample.posts], [sample.photos], [sample.pictures]);
}

/** A selection that no filter explains: some posts, and some of their photos. */
export function selectSome(lake: Lake, seed: number): Selection {
  const random = createRandom(seed);
  const posts = Uint8Array.from({ length: lake.posts.count }, () => (random() < 0.7 ? 1 : 0));
  const photos = Uint8Array.from(lake.photos.post, (post) => (posts[post] === 1 && random() < 0.8 ? 1 : 0));
  const pictures = new Uint8Array(lake.pictures.count);
  for (const [photo, picture] of lake.photos.picture.entries()) if (photos[photo] === 1) pictures[picture] = 1;
  return { posts, photos, pictures };
}

export interface NaivePhoto {
  /** Row of the picture; UNKNOWN if there is none. */
  picture: number;
  labels: string[];
  lines: string[];
}

export interface NaivePost {
  row: number;
  day: string | null;
  platform: string;
  language: string;
  sentiment: string;
  query: string;
  balance: number;
  photos: NaivePhoto[];
}

export function listPosts(lake: Lake, selection: Selection): NaivePost[] {
  const { posts, photos, pictures, names } = lake;
  return Array.from(posts.id.keys())
    .filter((row) => selection.posts[row] === 1)
    .map((row) => ({
      row,
      day: posts.day[row] === UNKNOWN ? null : dayName(posts.day[row] as number),
      platform: nameOf(names.platforms, posts.platform[row] as number),
      language: nameOf(names.languages, posts.language[row] as number),
      sentiment: nameOf(names.sentiments, posts.sentiment[row] as number),
      query: nameOf(names.queries, posts.query[row] as number),
      balance: (posts.positive[row] as number) - (posts.negative[row] as number),
      photos: (posts.photos[row] as number[])
        .filter((photo) => selection.photos[photo] === 1)
        .map((photo) => photos.picture[photo] as number)
        .map((picture) => ({
          picture,
          labels: (pictures.labels[picture] ?? []).map(([label]) => names.labels[label]?.name as string),
          lines: pictures.lines[picture] ?? [],
        })),
    }));
}

export function countBy<Item>(items: Item[], key: (item: Item) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}
