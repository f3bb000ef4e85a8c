/** All rows as columns in memory, joined: what every view reads. */

import type { Face, Index, Names, PhotosPage, PicturesPage, PostsPage, Scored } from "./format.ts";

/** In number columns: the value is not known. */
export const UNKNOWN = -1;

export interface Posts {
  count: number;
  id: string[];
  /** Milliseconds since 1970, NaN if not known. */
  at: Float64Array;
  /** Days since 1970, UTC, as the SQL counts them; UNKNOWN if not known. */
  day: Int32Array;
  platform: Int32Array;
  language: Int32Array;
  sentiment: Int32Array;
  isRepost: Int32Array;
  query: Int32Array;
  author: Int32Array;
  /** Scores 0 to 1, NaN if not known. */
  positive: Float64Array;
  negative: Float64Array;
  /** Counts, NaN if not known. */
  impressions: Float64Array;
  likes: Float64Array;
  reposts: Float64Array;
  entities: number[][];
  hashtags: number[][];
  /** Rows of `Photos` that each post has. */
  photos: number[][];
}

export interface Photos {
  count: number;
  post: Int32Array;
  picture: Int32Array;
  status: Int32Array;
  kind: Int32Array;
}

export interface Pictures {
  count: number;
  id: string[];
  origin: Int32Array;
  width: Int32Array;
  height: Int32Array;
  missing: (string | null)[];
  alt: (string | null)[];
  group: Int32Array;
  palette: string[][];
  labels: Scored[][];
  moderationLabels: Scored[][];
  lines: string[][];
  faces: Face[][];
  celebrities: Scored[][];
  /** Rows of `Photos` that show each picture, in the order of their posts' times. */
  photos: number[][];
}

export interface Lake {
  index: Index;
  names: Names;
  posts: Posts;
  photos: Photos;
  pictures: Pictures;
}

const DAY = 86_400_000;

/**
 * Takes pages as they arrive, so that none of them is kept or copied twice and the browser can draw between them.
 *
 * The index says how many rows there will be; pages of a kind come in their order.
 */
export class LakeBuilder {
  readonly #lake: Lake;
  #posts = 0;
  #photos = 0;
  #pictures = 0;

  constructor(index: Index) {
    this.#lake = {
      index,
      names: index.names,
      posts: makePosts(index.rows.posts),
      photos: makePhotos(index.rows.photos),
      pictures: makePictures(index.rows.pictures),
    };
  }

  addPosts(page: PostsPage): void {
    const { posts } = this.#lake;
    const first = this.#posts;
    this.#posts += page.id.length;
    append(posts.id, page.id);
    append(posts.entities, page.entities);
    append(posts.hashtags, page.hashtags);
    for (const name of POST_NUMBERS) fill(posts[name], page[name], first, UNKNOWN);
    for (const name of POST_AMOUNTS) fill(posts[name], page[name], first, Number.NaN);
    for (let row = first; row < this.#posts; row++) {
      const at = posts.at[row] as number;
      posts.day[row] = Number.isNaN(at) ? UNKNOWN : Math.floor(at / DAY);
      posts.photos.push([]);
    }
  }

  addPhotos(page: PhotosPage): void {
    const first = this.#photos;
    this.#photos += page.post.length;
    for (const name of PHOTO_NUMBERS) fill(this.#lake.photos[name], page[name], first, UNKNOWN);
  }

  addPictures(page: PicturesPage): void {
    const { pictures } = this.#lake;
    const first = this.#pictures;
    this.#pictures += page.id.length;
    for (const name of PICTURE_NUMBERS) fill(pictures[name], page[name], first, UNKNOWN);
    for (const name of PICTURE_LISTS) append<unknown>(pictures[name], page[name]);
    for (const _ of page.id) pictures.photos.push([]);
  }

  /** RangeError if rows are missing or too many. */
  finish(): Lake {
    const { index, posts, photos, pictures } = this.#lake;
    const { rows } = index;
    if (this.#posts !== rows.posts || this.#photos !== rows.photos || this.#pictures !== rows.pictures) {
      throw new RangeError("The data has not the rows that its index names: build it anew with photolake dashboard.");
    }
    for (let row = 0; row < photos.count; row++) {
      posts.photos[photos.post[row] as number]?.push(row);
      const picture = photos.picture[row] as number;
      if (picture !== UNKNOWN) pictures.photos[picture]?.push(row);
    }
    const time = (photo: number) => posts.at[photos.post[photo] as number] as number;
    for (const shown of pictures.photos) shown.sort((a, b) => time(a) - time(b));
    return this.#lake;
  }
}

/** From all pages at once, however many rows they have. */
export function buildLake(
  index: Index,
  postPages: PostsPage[],
  photoPages: PhotosPage[],
  picturePages: PicturesPage[],
): Lake {
  const count = (pages: { length: number }[]) => pages.reduce((sum, column) => sum + column.length, 0);
  const rows = {
    ...index.rows,
    posts: count(postPages.map((page) => page.id)),
    photos: count(photoPages.map((page) => page.post)),
    pictures: count(picturePages.map((page) => page.id)),
  };
  const builder = new LakeBuilder({ ...index, rows });
  for (const page of postPages) builder.addPosts(page);
  for (const page of photoPages) builder.addPhotos(page);
  for (const page of picturePages) builder.addPictures(page);
  return builder.finish();
}

const POST_NUMBERS = ["platform", "language", "sentiment", "isRepost", "query", "author"] as const;
const POST_AMOUNTS = ["at", "positive", "negative", "impressions", "likes", "reposts"] as const;
const PHOTO_NUMBERS = ["post", "picture", "status", "kind"] as const;
const PICTURE_NUMBERS = ["origin", "width", "height", "group"] as const;
const PICTURE_LISTS = [
  "id",
  "missing",
  "alt",
  "palette",
  "labels",
  "moderationLabels",
  "lines",
  "faces",
  "celebrities",
] as const;

function makePosts(count: number): Posts {
  return {
    count,
    id: [],
    day: new Int32Array(count),
    ...makeColumns(POST_NUMBERS, () => new Int32Array(count)),
    ...makeColumns(POST_AMOUNTS, () => new Float64Array(count)),
    entities: [],
    hashtags: [],
    photos: [],
  };
}

function makePhotos(count: number): Photos {
  return { count, ...makeColumns(PHOTO_NUMBERS, () => new Int32Array(count)) };
}

function makePictures(count: number): Pictures {
  return {
    count,
    ...makeColumns(PICTURE_NUMBERS, () => new Int32Array(count)),
    ...makeColumns(PICTURE_LISTS, () => []),
    photos: [],
  };
}

function makeColumns<Name extends string, Column>(names: readonly Name[], make: () => Column): Record<Name, Column> {
  return Object.fromEntries(names.map((name) => [name, make()])) as Record<Name, Column>;
}

function fill(column: Int32Array | Float64Array, values: (number | null)[], first: number, missing: number): void {
  for (let n = 0; n < values.length; n++) column[first + n] = values[n] ?? missing;
}

function append<Value>(column: Value[], values: Value[]): void {
  for (const value of values) column.push(value);
}

/** `pictures/ab/ab12....webp`, relative to the page. */
export function picturePath(id: string, folder: "pictures" | "thumbnails"): string {
  return `${folder}/${encodeURIComponent(id.slice(0, 2))}/${encodeURIComponent(id)}.webp`;
}
