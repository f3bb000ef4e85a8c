/** What moderation found: by label, day and source. A photo counts once for each post that shows it. */

import { formatSqlTime, type Table } from "./csv.ts";
import { type Lake, UNKNOWN } from "./data/lake.ts";
import { compareNames } from "./numbers.ts";
import { dayName } from "./selection.ts";

/** The selected photos that have an analysed picture. */
function* readPhotos(lake: Lake, photos: Uint8Array): Generator<[photo: number, picture: number, isSuspect: boolean]> {
  for (let photo = 0; photo < photos.length; photo++) {
    const picture = lake.photos.picture[photo] as number;
    if (photos[photo] === 1 && picture !== UNKNOWN) yield [photo, picture, isSuspect(lake, picture)];
  }
}

export function isSuspect(lake: Lake, picture: number): boolean {
  return (lake.pictures.moderationLabels[picture]?.length ?? 0) > 0;
}

export interface SuspectTotals {
  photos: number;
  suspectPhotos: number;
  suspectPictures: number;
  suspectPosts: number;
}

export function countSuspect(lake: Lake, photos: Uint8Array): SuspectTotals {
  const totals = { photos: 0, suspectPhotos: 0 };
  const [pictures, posts] = [new Set<number>(), new Set<number>()];
  for (const [photo, picture, suspect] of readPhotos(lake, photos)) {
    totals.photos += 1;
    if (!suspect) continue;
    totals.suspectPhotos += 1;
    pictures.add(picture);
    posts.add(lake.photos.post[photo] as number);
  }
  return { ...totals, suspectPictures: pictures.size, suspectPosts: posts.size };
}

export interface SuspectLabel {
  name: string;
  parent: string | null;
  photos: number;
  posts: number;
  pictures: number;
  /** Percent. */
  best: number;
}

/** Every moderation label of the selected photos: the most photos first. */
export function countLabels(lake: Lake, photos: Uint8Array): SuspectLabel[] {
  const found = new Map<number, { photos: number; posts: Set<number>; pictures: Set<number>; best: number }>();
  for (const [photo, picture] of readPhotos(lake, photos)) {
    const best = new Map<number, number>();
    for (const [name, confidence] of lake.pictures.moderationLabels[picture] ?? []) {
      best.set(name, Math.max(confidence, best.get(name) ?? 0));
    }
    for (const [name, confidence] of best) {
      const entry = found.get(name) ?? { photos: 0, posts: new Set(), pictures: new Set(), best: 0 };
      found.set(name, entry);
      entry.photos += 1;
      entry.posts.add(lake.photos.post[photo] as number);
      entry.pictures.add(picture);
      entry.best = Math.max(entry.best, confidence);
    }
  }
  return Array.from(found, ([number, entry]) => ({
    name: lake.names.moderationLabels[number]?.name ?? "unnamed",
    parent: lake.names.moderationLabels[number]?.parent || null,
    photos: entry.photos,
    posts: entry.posts.size,
    pictures: entry.pictures.size,
    best: entry.best,
  })).sort((a, b) => b.photos - a.photos || compareNames(a.name, b.name));
}

/** The saved query suspect_labels. */
export function tabulateLabels(labels: SuspectLabel[]): Table {
  return {
    columns: ["label_name", "parent_name", "photos", "posts", "images", "highest_confidence"],
    rows: labels.map((label) => [label.name, label.parent, label.photos, label.posts, label.pictures, label.best]),
  };
}

export interface LabelNode {
  label: SuspectLabel;
  children: LabelNode[];
}

/** The labels below their parents. A parent that is not among them, or is its own descendant, leaves a label on top. */
export function buildTree(labels: SuspectLabel[]): LabelNode[] {
  const nodes = new Map(labels.map((label) => [label.name, { label, children: [] as LabelNode[] }]));
  const isBelow = (name: string, other: string) => {
    const seen = new Set<string>();
    for (let at: string | null = name; at !== null && !seen.has(at); at = nodes.get(at)?.label.parent ?? null) {
      if (at === other) return true;
      seen.add(at);
    }
    return false;
  };
  const top: LabelNode[] = [];
  for (const node of nodes.values()) {
    const parent = node.label.parent === null ? undefined : nodes.get(node.label.parent);
    if (parent === undefined || isBelow(parent.label.name, node.label.name)) top.push(node);
    else parent.children.push(node);
  }
  return top;
}

/** The saved query suspect_by_day. */
export function tabulateDays(lake: Lake, photos: Uint8Array): Table {
  const days = new Map<number, { photos: number; suspect: number }>();
  for (const [photo, , suspect] of readPhotos(lake, photos)) {
    const number = lake.posts.day[lake.photos.post[photo] as number] as number;
    if (number === UNKNOWN) continue;
    const day = days.get(number) ?? { photos: 0, suspect: 0 };
    days.set(number, day);
    day.photos += 1;
    day.suspect += suspect ? 1 : 0;
  }
  return {
    columns: ["posted_on", "photos", "suspect"],
    rows: [...days].sort(([a], [b]) => a - b).map(([day, { photos, suspect }]) => [dayName(day), photos, suspect]),
  };
}

/** The saved query suspect_by_source. */
export function tabulateSources(lake: Lake, photos: Uint8Array): Table {
  const groups = new Map<string, { platform: string | null; query: string | null; photos: number; suspect: number }>();
  for (const [photo, , suspect] of readPhotos(lake, photos)) {
    const post = lake.photos.post[photo] as number;
    const platform = lake.names.platforms[lake.posts.platform[post] as number] ?? null;
    const query = lake.names.queries[lake.posts.query[post] as number] ?? null;
    const key = JSON.stringify([platform, query]);
    const group = groups.get(key) ?? { platform, query, photos: 0, suspect: 0 };
    groups.set(key, group);
    group.photos += 1;
    group.suspect += suspect ? 1 : 0;
  }
  const rows = [...groups.values()].sort(
    (a, b) => b.photos - a.photos || compareNames(a.platform, b.platform) || compareNames(a.query, b.query),
  );
  return {
    columns: ["source_platform", "matched_query", "photos", "suspect"],
    rows: rows.map((row) => [row.platform, row.query, row.photos, row.suspect]),
  };
}

export interface SuspectPicture {
  picture: number;
  labels: string[];
  /** Percent, of the surest label. */
  best: number;
  posts: number;
  /** Milliseconds since 1970; NaN if not known. */
  firstSeen: number;
}

/** The suspect pictures of the selected photos: those of the most posts first. */
export function rankSuspect(lake: Lake, photos: Uint8Array): SuspectPicture[] {
  const found = new Map<number, { posts: Set<number>; firstSeen: number }>();
  for (const [photo, picture, suspect] of readPhotos(lake, photos)) {
    if (!suspect) continue;
    const post = lake.photos.post[photo] as number;
    const entry = found.get(picture) ?? { posts: new Set(), firstSeen: Number.NaN };
    found.set(picture, entry);
    entry.posts.add(post);
    if (Number.isNaN(entry.firstSeen)) entry.firstSeen = lake.posts.at[post] as number;
  }
  return Array.from(found, ([picture, { posts, firstSeen }]) => {
    const labels = lake.pictures.moderationLabels[picture] ?? [];
    const names = new Set(labels.map(([name]) => lake.names.moderationLabels[name]?.name ?? "unnamed"));
    const best = Math.max(...labels.map(([, confidence]) => confidence));
    return { picture, labels: [...names].sort(compareNames), best, posts: posts.size, firstSeen };
  }).sort(
    (a, b) =>
      b.posts - a.posts || compareNames(lake.pictures.id[a.picture] as string, lake.pictures.id[b.picture] as string),
  );
}

/** The limit of the saved query. */
const MOST_IMAGES = 100;

/** The saved query suspect_images. */
export function tabulatePictures(lake: Lake, pictures: SuspectPicture[]): Table {
  return {
    columns: ["image_id", "moderation_labels", "highest_confidence", "posts", "first_seen"],
    rows: pictures
      .slice(0, MOST_IMAGES)
      .map((row) => [
        lake.pictures.id[row.picture] as string,
        row.labels.join(", "),
        row.best,
        row.posts,
        formatSqlTime(row.firstSeen),
      ]),
  };
}
