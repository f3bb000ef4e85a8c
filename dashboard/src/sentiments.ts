/** The sentiment of posts by what they have in common. */

import { type Lake, UNKNOWN } from "./data/lake.ts";

/** In the order in which they are drawn: what Comprehend calls a text. */
export const SENTIMENTS = ["POSITIVE", "MIXED", "NEUTRAL", "NEGATIVE"] as const;
export type Sentiment = (typeof SENTIMENTS)[number];

export interface Tally {
  /** Number of what the posts have in common. */
  key: number;
  /** All posts, with a sentiment or without. */
  posts: number;
  POSITIVE: number;
  MIXED: number;
  NEUTRAL: number;
  NEGATIVE: number;
  notAnalysed: number;
  /** Mean of the positive minus the negative score, -1 to 1; NaN if no post has scores. */
  meanBalance: number;
}

/**
 * One tally for each key below `size` that a selected post has, by key.
 *
 * `eachKey` calls back with every key of a post, each once.
 */
export function tallySentiments(
  lake: Lake,
  posts: Uint8Array,
  size: number,
  eachKey: (post: number, found: (key: number) => void) => void,
): Tally[] {
  const column = lake.names.sentiments.map((name) => SENTIMENTS.indexOf(name as Sentiment));
  const width = SENTIMENTS.length;
  const counts = new Int32Array(size * width);
  const all = new Int32Array(size);
  const unknown = new Int32Array(size);
  const balances = new Float64Array(size);
  const scored = new Int32Array(size);
  for (let post = 0; post < lake.posts.count; post++) {
    if (posts[post] === 0) continue;
    const number = lake.posts.sentiment[post] as number;
    const place = number === UNKNOWN ? UNKNOWN : (column[number] ?? UNKNOWN);
    const balance = (lake.posts.positive[post] as number) - (lake.posts.negative[post] as number);
    eachKey(post, (key) => {
      (all[key] as number) += 1;
      if (number === UNKNOWN) (unknown[key] as number) += 1;
      if (place !== UNKNOWN) (counts[key * width + place] as number) += 1;
      if (number !== UNKNOWN && !Number.isNaN(balance)) {
        (balances[key] as number) += balance;
        (scored[key] as number) += 1;
      }
    });
  }
  const count = (key: number, place: number) => counts[key * width + place] as number;
  return Array.from(all.keys())
    .filter((key) => (all[key] as number) > 0)
    .map((key) => ({
      key,
      posts: all[key] as number,
      POSITIVE: count(key, 0),
      MIXED: count(key, 1),
      NEUTRAL: count(key, 2),
      NEGATIVE: count(key, 3),
      notAnalysed: unknown[key] as number,
      meanBalance: (balances[key] as number) / (scored[key] as number),
    }));
}

export type Order = "posts" | "positive" | "negative";

/** Where shares are compared, tallies of fewer posts with a sentiment are left out: their shares are chance. */
export const FEWEST_POSTS = 5;

export function sortTallies<Named extends Tally & { name: string }>(tallies: Named[], order: Order): Named[] {
  const byPosts = (a: Named, b: Named) => b.posts - a.posts || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  if (order === "posts") return tallies.toSorted(byPosts);
  const sign = order === "positive" ? 1 : -1;
  return tallies
    .filter((tally) => tally.posts - tally.notAnalysed >= FEWEST_POSTS)
    .toSorted((a, b) => sign * (difference(b) - difference(a)) || byPosts(a, b));
}

/** Share of positive minus share of negative posts, of those with a sentiment. */
function difference(tally: Tally): number {
  const analysed = tally.posts - tally.notAnalysed;
  return analysed === 0 ? 0 : (tally.POSITIVE - tally.NEGATIVE) / analysed;
}
