/** Faces in aggregate. A face counts once for each selected photo that shows it, as in the saved queries. */

import type { Table } from "./csv.ts";
import type { Face } from "./data/format.ts";
import { type Lake, UNKNOWN } from "./data/lake.ts";
import { UNKNOWN_NAME } from "./facets.ts";
import { type Count, compareNames, nameOf, sortCounts } from "./numbers.ts";

/** Fewer faces than this could be told apart, so they are not listed by age and gender. */
export const SMALLEST_GROUP = 5;

export const AGE_BANDS = ["0-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65 and over"];
const BAND_STARTS = [0, 18, 25, 35, 45, 55, 65];

/** The selected photos that have an analysed picture, with its faces. */
export function* readFaces(lake: Lake, photos: Uint8Array): Generator<[photo: number, picture: number, faces: Face[]]> {
  for (let photo = 0; photo < photos.length; photo++) {
    const picture = lake.photos.picture[photo] as number;
    if (photos[photo] === 1 && picture !== UNKNOWN) yield [photo, picture, lake.pictures.faces[picture] ?? []];
  }
}

export interface FaceTotals {
  photos: number;
  photosWithFaces: number;
  faces: number;
  picturesWithFaces: number;
}

export function countFaces(lake: Lake, photos: Uint8Array): FaceTotals {
  const totals = { photos: 0, photosWithFaces: 0, faces: 0 };
  const pictures = new Set<number>();
  for (const [, picture, faces] of readFaces(lake, photos)) {
    totals.photos += 1;
    totals.faces += faces.length;
    if (faces.length === 0) continue;
    totals.photosWithFaces += 1;
    pictures.add(picture);
  }
  return { ...totals, picturesWithFaces: pictures.size };
}

/** The saved query faces_per_photo. */
export function tabulateFacesPerPhoto(lake: Lake, photos: Uint8Array): Table {
  const groups = new Map<number, { photos: number; pictures: Set<number> }>();
  for (const [, picture, faces] of readFaces(lake, photos)) {
    const group = groups.get(faces.length) ?? { photos: 0, pictures: new Set() };
    groups.set(faces.length, group);
    group.photos += 1;
    group.pictures.add(picture);
  }
  const rows = [...groups].sort(([a], [b]) => a - b).map(([n, group]) => [n, group.photos, group.pictures.size]);
  return { columns: ["faces", "photos", "images"], rows };
}

/** The band of the middle of an age range; null if the range is not known. */
export function findAgeBand([low, high]: Face): string | null {
  if (low === null || high === null) return null;
  const age = (low + high) / 2;
  return AGE_BANDS[BAND_STARTS.findLastIndex((start) => age >= start)] ?? null;
}

/** The saved query ages_and_genders: groups of at least five faces. */
export function tabulateAges(lake: Lake, photos: Uint8Array): Table {
  const groups = new FaceGroups<[string | null, string | null]>();
  for (const [, picture, faces] of readFaces(lake, photos)) {
    for (const face of faces) groups.add([findAgeBand(face), readGender(lake, face)], picture, face);
  }
  const rows = groups.list().filter((group) => group.faces >= SMALLEST_GROUP);
  rows.sort((a, b) => compareNames(a.key[0], b.key[0]) || compareNames(a.key[1], b.key[1]));
  return {
    columns: ["age_band", "gender", "faces", "images"],
    rows: rows.map((group) => [...group.key, group.faces, group.pictures.size]),
  };
}

/** The saved query smiles_by_gender. */
export function tabulateSmiles(lake: Lake, photos: Uint8Array): Table {
  const groups = new FaceGroups<[string | null]>();
  for (const [, picture, faces] of readFaces(lake, photos)) {
    for (const face of faces) groups.add([readGender(lake, face)], picture, face);
  }
  return {
    columns: ["gender", "faces", "images", "smiling", "not_smiling"],
    rows: groups.rank().map((group) => [group.key[0], group.faces, group.pictures.size, group.smiling, group.serious]),
  };
}

/** The saved query emotions_of_faces. */
export function tabulateEmotions(lake: Lake, photos: Uint8Array): Table {
  const groups = new FaceGroups<[string | null]>();
  for (const [, picture, faces] of readFaces(lake, photos)) {
    for (const face of faces) groups.add([readName(lake.names.emotions, face[3])], picture, face);
  }
  return {
    columns: ["emotion", "faces", "images", "smiling"],
    rows: groups.rank().map((group) => [group.key[0], group.faces, group.pictures.size, group.smiling]),
  };
}

/** The saved query faces_by_source. */
export function tabulateFacesBySource(lake: Lake, photos: Uint8Array): Table {
  const groups = new Map<string, SourceFaces>();
  for (const [photo, , faces] of readFaces(lake, photos)) {
    const post = lake.photos.post[photo] as number;
    const platform = readName(lake.names.platforms, lake.posts.platform[post] as number);
    const query = readName(lake.names.queries, lake.posts.query[post] as number);
    const key = JSON.stringify([platform, query]);
    const group = groups.get(key) ?? { platform, query, photos: 0, withFaces: 0, faces: 0, smiling: 0 };
    groups.set(key, group);
    group.photos += 1;
    group.withFaces += faces.length > 0 ? 1 : 0;
    group.faces += faces.length;
    group.smiling += faces.filter((face) => face[4] === 1).length;
  }
  const rows = [...groups.values()].sort(
    (a, b) => b.photos - a.photos || compareNames(a.platform, b.platform) || compareNames(a.query, b.query),
  );
  return {
    columns: ["source_platform", "matched_query", "photos", "with_faces", "faces", "smiling"],
    rows: rows.map((row) => [row.platform, row.query, row.photos, row.withFaces, row.faces, row.smiling]),
  };
}

interface SourceFaces {
  platform: string | null;
  query: string | null;
  photos: number;
  withFaces: number;
  faces: number;
  smiling: number;
}

/** The limit of the saved query. */
export const MOST_CELEBRITIES = 20;

/** The saved query top_celebrities: celebrities by the posts that show them. */
export function tabulateCelebrities(lake: Lake, photos: Uint8Array): Table {
  const groups = new Map<number, { posts: Set<number>; authors: Set<number>; best: number }>();
  for (const [photo, picture] of readFaces(lake, photos)) {
    const post = lake.photos.post[photo] as number;
    const author = lake.posts.author[post] as number;
    for (const [name, confidence] of lake.pictures.celebrities[picture] ?? []) {
      const group = groups.get(name) ?? { posts: new Set(), authors: new Set(), best: 0 };
      groups.set(name, group);
      group.posts.add(post);
      if (author !== UNKNOWN) group.authors.add(author);
      group.best = Math.max(group.best, confidence);
    }
  }
  const rows = Array.from(groups, ([name, group]) => ({ ...group, name: nameOf(lake.names.celebrities, name) }));
  rows.sort((a, b) => b.posts.size - a.posts.size || compareNames(a.name, b.name));
  rows.splice(MOST_CELEBRITIES);
  return {
    columns: ["name", "posts", "authors", "best_match"],
    rows: rows.map((row) => [row.name, row.posts.size, row.authors.size, Math.round(row.best * 10) / 10]),
  };
}

/** Two columns of a table as counts for a list; what has no name is `unknown`. */
export function readCounts(table: Table, name: number, count: number): Count[] {
  return sortCounts(
    table.rows.map((row) => ({ name: String(row[name] ?? UNKNOWN_NAME), count: Number(row[count] ?? 0) })),
  );
}

interface FaceGroup<Key> {
  key: Key;
  faces: number;
  pictures: Set<number>;
  smiling: number;
  serious: number;
}

class FaceGroups<Key extends (string | null)[]> {
  private readonly groups = new Map<string, FaceGroup<Key>>();

  add(key: Key, picture: number, face: Face): void {
    const text = JSON.stringify(key);
    const group = this.groups.get(text) ?? { key, faces: 0, pictures: new Set(), smiling: 0, serious: 0 };
    this.groups.set(text, group);
    group.faces += 1;
    group.pictures.add(picture);
    if (face[4] === 1) group.smiling += 1;
    if (face[4] === 0) group.serious += 1;
  }

  list(): FaceGroup<Key>[] {
    return [...this.groups.values()];
  }

  /** The most faces first, then by name. */
  rank(): FaceGroup<Key>[] {
    return this.list().sort((a, b) => b.faces - a.faces || compareNames(a.key[0] ?? null, b.key[0] ?? null));
  }
}

function readGender(lake: Lake, face: Face): string | null {
  return readName(lake.names.genders, face[2]);
}

function readName(names: string[], number: number | null): string | null {
  return number === null || number === UNKNOWN ? null : (names[number] ?? null);
}
