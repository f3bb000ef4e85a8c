/** How far pictures have spread: who posted one or a near-duplicate of it, and when. The rules are those of image_spread. */

import { formatSqlTime, type Table } from "./csv.ts";
import { type Lake, UNKNOWN } from "./data/lake.ts";
import { nameOf } from "./numbers.ts";
import { dayName, type Selection } from "./selection.ts";

export interface Spread {
  /** Number of the group of near-duplicates. */
  group: number;
  /** Row of the picture that was posted first. */
  first: number;
  /** Rows of its distinct pictures, in the order in which they were first posted. */
  pictures: number[];
  /** Rows of its posts in the order of their times. */
  posts: number[];
  authors: number;
  /** Milliseconds since 1970; NaN if no time is known. */
  firstSeen: number;
  lastSeen: number;
}

/** The groups that more than one selected post shows: the most posts first. */
export function rankSpreads(lake: Lake, selection: Selection): Spread[] {
  const shown = new Map<number, { pictures: Set<number>; posts: Set<number> }>();
  // Photos are in the order of their posts' times.
  for (let photo = 0; photo < lake.photos.count; photo++) {
    const picture = lake.photos.picture[photo] as number;
    if (selection.photos[photo] === 0 || picture === UNKNOWN) continue;
    const group = lake.pictures.group[picture] as number;
    const entry = shown.get(group) ?? { pictures: new Set(), posts: new Set() };
    shown.set(group, entry);
    entry.pictures.add(picture);
    entry.posts.add(lake.photos.post[photo] as number);
  }
  return [...shown]
    .filter(([, { posts }]) => posts.size > 1)
    .map(([group, { pictures, posts }]) => describeSpread(lake, group, [...pictures], [...posts]))
    .sort(compareSpreads(lake));
}

function describeSpread(lake: Lake, group: number, pictures: number[], posts: number[]): Spread {
  const times = posts.map((post) => lake.posts.at[post] as number).filter((time) => !Number.isNaN(time));
  const authors = new Set(posts.map((post) => lake.posts.author[post] as number));
  authors.delete(UNKNOWN);
  return {
    group,
    first: pictures[0] as number,
    pictures,
    posts,
    authors: authors.size,
    firstSeen: times[0] ?? Number.NaN,
    lastSeen: times.at(-1) ?? Number.NaN,
  };
}

function compareSpreads(lake: Lake): (a: Spread, b: Spread) => number {
  const id = (spread: Spread) => lake.pictures.id[spread.first] as string;
  // A time that is not known comes last, as in SQL.
  const time = (spread: Spread) => (Number.isNaN(spread.firstSeen) ? Number.MAX_VALUE : spread.firstSeen);
  return (a, b) =>
    b.posts.length - a.posts.length || b.authors - a.authors || time(a) - time(b) || (id(a) < id(b) ? -1 : 1);
}

/** The limit of the saved query. */
const MOST_SPREADS = 20;

/** The columns of the saved query photo_spread that hold no account and no link. */
export function tabulateSpreads(lake: Lake, spreads: Spread[]): Table {
  return {
    columns: ["first_image_id", "images", "posts", "authors", "first_seen", "last_seen", "hours"],
    rows: spreads
      .slice(0, MOST_SPREADS)
      .map((spread) => [
        lake.pictures.id[spread.first] as string,
        spread.pictures.length,
        spread.posts.length,
        spread.authors,
        formatSqlTime(spread.firstSeen),
        formatSqlTime(spread.lastSeen),
        Number.isNaN(spread.firstSeen) ? null : Math.floor((spread.lastSeen - spread.firstSeen) / 3_600_000),
      ]),
  };
}

export interface CurvePoint {
  /** Milliseconds since 1970. */
  at: number;
  /** Posts up to and with this time. */
  posts: number;
}

export interface Curve {
  spread: Spread;
  /** Null if the posts of all platforms are counted together. */
  platform: string | null;
  points: CurvePoint[];
}

/** How many posts there were up to each time; each curve goes on to `end`, so that all are equally long. */
export function drawCurves(lake: Lake, spreads: Spread[], byPlatform: boolean, end: number): Curve[] {
  return spreads.flatMap((spread) => {
    const curves = new Map<string | null, CurvePoint[]>();
    for (const post of spread.posts) {
      const at = lake.posts.at[post] as number;
      if (Number.isNaN(at)) continue;
      const platform = byPlatform ? nameOf(lake.names.platforms, lake.posts.platform[post] as number) : null;
      const points = curves.get(platform) ?? [];
      curves.set(platform, points);
      points.push({ at, posts: points.length + 1 });
    }
    return Array.from(curves, ([platform, points]) => ({
      spread,
      platform,
      points: [...points, { at: Math.max(end, points.at(-1)?.at ?? end), posts: points.length }],
    }));
  });
}

/** The rows of the saved query spread_by_day for these groups. */
export function tabulateDays(lake: Lake, spreads: Spread[]): Table {
  const rows = spreads.flatMap((spread) => {
    const days = new Map<string, number>();
    for (const post of spread.posts) {
      const day = lake.posts.day[post] as number;
      if (day === UNKNOWN) continue;
      const platform = nameOf(lake.names.platforms, lake.posts.platform[post] as number);
      const key = `${dayName(day)} ${platform}`;
      days.set(key, (days.get(key) ?? 0) + 1);
    }
    const soFar = new Map<string, number>();
    return [...days]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, posts]) => {
        const day = key.slice(0, 10);
        const platform = key.slice(11);
        const total = (soFar.get(platform) ?? 0) + posts;
        soFar.set(platform, total);
        return [lake.pictures.id[spread.first] as string, day, platform, posts, total];
      });
  });
  return { columns: ["first_image_id", "posted_on", "source_platform", "posts", "posts_so_far"], rows };
}
