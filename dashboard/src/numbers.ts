/** Counting what is selected, and numbers and times as the reader writes them. */

import { UNKNOWN } from "./data/lake.ts";
import { UNKNOWN_NAME } from "./facets.ts";

export interface Count {
  name: string;
  count: number;
}

/** How many selected rows have each name, the most frequent first, then by name. */
export function countNames(values: ArrayLike<number | number[]>, mask: Uint8Array, names: string[]): Count[] {
  // Numbers that share a name count under the first of them; UNKNOWN, which is -1, is at 0.
  const firsts = new Map([[UNKNOWN_NAME, 0]]);
  const keys = Int32Array.from([UNKNOWN_NAME, ...names], (name, key) => {
    const first = firsts.get(name) ?? key;
    firsts.set(name, first);
    return first;
  });
  const counts = new Int32Array(keys.length);
  /** The row, from 1, that was counted last for a name: a row counts once, even if two of its numbers share it. */
  const counted = new Int32Array(keys.length);
  const count = (number: number, row: number) => {
    const key = keys[number + 1] ?? 0;
    if (counted[key] === row + 1) return;
    counted[key] = row + 1;
    counts[key] = (counts[key] as number) + 1;
  };
  for (let row = 0; row < mask.length; row++) {
    if (mask[row] === 0) continue;
    const value = values[row] ?? UNKNOWN;
    if (typeof value === "number") count(value, row);
    else for (const number of value) count(number, row);
  }
  const found = Array.from(firsts, ([name, key]) => ({ name, count: counts[key] as number }));
  return sortCounts(found.filter((each) => each.count > 0));
}

export function sortCounts(counts: Count[]): Count[] {
  return counts.sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Null comes last, as in SQL. */
export function compareNames(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
}

export function nameOf(names: string[], number: number): string {
  return number === UNKNOWN ? UNKNOWN_NAME : (names[number] ?? UNKNOWN_NAME);
}

const whole = new Intl.NumberFormat();
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });
const dollars = new Intl.NumberFormat(undefined, { style: "currency", currency: "USD", maximumFractionDigits: 2 });
const cents = new Intl.NumberFormat(undefined, { style: "currency", currency: "USD", maximumSignificantDigits: 2 });
const signed = new Intl.NumberFormat(undefined, { signDisplay: "exceptZero", maximumFractionDigits: 2 });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });
const languages = new Intl.DisplayNames(undefined, { type: "language", fallback: "code" });
const wholePercent = new Intl.NumberFormat(undefined, { style: "percent" });
const time = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export function formatCount(count: number): string {
  return whole.format(count);
}

/** `1 post`, `12 posts`. */
export function formatAmount(count: number, unit: "post" | "photo" | "picture"): string {
  return `${formatCount(count)} ${unit}${count === 1 ? "" : "s"}`;
}

/** `part` of `all`; a dash if there is nothing to compare with. */
export function formatShare(part: number, all: number): string {
  return all === 0 ? "–" : percent.format(part / all);
}

/** A confidence in percent, as the services give it. */
export function formatConfidence(confidence: number): string {
  return wholePercent.format(confidence / 100);
}

/** In the reader's own time zone; a dash if the time is not known. */
export function formatTime(milliseconds: number | null): string {
  return milliseconds === null || Number.isNaN(milliseconds) ? "–" : time.format(milliseconds);
}

/** A day by its number since 1970-01-01, UTC. */
export function formatDay(number: number): string {
  return day.format(number * 86_400_000);
}

/** Sums below ten cents keep two digits that say something. */
export function formatDollars(amount: number): string {
  return Math.abs(amount) >= 0.1 || amount === 0 ? dollars.format(amount) : cents.format(amount);
}

/** A number with its sign; a dash if it is not known. */
export function formatSigned(number: number): string {
  return Number.isNaN(number) ? "–" : signed.format(number);
}

/** As Athena writes a timestamp: `2026-11-01 09:30:00.000`, UTC; null if the time is not known. */
export function writeSqlTime(milliseconds: number): string | null {
  return Number.isNaN(milliseconds) ? null : new Date(milliseconds).toISOString().replace("T", " ").slice(0, 23);
}

/** A language's name in the reader's language, and its tag if the browser does not know it. */
export function formatLanguage(tag: string): string {
  try {
    return languages.of(tag) ?? tag;
  } catch {
    return tag;
  }
}
