/** Colours of the charts, as the variables of the style sheet, which knows light and dark. */

import { UNKNOWN_NAME } from "./facets.ts";
import { OTHERS } from "./timeline.ts";

const SERIES = 7;

/** A colour for a name by its place among the names of a chart; what is not known and all others are grey. */
export function seriesColor(name: string, place: number): string {
  return name === UNKNOWN_NAME || name === OTHERS ? "var(--series-rest)" : `var(--series-${(place % SERIES) + 1})`;
}

const SENTIMENT_COLORS: Record<string, string> = {
  POSITIVE: "var(--positive)",
  NEGATIVE: "var(--negative)",
  NEUTRAL: "var(--neutral)",
  MIXED: "var(--mixed)",
};

export function sentimentColor(name: string): string {
  return SENTIMENT_COLORS[name] ?? "var(--series-rest)";
}
