/**
 * Which posts, photos and pictures the filters leave.
 *
 * A post is selected if it passes the filters of posts and, if pictures are filtered too, has a selected photo. A photo
 * is selected if its post and its picture pass. A picture is selected if it passes the filters of pictures and, if
 * posts are filtered too, is in a selected photo. So a filter of any view narrows all views.
 */

import { type Lake, UNKNOWN } from "./data/lake.ts";
import { FACETS, type Facet, readValues, UNKNOWN_NAME } from "./facets.ts";
import type { Filters } from "./filters.ts";

/** By row: 1 if it is selected. */
export interface Selection {
  posts: Uint8Array;
  photos: Uint8Array;
  pictures: Uint8Array;
}

/** The texts of the posts in lower case, by row; null while they are not loaded. */
export type Texts = string[] | null;

/** `without` names a facet whose own filter is left out: a chart shows what else could be picked in it. */
export function select(lake: Lake, filters: Filters, texts: Texts = null, without = ""): Selection {
  const posts = passPosts(lake, filters, texts, without);
  const photos = passFacets(lake, filters, "photo", lake.photos.count, without);
  const pictures = passPictures(lake, filters, without);
  const asksPictures = pictures.isNarrowed || photos.isNarrowed;
  const asksPosts = posts.isNarrowed || photos.isNarrowed;
  const shownPosts = new Uint8Array(lake.posts.count);
  const shownPictures = new Uint8Array(lake.pictures.count);
  for (let row = 0; row < lake.photos.count; row++) {
    const post = lake.photos.post[row] as number;
    const picture = lake.photos.picture[row] as number;
    const passes = picture === UNKNOWN ? !pictures.isNarrowed : pictures.passed[picture] === 1;
    if (photos.passed[row] === 0 || posts.passed[post] === 0 || !passes) {
      photos.passed[row] = 0;
      continue;
    }
    shownPosts[post] = 1;
    if (picture !== UNKNOWN) shownPictures[picture] = 1;
  }
  return {
    posts: asksPictures ? both(posts.passed, shownPosts) : posts.passed,
    photos: photos.passed,
    pictures: asksPosts ? both(pictures.passed, shownPictures) : pictures.passed,
  };
}

interface Passed {
  passed: Uint8Array;
  isNarrowed: boolean;
}

function passPosts(lake: Lake, filters: Filters, texts: Texts, without: string): Passed {
  const result = passFacets(lake, filters, "post", lake.posts.count, without);
  const since = filters.since === "" ? Number.NEGATIVE_INFINITY : dayNumber(filters.since);
  const until = filters.until === "" ? Number.POSITIVE_INFINITY : dayNumber(filters.until);
  if (without !== "days" && (filters.since !== "" || filters.until !== "")) {
    narrow(result, (row) => {
      const day = lake.posts.day[row] as number;
      return day !== UNKNOWN && day >= since && day <= until;
    });
  }
  const words = splitWords(filters.words);
  if (words.length > 0 && texts !== null) {
    narrow(result, (row) => words.every((word) => texts[row]?.includes(word)));
  }
  return result;
}

function passPictures(lake: Lake, filters: Filters, without: string): Passed {
  const result = passFacets(lake, filters, "picture", lake.pictures.count, without);
  const words = splitWords(filters.lines);
  if (words.length > 0) {
    narrow(result, (row) => {
      const lines = (lake.pictures.lines[row] ?? []).map((line) => line.toLowerCase());
      return words.every((word) => lines.some((line) => line.includes(word)));
    });
  }
  if (filters.safety !== "" && without !== "safety") {
    narrow(result, (row) => (lake.pictures.moderationLabels[row]?.length ?? 0) > 0 === (filters.safety === "suspect"));
  }
  return result;
}

function passFacets(lake: Lake, filters: Filters, of: Facet["of"], count: number, without: string): Passed {
  const result = { passed: new Uint8Array(count).fill(1), isNarrowed: false };
  for (const facet of FACETS) {
    const chosen = filters.facets[facet.id] ?? [];
    if (facet.of === of && facet.id !== without && chosen.length > 0) narrow(result, matchFacet(lake, facet, chosen));
  }
  return result;
}

function matchFacet(lake: Lake, facet: Facet, chosen: string[]): (row: number) => boolean {
  const names = facet.names(lake);
  // Several numbers may share a name, as do entities of different types.
  const numbers = chosen.map((name) => new Set(numbersOf(names, name)));
  const values = readValues(lake, facet);
  return (row) => {
    const value = values[row] ?? UNKNOWN;
    return typeof value === "number"
      ? numbers.some((wanted) => wanted.has(value))
      : numbers.every((wanted) => value.some((number) => wanted.has(number)));
  };
}

function numbersOf(names: string[], name: string): number[] {
  const numbers = names.flatMap((candidate, number) => (candidate === name ? [number] : []));
  return name === UNKNOWN_NAME ? [...numbers, UNKNOWN] : numbers;
}

function narrow(result: Passed, passes: (row: number) => boolean): void {
  result.isNarrowed = true;
  for (let row = 0; row < result.passed.length; row++) {
    if (result.passed[row] === 1 && !passes(row)) result.passed[row] = 0;
  }
}

function both(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((value, row) => value & (b[row] as number));
}

function splitWords(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

/** Days since 1970 of `YYYY-MM-DD`; NaN, which nothing passes, for anything else. */
export function dayNumber(day: string): number {
  return Math.floor(Date.parse(`${day}T00:00:00Z`) / 86_400_000);
}

export function dayName(number: number): string {
  return new Date(number * 86_400_000).toISOString().slice(0, 10);
}

export function countSelected(mask: Uint8Array): number {
  let count = 0;
  for (const value of mask) count += value;
  return count;
}
