/** A text by somebody else, which may be very long: its beginning, and the rest on demand. */

import { useState } from "preact/hooks";
import { formatCount } from "../numbers.ts";

const BEGINNING = 600;

export function LongText({ text, ...attributes }: { text: string; class: string }) {
  const [showsAll, setShowsAll] = useState(false);
  const isLong = text.length > 1.5 * BEGINNING;
  return (
    <>
      <p {...attributes} dir="auto">
        {isLong && !showsAll ? `${cutText(text, BEGINNING)} …` : text}
      </p>
      {isLong && (
        <button type="button" class="more" aria-expanded={showsAll} onClick={() => setShowsAll(!showsAll)}>
          {showsAll ? "Show less" : `Show all ${formatCount(text.length)} characters`}
        </button>
      )}
    </>
  );
}

/** At most so many code units, without half of a character at the end. */
export function cutText(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, "");
}
