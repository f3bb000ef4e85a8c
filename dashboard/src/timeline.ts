/** Posts by day, and days in weeks where there are too many of them. Days are counted from 1970-01-01, UTC. */

import { type Lake, UNKNOWN } from "./data/lake.ts";
import { rankNames } from "./name_ranks.ts";
import { dayName, type Selection } from "./selection.ts";

/** The posts of a day that share platform, language and sentiment. */
export interface DayCell {
  /** UNKNOWN if the time of the posts is not known. */
  day: number;
  platform: string;
  language: string;
  sentiment: string;
  posts: number;
  postsWithPhotos: number;
  photos: number;
}

/** The cells that have posts, in the order of days (an unknown one last), platforms, languages and sentiments. */
export function countDays(lake: Lake, selection: Selection): DayCell[] {
  const { posts, names } = lake;
  const platforms = rankNames(names.platforms);
  const languages = rankNames(names.languages);
  const sentiments = rankNames(names.sentiments);
  const photos = countPhotosOfPosts(lake, selection);
  const cells = new Map<number, DayCell>();
  for (let row = 0; row < posts.count; row++) {
    if (selection.posts[row] === 0) continue;
    const day = posts.day[row] as number;
    const platform = platforms.rank(posts.platform[row] as number);
    const language = languages.rank(posts.language[row] as number);
    const sentiment = sentiments.rank(posts.sentiment[row] as number);
    const place = day === UNKNOWN ? LAST_DAY : day;
    const key =
      ((place * platforms.names.length + platform) * languages.names.length + language) * sentiments.names.length +
      sentiment;
    let cell = cells.get(key);
    if (cell === undefined) {
      cell = {
        day,
        platform: platforms.names[platform] as string,
        language: languages.names[language] as string,
        sentiment: sentiments.names[sentiment] as string,
        posts: 0,
        postsWithPhotos: 0,
        photos: 0,
      };
      cells.set(key, cell);
    }
    const shown = photos[row] as number;
    cell.posts += 1;
    cell.photos += shown;
    if (shown > 0) cell.postsWithPhotos += 1;
  }
  return Array.from(cells)
    .sort(([a], [b]) => a - b)
    .map(([, cell]) => cell);
}

/** Later than any day that a browser knows. */
const LAST_DAY = 100_000_001;

/** How many selected photos each post has. */
export function countPhotosOfPosts(lake: Lake, selection: Selection): Int32Array {
  const counts = new Int32Array(lake.posts.count);
  for (let photo = 0; photo < lake.photos.count; photo++) {
    if (selection.photos[photo] === 1) (counts[lake.photos.post[photo] as number] as number) += 1;
  }
  return counts;
}

/** Days that a chart draws as one bar: single days, or weeks from Monday on. */
export type Span = "day" | "week";

/** More bars than this cannot be told apart on a phone. */
const MOST_BARS = 150;

export function chooseSpan(first: number, last: number): Span {
  return last - first + 1 > MOST_BARS ? "week" : "day";
}

/** The first day of the span that a day is in. 1970-01-01 was a Thursday. */
export function startOfSpan(day: number, span: Span): number {
  return span === "day" ? day : day - ((((day + 3) % 7) + 7) % 7);
}

export function lengthOf(span: Span): number {
  return span === "day" ? 1 : 7;
}

/** First and last day of the posts; null if no time is known. */
export function findDays(lake: Lake): [first: number, last: number] | null {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const day of lake.posts.day) {
    if (day === UNKNOWN) continue;
    if (day < first) first = day;
    if (day > last) last = day;
  }
  return first > last ? null : [first, last];
}

/** A chosen range of days as the filters write it, whichever end was chosen first. */
export function nameRange(one: number, other: number): { since: string; until: string } {
  return { since: dayName(Math.min(one, other)), until: dayName(Math.max(one, other)) };
}

/** A bar of the chart: the posts of a span with one name. */
export interface Bar {
  start: number;
  name: string;
  posts: number;
}

/** The name under which rare names are put together. */
/** Room for the name of a day below an axis, in pixels. */
const DAY_ROOM = 70;

/** Ticks of an axis of days: Plot's own choice would name hours where days are wide. */
export function chooseTicks(days: number, width: number): { ticks?: "day" } {
  return width / days > DAY_ROOM ? { ticks: "day" } : {};
}

export const OTHERS = "others";

/** The cells summed by span and by one of their names; names that are not listed are put together. */
export function stackDays(
  cells: DayCell[],
  by: "platform" | "language" | "sentiment",
  span: Span,
  listed: string[],
): Bar[] {
  const own = new Set(listed);
  const bars = new Map<string, Bar>();
  for (const cell of cells) {
    if (cell.day === UNKNOWN) continue;
    const start = startOfSpan(cell.day, span);
    const name = own.has(cell[by]) ? cell[by] : OTHERS;
    const key = `${start} ${name}`;
    const bar = bars.get(key) ?? { start, name, posts: 0 };
    bar.posts += cell.posts;
    bars.set(key, bar);
  }
  return [...bars.values()];
}

/** The most frequent names, and those that are chosen. */
export function listShown(ranked: string[], chosen: string[], most: number): string[] {
  const enough = ranked.length <= most ? ranked : ranked.slice(0, most - 1);
  return [...enough, ...chosen.filter((name) => !enough.includes(name) && ranked.includes(name))];
}
