/** Which labels are seen together, and in which order a matrix of them shows groups. */

import type { Lake } from "./data/lake.ts";
import { indexLabels } from "./label_index.ts";

export interface LabelPair {
  name: string;
  other: string;
  photos: number;
}

/** Labels beyond these many are too rare to be among the most frequent pairs. */
const MOST_LABELS = 4_000;

export interface PairCounts {
  /** Photos with both of two labels, by their numbers; of a label with itself: the photos with it; of parent and child: 0. */
  photos(label: number, other: number): number;
  /** The most frequent pairs, then by name. */
  listPairs(limit: number): LabelPair[];
}

/** `weights`: how many photos show each picture. */
export function countPairs(lake: Lake, weights: Int32Array): PairCounts {
  const labels = lake.names.labels.slice(0, MOST_LABELS);
  const size = labels.length;
  const counts = new Int32Array(size * size);
  const index = indexLabels(lake);
  for (let picture = 0; picture < lake.pictures.count; picture++) {
    const weight = weights[picture] as number;
    const end = index.starts[picture + 1] as number;
    if (weight === 0) continue;
    for (let i = index.starts[picture] as number; i < end; i++) {
      const one = index.labels[i] as number;
      if (one >= size) continue;
      for (let j = i; j < end; j++) {
        const other = index.labels[j] as number;
        if (other >= size) continue;
        (counts[one < other ? one * size + other : other * size + one] as number) += weight;
      }
    }
  }
  leaveOutParents(lake, counts, size);
  return {
    photos: (label, other) => counts[label < other ? label * size + other : other * size + label] as number,
    listPairs: (limit) => listPairs(lake, counts, size, limit),
  };
}

/** Wherever a label is, its parents are: such pairs say nothing of the photos. */
function leaveOutParents(lake: Lake, counts: Int32Array, size: number): void {
  const numbers = new Map(lake.names.labels.map(({ name }, label) => [name, label]));
  for (let label = 0; label < size; label++) {
    for (const parent of lake.names.labels[label]?.parents ?? []) {
      const other = numbers.get(parent);
      if (other === undefined || other === label || other >= size) continue;
      counts[Math.min(label, other) * size + Math.max(label, other)] = 0;
    }
  }
}

function listPairs(lake: Lake, counts: Int32Array, size: number, limit: number): LabelPair[] {
  const least = findLeast(counts, size, limit);
  const pairs: LabelPair[] = [];
  for (let one = 0; one < size; one++) {
    for (let two = one + 1; two < size; two++) {
      const photos = counts[one * size + two] as number;
      if (photos < least) continue;
      const names = [one, two].map((label) => lake.names.labels[label]?.name as string).sort();
      pairs.push({ name: names[0] as string, other: names[1] as string, photos });
    }
  }
  return pairs
    .sort((a, b) => b.photos - a.photos || compare(a.name, b.name) || compare(a.other, b.other))
    .slice(0, limit);
}

/** The photos of the last pair that is wanted; at least 1. */
function findLeast(counts: Int32Array, size: number, limit: number): number {
  const found: number[] = [];
  for (let one = 0; one < size; one++) {
    for (let two = one + 1; two < size; two++) {
      const photos = counts[one * size + two] as number;
      if (photos > 0) found.push(photos);
    }
  }
  return Int32Array.from(found).sort().at(-limit) ?? 1;
}

export function isParentAndChild(lake: Lake, one: number, other: number): boolean {
  const [a, b] = [lake.names.labels[one], lake.names.labels[other]];
  return a !== undefined && b !== undefined && (a.parents.includes(b.name) || b.parents.includes(a.name));
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Jaccard's coefficient: of the photos with one of two labels, the share with both, 0 to 1. */
export function similarity(pairs: PairCounts, one: number, other: number): number {
  const both = pairs.photos(one, other);
  const either = pairs.photos(one, one) + pairs.photos(other, other) - both;
  return either === 0 ? 0 : both / either;
}

/**
 * The items in an order that puts similar ones side by side.
 *
 * Clusters are joined by the mean similarity of their items, the most similar ones first; of a pair, the cluster that
 * holds the earlier item comes first. For some dozens of items: time grows with the cube of their number.
 */
export function orderBySimilarity(items: number[], similar: (one: number, other: number) => number): number[] {
  let clusters = items.map((item) => [item]);
  while (clusters.length > 1) {
    let best = Number.NEGATIVE_INFINITY;
    let pair: [number, number] = [0, 1];
    for (let one = 0; one < clusters.length; one++) {
      for (let other = one + 1; other < clusters.length; other++) {
        const mean = meanSimilarity(clusters[one] as number[], clusters[other] as number[], similar);
        if (mean > best) [best, pair] = [mean, [one, other]];
      }
    }
    const joined = pair.flatMap((place) => clusters[place] as number[]);
    clusters = clusters.filter((_, place) => !pair.includes(place));
    clusters.splice(pair[0], 0, joined);
  }
  return clusters[0] ?? [];
}

function meanSimilarity(one: number[], other: number[], similar: (a: number, b: number) => number): number {
  let sum = 0;
  for (const a of one) for (const b of other) sum += similar(a, b);
  return sum / (one.length * other.length);
}
