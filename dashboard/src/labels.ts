/** Labels of the posted photos: how often, with which others, and when. */

import { type Lake, UNKNOWN } from "./data/lake.ts";
import type { Selection } from "./selection.ts";

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
export function countLabels(lake: Lake, selection: Selection): LabelCount[] {
  const size = lake.names.labels.length;
  const photos = new Int32Array(size);
  const posts = new Int32Array(size);
  const sums = new Float64Array(size);
  const lastPost = new Int32Array(size).fill(UNKNOWN);
  for (let post = 0; post < lake.posts.count; post++) {
    for (const photo of lake.posts.photos[post] ?? []) {
      const picture = lake.photos.picture[photo] as number;
      if (selection.photos[photo] === 0 || picture === UNKNOWN) continue;
      for (const [label, confidence] of lake.pictures.labels[picture] ?? []) {
        (photos[label] as number) += 1;
        (sums[label] as number) += confidence;
        if (lastPost[label] !== post) (posts[label] as number) += 1;
        lastPost[label] = post;
      }
    }
  }
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
}

/** How many selected photos show each picture. */
export function countPhotosOfPictures(lake: Lake, selection: Selection): Int32Array {
  const counts = new Int32Array(lake.pictures.count);
  for (let photo = 0; photo < lake.photos.count; photo++) {
    const picture = lake.photos.picture[photo] as number;
    if (selection.photos[photo] === 1 && picture !== UNKNOWN) (counts[picture] as number) += 1;
  }
  return counts;
}

/** How many selected posts show each picture; a post with several photos of it counts once. */
export function countPostsOfPictures(lake: Lake, selection: Selection): Int32Array {
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
}

/** Photos of each of these labels by day, from `first` to `last`, in the order of the labels. */
export function countLabelDays(
  lake: Lake,
  selection: Selection,
  labels: number[],
  first: number,
  last: number,
): Int32Array[] {
  const days = labels.map(() => new Int32Array(Math.max(0, last - first + 1)));
  const place = new Int32Array(lake.names.labels.length).fill(UNKNOWN);
  for (const [number, label] of labels.entries()) place[label] = number;
  for (let photo = 0; photo < lake.photos.count; photo++) {
    const picture = lake.photos.picture[photo] as number;
    if (selection.photos[photo] === 0 || picture === UNKNOWN) continue;
    const day = lake.posts.day[lake.photos.post[photo] as number] as number;
    if (day === UNKNOWN || day < first || day > last) continue;
    for (const [label] of lake.pictures.labels[picture] ?? []) {
      const counts = days[place[label] as number];
      if (counts !== undefined) (counts[day - first] as number) += 1;
    }
  }
  return days;
}
