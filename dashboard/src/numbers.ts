/** Counting what is selected, and numbers and times as the reader writes them. */

import { UNKNOWN } from "./data/lake.ts";
import { UNKNOWN_NAME } from "./facets.ts";

export interface Count {
  name: string;
  count: number;
}

/** How many selected rows have each name, the most frequent first, then by name. */
export function countNames(values: ArrayLike<number | number[]>, mask: Uint8Array, names: string[]): Count[] {
  const owners = findOwners(names);
  const counts = new Int32Array(owners.length);
  const lastRow = new Int32Array(owners.length).fill(UNKNOWN);
  const missing = owners.length - 1;
  const count = (row: number, number: number) => {
    const owner = owners[number === UNKNOWN ? missing : number] ?? (owners[missing] as number);
    // A row counts once for a name, even if two of its numbers share it.
    if (lastRow[owner] === row) return;
    lastRow[owner] = row;
    (counts[owner] as number) += 1;
  };
  for (let row = 0; row < mask.length; row++) {
    if (mask[row] === 0) continue;
    const value = values[row] ?? UNKNOWN;
    if (typeof value === "number") count(row, value);
    else for (const number of value) count(row, number);
  }
  const found: Count[] = [];
  for (let owner = 0; owner < counts.length; owner++) {
    if (counts[owner] !== 0) found.push({ name: names[owner] ?? UNKNOWN_NAME, count: counts[owner] as number });
  }
  return sortCounts(found);
}

/** For each number the first one that has the same name; last, for a missing value. */
function findOwners(names: string[]): Int32Array {
  const first = new Map<string, number>();
  const owners = new Int32Array(names.length + 1);
  for (let number = 0; number <= names.length; number++) {
    const name = names[number] ?? UNKNOWN_NAME;
    const owner = first.get(name) ?? number;
    if (owner === number) first.set(name, number);
    owners[number] = owner;
  }
  return owners;
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
const wholePercent = new Intl.NumberFormat(undefined, { style: "percent" });
const dollars = new Intl.NumberFormat(undefined, { style: "currency", currency: "USD", maximumFractionDigits: 2 });
const cents = new Intl.NumberFormat(undefined, { style: "currency", currency: "USD", maximumSignificantDigits: 2 });
const signed = new Intl.NumberFormat(undefined, { signDisplay: "exceptZero", maximumFractionDigits: 2 });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });
const languages = new Intl.DisplayNames(undefined, { type: "language", fallback: "code" });
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

/** A language's name in the reader's language, and its tag if the browser does not know it. */
export function formatLanguage(tag: string): string {
  try {
    return languages.of(tag) ?? tag;
  } catch {
    return tag;
  }
}
