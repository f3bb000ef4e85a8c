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

export function buildLake(
  index: Index,
  postPages: PostsPage[],
  photoPages: PhotosPage[],
  picturePages: PicturesPage[],
): Lake {
  const posts = joinPosts(postPages);
  const photos = joinPhotos(photoPages);
  const pictures = joinPictures(picturePages);
  for (let row = 0; row < photos.count; row++) {
    posts.photos[photos.post[row] as number]?.push(row);
    const picture = photos.picture[row] as number;
    if (picture !== UNKNOWN) pictures.photos[picture]?.push(row);
  }
  const time = (photo: number) => posts.at[photos.post[photo] as number] as number;
  for (const shown of pictures.photos) shown.sort((a, b) => time(a) - time(b));
  return { index, names: index.names, posts, photos, pictures };
}

function joinPosts(pages: PostsPage[]): Posts {
  const at = Float64Array.from(pages.flatMap((page) => page.at.map((value) => value ?? Number.NaN)));
  return {
    count: at.length,
    id: pages.flatMap((page) => page.id),
    at,
    day: Int32Array.from(at, (value) => (Number.isNaN(value) ? UNKNOWN : Math.floor(value / DAY))),
    platform: numbers(pages, (page) => page.platform),
    language: numbers(pages, (page) => page.language),
    sentiment: numbers(pages, (page) => page.sentiment),
    isRepost: numbers(pages, (page) => page.isRepost),
    query: numbers(pages, (page) => page.query),
    author: numbers(pages, (page) => page.author),
    positive: amounts(pages, (page) => page.positive),
    negative: amounts(pages, (page) => page.negative),
    impressions: amounts(pages, (page) => page.impressions),
    likes: amounts(pages, (page) => page.likes),
    reposts: amounts(pages, (page) => page.reposts),
    entities: pages.flatMap((page) => page.entities),
    hashtags: pages.flatMap((page) => page.hashtags),
    photos: Array.from(at, () => []),
  };
}

function joinPhotos(pages: PhotosPage[]): Photos {
  const post = numbers(pages, (page) => page.post);
  return {
    count: post.length,
    post,
    picture: numbers(pages, (page) => page.picture),
    status: numbers(pages, (page) => page.status),
    kind: numbers(pages, (page) => page.kind),
  };
}

function joinPictures(pages: PicturesPage[]): Pictures {
  const id = pages.flatMap((page) => page.id);
  return {
    count: id.length,
    id,
    origin: numbers(pages, (page) => page.origin),
    width: numbers(pages, (page) => page.width),
    height: numbers(pages, (page) => page.height),
    missing: pages.flatMap((page) => page.missing),
    alt: pages.flatMap((page) => page.alt),
    group: numbers(pages, (page) => page.group),
    palette: pages.flatMap((page) => page.palette),
    labels: pages.flatMap((page) => page.labels),
    moderationLabels: pages.flatMap((page) => page.moderationLabels),
    lines: pages.flatMap((page) => page.lines),
    faces: pages.flatMap((page) => page.faces),
    celebrities: pages.flatMap((page) => page.celebrities),
    photos: id.map(() => []),
  };
}

function numbers<Page>(pages: Page[], read: (page: Page) => (number | null)[]): Int32Array {
  return Int32Array.from(pages.flatMap((page) => read(page).map((value) => value ?? UNKNOWN)));
}

function amounts<Page>(pages: Page[], read: (page: Page) => (number | null)[]): Float64Array {
  return Float64Array.from(pages.flatMap((page) => read(page).map((value) => value ?? Number.NaN)));
}

/** `pictures/ab/ab12....webp`, relative to the page. */
export function picturePath(id: string, folder: "pictures" | "thumbnails"): string {
  return `${folder}/${encodeURIComponent(id.slice(0, 2))}/${encodeURIComponent(id)}.webp`;
}
