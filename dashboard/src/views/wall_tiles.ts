/** What stands on the wall: near-duplicates as one tile, how often each was posted, and in which order. */

import { type Lake, UNKNOWN } from "../data/lake.ts";
import { sortCounts } from "../numbers.ts";
import { surestLabel } from "../pictures.ts";
import { rankColor } from "../rainbow.ts";
import { dayName, type Selection } from "../selection.ts";

export const ORDERS = ["frequency", "time", "newest", "color", "sentiment", "label"] as const;
export const WEIGHTS = ["posts", "impressions", "likes", "same"] as const;
export const GROUPINGS = ["none", "label", "day"] as const;

export interface WallOptions {
  order: (typeof ORDERS)[number];
  weight: (typeof WEIGHTS)[number];
  grouping: (typeof GROUPINGS)[number];
  stacks: boolean;
  /** Wanted side of the smallest tile, in pixels; null if it is left to the number of tiles. */
  side: number | null;
}

export const SIDES = { least: 40, most: 160 };

/** From the URL; whatever it does not know is as usual. */
export function readOptions(options: Record<string, string>): WallOptions {
  const one = <Name extends string>(names: readonly Name[], name: string | undefined): Name =>
    names.find((candidate) => candidate === name) ?? (names[0] as Name);
  const order = one(ORDERS, options.order);
  const side = Number(options.side ?? Number.NaN);
  return {
    order,
    weight: one(WEIGHTS, options.weight),
    grouping: order === "label" && options.grouping === undefined ? "label" : one(GROUPINGS, options.grouping),
    stacks: options.stacks !== "off",
    side: side >= SIDES.least && side <= SIDES.most ? side : null,
  };
}

/** Few pictures are shown larger; a phone has room for five cells side by side. */
export function usualSide(tiles: number, windowWidth: number): number {
  const side = tiles <= 60 ? 120 : tiles <= 400 ? 96 : 76;
  return Math.max(SIDES.least, Math.min(side, Math.floor(windowWidth / 5.5)));
}

/** What the selected posts say of a picture, or of several together. A post counts once, however often it shows them. */
export interface Showings {
  posts: number;
  authors: number;
  /** NaN if no post says. */
  impressions: number;
  likes: number;
  /** Milliseconds, NaN if no post has a time. */
  firstSeen: number;
  lastSeen: number;
  /** Mean of positive less negative over the posts with a sentiment, -1 to 1; NaN if there is none. */
  balance: number;
}

export interface Tile extends Showings {
  /** The member that was posted most often. */
  picture: number;
  /** Pictures that are near-duplicates of each other, the most posted first. */
  members: number[];
}

export interface TileSection {
  /** Empty if the wall is not divided. */
  title: string;
  /** Days since 1970 if it is a day. */
  day: number | null;
  tiles: Tile[];
}

/** Counts the selected posts that show any of the given pictures. */
export function createCounter(lake: Lake, selection: Selection): (pictures: number[]) => Showings {
  const { posts, photos, pictures } = lake;
  const counted = new Int32Array(posts.count);
  const authors = new Int32Array(posts.author.reduce((most, author) => Math.max(most, author), 0) + 1);
  let round = 0;
  return (rows) => {
    round += 1;
    const sum: Showings = {
      posts: 0,
      authors: 0,
      impressions: Number.NaN,
      likes: Number.NaN,
      firstSeen: Number.NaN,
      lastSeen: Number.NaN,
      balance: Number.NaN,
    };
    let balance = 0;
    let balanced = 0;
    for (const row of rows) {
      for (const photo of pictures.photos[row] as number[]) {
        const post = photos.post[photo] as number;
        if (selection.photos[photo] === 0 || counted[post] === round) continue;
        counted[post] = round;
        sum.posts += 1;
        const author = posts.author[post] as number;
        if (author !== UNKNOWN && authors[author] !== round) {
          authors[author] = round;
          sum.authors += 1;
        }
        sum.impressions = add(sum.impressions, posts.impressions[post] as number);
        sum.likes = add(sum.likes, posts.likes[post] as number);
        const at = posts.at[post] as number;
        if (!(sum.firstSeen <= at) && !Number.isNaN(at)) sum.firstSeen = at;
        if (!(sum.lastSeen >= at) && !Number.isNaN(at)) sum.lastSeen = at;
        const own = (posts.positive[post] as number) - (posts.negative[post] as number);
        if (Number.isNaN(own)) continue;
        balance += own;
        balanced += 1;
      }
    }
    sum.balance = balance / balanced;
    return sum;
  };
}

/** The sum of what is known: NaN only if neither is. */
function add(a: number, b: number): number {
  return Number.isNaN(a) ? b : Number.isNaN(b) ? a : a + b;
}

/** One tile for each selected picture. */
export function makeSingles(lake: Lake, selection: Selection): Tile[] {
  const count = createCounter(lake, selection);
  const pictures = Array.from(selection.pictures.keys()).filter((row) => selection.pictures[row] === 1);
  return pictures.map((picture) => ({ picture, members: [picture], ...count([picture]) }));
}

/** The near-duplicates among them as one tile, under the one that was posted most often. */
export function stackTiles(lake: Lake, selection: Selection, singles: Tile[]): Tile[] {
  const count = createCounter(lake, selection);
  const groups = groupBy(singles, (tile) => lake.pictures.group[tile.picture] as number);
  return Array.from(groups.values(), (group) => {
    const [first, ...others] = group.sort((a, b) => b.posts - a.posts || earlier(a, b) || a.picture - b.picture);
    if (first === undefined || others.length === 0) return first as Tile;
    const members = group.map((tile) => tile.picture);
    return { picture: first.picture, members, ...count(members) };
  });
}

/** What a tile's size stands for; an unknown reach counts as none. */
export function weigh(tile: Tile, weight: WallOptions["weight"]): number {
  return weight === "same" ? 0 : tile[weight] || 0;
}

/** The tiles in their order and under their headings. */
export function arrangeTiles(lake: Lake, tiles: Tile[], options: WallOptions): TileSection[] {
  const sorted = sortTiles(lake, tiles, options);
  if (options.grouping === "label") return groupByLabel(lake, sorted);
  if (options.grouping === "day") return groupByDay(sorted, options.order === "newest");
  return sorted.length === 0 ? [] : [{ title: "", day: null, tiles: sorted }];
}

function sortTiles(lake: Lake, tiles: Tile[], { order, weight }: WallOptions): Tile[] {
  const frequent = (a: Tile, b: Tile) =>
    weigh(b, weight) - weigh(a, weight) || b.posts - a.posts || earlier(a, b) || a.picture - b.picture;
  const byNumber = (read: (tile: Tile) => number) => {
    const keys = new Map(tiles.map((tile) => [tile, read(tile)]));
    // Equal keys, and infinite ones, whose difference is NaN, are left to the frequency.
    return (a: Tile, b: Tile) => (keys.get(a) as number) - (keys.get(b) as number) || frequent(a, b);
  };
  const last = (value: number) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value);
  const orders: Record<WallOptions["order"], () => (a: Tile, b: Tile) => number> = {
    frequency: () => frequent,
    time: () => byNumber((tile) => last(tile.firstSeen)),
    newest: () => byNumber((tile) => last(-tile.firstSeen)),
    color: () => byNumber((tile) => rankColor(lake.pictures.palette[tile.picture]?.[0])),
    sentiment: () => byNumber((tile) => last(-tile.balance)),
    label: () => {
      const ranks = rankLabels(lake, tiles);
      return byNumber((tile) => ranks.get(labelOf(lake, tile)) ?? Number.POSITIVE_INFINITY);
    },
  };
  return tiles.toSorted(orders[order]());
}

/** Unknown times are later than any. */
function earlier(a: Showings, b: Showings): number {
  if (Number.isNaN(a.firstSeen) || Number.isNaN(b.firstSeen)) {
    return Number(Number.isNaN(a.firstSeen)) - Number(Number.isNaN(b.firstSeen));
  }
  return a.firstSeen - b.firstSeen;
}

const NO_LABEL = "No label";

function labelOf(lake: Lake, tile: Tile): string {
  const label = surestLabel(lake.pictures.labels[tile.picture] ?? []);
  return lake.names.labels[label]?.name ?? NO_LABEL;
}

/** The labels by the number of their tiles, the most frequent first; no label comes last. */
function rankLabels(lake: Lake, tiles: Tile[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const tile of tiles) {
    const label = labelOf(lake, tile);
    if (label !== NO_LABEL) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const sorted = sortCounts(Array.from(counts, ([name, count]) => ({ name, count })));
  return new Map(sorted.map(({ name }, rank) => [name, rank]));
}

function groupBy<Item, Key>(items: Item[], read: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = read(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function groupByLabel(lake: Lake, tiles: Tile[]): TileSection[] {
  const groups = groupBy(tiles, (tile) => labelOf(lake, tile));
  const titles = [...rankLabels(lake, tiles).keys(), NO_LABEL];
  return titles.flatMap((title) => {
    const own = groups.get(title);
    return own === undefined ? [] : [{ title, day: null, tiles: own }];
  });
}

function groupByDay(tiles: Tile[], newestFirst: boolean): TileSection[] {
  const groups = groupBy(tiles, (tile) => Math.floor(tile.firstSeen / 86_400_000));
  const days = [...groups.keys()].filter((day) => !Number.isNaN(day)).sort((a, b) => (newestFirst ? b - a : a - b));
  const known = days.map((day) => ({ title: dayName(day), day, tiles: groups.get(day) as Tile[] }));
  const unknown = groups.get(Number.NaN);
  return unknown === undefined ? known : [...known, { title: "Time not known", day: null, tiles: unknown }];
}
