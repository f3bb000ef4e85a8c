/** Names in the order of their letters, so that rows can be grouped and sorted by small numbers. */

import { UNKNOWN } from "./data/lake.ts";
import { nameOf } from "./numbers.ts";

export interface NameRanks {
  /** Each name once, in order; the name of a missing value is one of them. */
  names: string[];
  /** The rank of a name number, or of UNKNOWN; numbers that share a name share a rank. */
  rank(number: number): number;
}

export function rankNames(list: string[]): NameRanks {
  const names = [...new Set([nameOf(list, UNKNOWN), ...list])].sort();
  const places = new Map(names.map((name, place) => [name, place]));
  const ranks = Int32Array.from({ length: list.length + 1 }, (_, n) => places.get(nameOf(list, n - 1)) as number);
  return { names, rank: (number) => ranks[number + 1] ?? (places.get(nameOf(list, UNKNOWN)) as number) };
}
