/** Labels of the posted photos: how often, with which others, and when. */

import { type Lake, UNKNOWN } from "./data/lake.ts";
import { indexLabels, remember } from "./label_index.ts";
import type { Selection } from "./selection.ts";
import { findDays } from "./timeline.ts";

export interface LabelCount {
  /** Number of the label. */
  label: number;
  name: string;
  photos: number;
  posts: number;
  /** Percent. */
  meanConfidence: number;
}

/** The labels of the selected photos, the most frequent first, then by name. */
export const countLabels = remember((lake: Lake, selection: Selection): LabelCount[] => {
  const size = lake.names.labels.length;
  const index = indexLabels(lake);
  const weights = countPhotosOfPictures(lake, selection);
  const photos = new Int32Array(size);
  const sums = new Float64Array(size);
  for (let picture = 0; picture < lake.pictures.count; picture++) {
    const weight = weights[picture] as number;
    const end = index.starts[picture + 1] as number;
    if (weight === 0) continue;
    for (let place = index.starts[picture] as number; place < end; place++) {
      const label = index.labels[place] as number;
      (photos[label] as number) += weight;
      (sums[label] as number) += weight * (index.confidences[place] as number);
    }
  }
  const posts = countPostsOfLabels(lake, selection).posts;
  return lake.names.labels
    .map(({ name }, label) => ({
      label,
      name,
      photos: photos[label] as number,
      posts: posts[label] as number,
      meanConfidence: (sums[label] as number) / (photos[label] as number),
    }))
    .filter((count) => count.photos > 0)
    .sort((a, b) => b.photos - a.photos || (a.name < b.name ? -1 : 1));
});

export interface LabelPosts {
  /** Posts by label. */
  posts: Int32Array;
  /** Posts whose photos have labels. */
  all: number;
}

/** How many selected posts have photos with each label. */
export const countPostsOfLabels = remember((lake: Lake, selection: Selection): LabelPosts => {
  const posts = new Int32Array(lake.names.labels.length);
  const read = createLabelReader(lake, selection);
  let all = 0;
  for (let post = 0; post < lake.posts.count; post++) {
    if (selection.posts[post] === 0) continue;
    let hasLabels = false;
    read(post, (label) => {
      (posts[label] as number) += 1;
      hasLabels = true;
    });
    if (hasLabels) all += 1;
  }
  return { posts, all };
});

/** Calls back with every label of a post's selected photos, each once. */
export function createLabelReader(
  lake: Lake,
  selection: Selection,
): (post: number, found: (label: number) => void) => void {
  const { starts, labels } = indexLabels(lake);
  const lastPost = new Int32Array(lake.names.labels.length).fill(UNKNOWN);
  return (post, found) => {
    const photos = lake.posts.photos[post] as number[];
    for (let number = 0; number < photos.length; number++) {
      const photo = photos[number] as number;
      const picture = lake.photos.picture[photo] as number;
      if (selection.photos[photo] === 0 || picture === UNKNOWN) continue;
      const end = starts[picture + 1] as number;
      for (let place = starts[picture] as number; place < end; place++) {
        const label = labels[place] as number;
        if (lastPost[label] === post) continue;
        lastPost[label] = post;
        found(label);
      }
    }
  };
}

/** How many selected photos show each picture. */
export const countPhotosOfPictures = remember((lake: Lake, selection: Selection): Int32Array => {
  const counts = new Int32Array(lake.pictures.count);
  for (let photo = 0; photo < lake.photos.count; photo++) {
    const picture = lake.photos.picture[photo] as number;
    if (selection.photos[photo] === 1 && picture !== UNKNOWN) (counts[picture] as number) += 1;
  }
  return counts;
});

/** How many selected posts show each picture; a post with several photos of it counts once. */
export const countPostsOfPictures = remember((lake: Lake, selection: Selection): Int32Array => {
  const counts = new Int32Array(lake.pictures.count);
  const lastPost = new Int32Array(lake.pictures.count).fill(UNKNOWN);
  for (let post = 0; post < lake.posts.count; post++) {
    for (const photo of lake.posts.photos[post] ?? []) {
      const picture = lake.photos.picture[photo] as number;
      if (selection.photos[photo] === 0 || picture === UNKNOWN || lastPost[picture] === post) continue;
      lastPost[picture] = post;
      (counts[picture] as number) += 1;
    }
  }
  return counts;
});

/** Photos of each of these labels by day, from `first` to `last`, in the order of the labels. */
export function countLabelDays(
  lake: Lake,
  selection: Selection,
  wanted: number[],
  first: number,
  last: number,
): Int32Array[] {
  const { starts, labels } = indexLabels(lake);
  const length = Math.max(0, last - first + 1);
  const counts = new Int32Array(wanted.length * length);
  const rows = new Int32Array(lake.names.labels.length).fill(UNKNOWN);
  for (const [row, label] of wanted.entries()) rows[label] = row;
  for (let photo = 0; photo < lake.photos.count; photo++) {
    const picture = lake.photos.picture[photo] as number;
    if (selection.photos[photo] === 0 || picture === UNKNOWN) continue;
    const day = lake.posts.day[lake.photos.post[photo] as number] as number;
    if (day === UNKNOWN || day < first || day > last) continue;
    const end = starts[picture + 1] as number;
    for (let place = starts[picture] as number; place < end; place++) {
      const row = rows[labels[place] as number] as number;
      if (row !== UNKNOWN) (counts[row * length + day - first] as number) += 1;
    }
  }
  return wanted.map((_, row) => counts.subarray(row * length, (row + 1) * length));
}

export interface LabelTrend {
  name: string;
  /** Photos by day, from the first day of the posts on. */
  days: Int32Array;
}

/** As many labels as the saved query label_trend has. */
const MOST_TRENDS = 20;

/** How the most frequent labels come and go. */
export const listTrends = remember((lake: Lake, selection: Selection): LabelTrend[] => {
  const range = findDays(lake);
  if (range === null) return [];
  const frequent = countLabels(lake, selection).slice(0, MOST_TRENDS);
  const numbers = frequent.map(({ label }) => label);
  const days = countLabelDays(lake, selection, numbers, ...range);
  return frequent.map(({ name }, row) => ({ name, days: days[row] as Int32Array }));
});
