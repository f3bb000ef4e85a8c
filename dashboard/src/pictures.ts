/** What is said of a picture in words and colour wherever it appears. */

import type { Scored } from "./data/format.ts";
import { type Lake, UNKNOWN } from "./data/lake.ts";
import { nameOf } from "./numbers.ts";

/** Alternative text: the description by its author, else its surest labels, else "picture". */
export function describePicture(lake: Lake, picture: number): string {
  const alt = lake.pictures.alt[picture]?.trim();
  if (alt) return alt;
  return listSurest(lake.pictures.labels[picture] ?? [], labelNames(lake), 5) || "picture";
}

/** The labels for which a picture is blurred: `Weapons, Violence`; empty if nothing in it is suspect. */
export function nameSuspicions(lake: Lake, picture: number): string {
  const names = lake.names.moderationLabels.map((label) => label.name);
  return listSurest(lake.pictures.moderationLabels[picture] ?? [], names, 3);
}

/** The label that the service is surest of, by number; UNKNOWN if there is none. */
export function surestLabel(labels: Scored[]): number {
  let surest: Scored | undefined;
  for (const scored of labels) if (surest === undefined || scored[1] > surest[1]) surest = scored;
  return surest?.[0] ?? UNKNOWN;
}

/** `#rrggbb` of the most frequent colour; null if there is none that a style sheet should be given. */
export function firstColor(lake: Lake, picture: number): string | null {
  const color = lake.pictures.palette[picture]?.[0];
  return color !== undefined && /^#[0-9a-f]{6}$/i.test(color) ? color : null;
}

export function labelNames(lake: Lake): string[] {
  return lake.names.labels.map((label) => label.name);
}

export function listSurest(scored: Scored[], names: string[], limit: number): string {
  return scored
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, limit)
    .map(([name]) => nameOf(names, name))
    .join(", ");
}
