/** Two brands, queries, hashtags, labels, platforms, languages or sentiments side by side. */

import { useMemo } from "preact/hooks";
import { chooseSides, narrowToSide, parseSide, type Side } from "../comparison.ts";
import type { Lake } from "../data/lake.ts";
import { NO_FILTERS } from "../filters.ts";
import { EmptyState } from "../parts/empty_state.tsx";
import type { Selection } from "../selection.ts";
import { filters, place, selectBy } from "../state.ts";
import { CompareDays } from "./compare_days.tsx";
import { CompareFigures } from "./compare_figures.tsx";
import { CompareLabels } from "./compare_labels.tsx";
import { ComparePictures } from "./compare_pictures.tsx";
import { type ComparedSide, type CompareProps, writeSide } from "./compare_side.tsx";
import { SideForm } from "./compare_sides.tsx";

export function Compare({ lake, selection }: { lake: Lake; selection: Selection }) {
  const all = useMemo(() => selectBy(NO_FILTERS) ?? selection, [lake]);
  const { a, b } = place.value.options;
  const chosen = useMemo(() => chooseSides(lake, all, { a: parseSide(a), b: parseSide(b) }), [lake, all, a, b]);
  const sides = useMemo(
    () =>
      chosen === null
        ? null
        : ([
            compareSide(lake, chosen[0], "A", "var(--series-1)", selection),
            compareSide(lake, chosen[1], "B", "var(--series-2)", selection),
          ] as CompareProps["sides"]),
    [lake, chosen, filters.value, selection],
  );
  if (sides === null) {
    return (
      <EmptyState text="There is nothing to compare: collect posts of two queries, hashtags, languages or platforms." />
    );
  }
  return (
    <div class="panels">
      <SideForm lake={lake} all={all} sides={sides} />
      <CompareFigures lake={lake} sides={sides} />
      <CompareDays lake={lake} sides={sides} />
      <CompareLabels lake={lake} sides={sides} />
      <ComparePictures lake={lake} sides={sides} />
    </div>
  );
}

function compareSide(lake: Lake, side: Side, letter: string, color: string, selection: Selection): ComparedSide {
  const own = selectBy(narrowToSide(lake, filters.value, side)) ?? selection;
  return { ...side, letter, color, text: writeSide(side), selection: own };
}
