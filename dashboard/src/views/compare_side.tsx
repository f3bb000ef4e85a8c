/** One side of a comparison as the panels see it, and how it is written. */

import type { Side } from "../comparison.ts";
import type { Lake } from "../data/lake.ts";
import { formatLanguage } from "../numbers.ts";
import type { Selection } from "../selection.ts";

export interface ComparedSide extends Side {
  /** A or B. */
  letter: string;
  color: string;
  /** The name as it is written. */
  text: string;
  selection: Selection;
}

export interface CompareProps {
  lake: Lake;
  sides: [a: ComparedSide, b: ComparedSide];
}

export function writeSide({ facet, name }: Side): string {
  if (facet === "language") return formatLanguage(name);
  return facet === "hashtag" ? `#${name}` : facet === "sentiment" ? name.toLowerCase() : name;
}

/** The letter and name of a side, with its colour. */
export function SideName({ side }: { side: ComparedSide }) {
  return (
    <span class="side-name">
      <span class="swatch" style={{ background: side.color }} />
      <span>{side.letter}</span> <bdi>{side.text}</bdi>
    </span>
  );
}
