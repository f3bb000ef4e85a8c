/** Labels that are seen together, as a matrix; the most frequent pairs as a list that can be picked from. */

import * as Plot from "@observablehq/plot";
import { useCallback, useMemo } from "preact/hooks";
import type { Lake } from "../data/lake.ts";
import { countPairs, isParentAndChild, orderBySimilarity, type PairCounts, similarity } from "../label_pairs.ts";
import { countPhotosOfPictures } from "../labels.ts";
import { formatCount, formatShare } from "../numbers.ts";
import { PANELS } from "../panels.ts";
import { Chart } from "../parts/chart.tsx";
import { Choice } from "../parts/choice.tsx";
import { Panel } from "../parts/panel.tsx";
import type { Selection } from "../selection.ts";
import { filters, place, setFilters, setOptions } from "../state.ts";

const ORDERS = { similarity: "Similarity", frequency: "Frequency" };
const MEASURES = { photos: "Photos", overlap: "Overlap" };
const LISTED = 500;
const MOST_LABELS = 24;
/** Pixels that a label of the matrix needs at least. */
const CELL = 20;

interface Cell {
  one: number;
  other: number;
  photos: number;
  overlap: number;
}

export function LabelPairs({ lake, selection }: { lake: Lake; selection: Selection }) {
  const { order = "similarity", measure = "photos" } = place.value.options;
  const pairs = useMemo(() => countPairs(lake, countPhotosOfPictures(lake, selection)), [lake, selection]);
  const list = useMemo(() => pairs.listPairs(LISTED), [pairs]);
  const frequent = useMemo(() => listFrequent(lake, pairs), [lake, pairs]);
  const options = useCallback(
    (width: number) => drawMatrix(lake, pairs, frequent, order, measure, width),
    [lake, pairs, frequent, order, measure],
  );
  const chosen = filters.value.facets.label ?? [];
  return (
    <Panel
      panel={PANELS.labelPairs}
      table={{
        columns: ["label_name", "other_label_name", "photos"],
        rows: list.map(({ name, other, photos }) => [name, other, photos]),
      }}
      empty="No photo of these days has two labels."
      isWide
    >
      <div class="controls">
        <Choice label="Order" values={ORDERS} chosen={order} onChoose={(value) => setOptions({ order: value })} />
        <Choice
          label="Colour"
          values={MEASURES}
          chosen={measure}
          onChoose={(value) => setOptions({ measure: value })}
        />
        <p class="hint">
          {measure === "overlap"
            ? "Overlap: of the photos with one of the two, the share with both (Jaccard)."
            : "Photos with both labels."}
        </p>
      </div>
      <div class="pairs">
        <Chart label="Matrix of labels that are seen together; the list has the same pairs" options={options} />
        <ol class="bars">
          {list.slice(0, 15).map(({ name, other, photos }) => (
            <li key={`${name} ${other}`}>
              <button
                type="button"
                class="row"
                aria-pressed={chosen.includes(name) && chosen.includes(other)}
                onClick={() => togglePair(name, other)}
              >
                <span class="name">
                  <bdi>{name}</bdi> + <bdi>{other}</bdi>
                </span>
                <span class="bar" style={{ inlineSize: `${(100 * photos) / (list[0]?.photos ?? 1)}%` }} />
                <span class="count">{formatCount(photos)}</span>
              </button>
            </li>
          ))}
        </ol>
      </div>
    </Panel>
  );
}

/** Choose both labels, or take the choice of both back. */
function togglePair(name: string, other: string): void {
  const { label: chosen = [], ...others } = filters.value.facets;
  const rest = chosen.filter((label) => label !== name && label !== other);
  const isChosen = chosen.includes(name) && chosen.includes(other);
  const next = isChosen ? rest : [...rest, name, other];
  setFilters({ ...filters.value, facets: next.length === 0 ? others : { ...others, label: next } });
}

/** The labels with the most photos, by number. */
function listFrequent(lake: Lake, pairs: PairCounts): number[] {
  return lake.names.labels
    .map((_, label) => ({ label, photos: pairs.photos(label, label) }))
    .filter(({ photos }) => photos > 0)
    .sort((a, b) => b.photos - a.photos || a.label - b.label)
    .slice(0, MOST_LABELS)
    .map(({ label }) => label);
}

function drawMatrix(
  lake: Lake,
  pairs: PairCounts,
  frequent: number[],
  order: string,
  measure: string,
  width: number,
): Plot.PlotOptions {
  const margin = Math.min(130, width / 3);
  const most = Math.max(2, Math.floor((width - margin) / CELL));
  const similar = (one: number, other: number) => similarity(pairs, one, other);
  const shown = frequent.slice(0, most);
  const labels = order === "frequency" ? shown : orderBySimilarity(shown, similar);
  const side = Math.min(34, (width - margin) / labels.length);
  const nameOf = (label: number) => lake.names.labels[label]?.name ?? "";
  const short = (label: number) => {
    const name = nameOf(label);
    const letters = Math.floor(margin / 7.5);
    return name.length > letters ? `${name.slice(0, letters - 1)}…` : name;
  };
  const cells = labels.flatMap((one) => labels.filter((other) => other !== one).map((other) => ({ one, other })));
  const pairCells: Cell[] = cells
    .filter(({ one, other }) => !isParentAndChild(lake, one, other))
    .map(({ one, other }) => ({
      one,
      other,
      photos: pairs.photos(one, other),
      overlap: similarity(pairs, one, other),
    }));
  const value = (cell: Cell) => (measure === "overlap" ? cell.overlap : cell.photos);
  const top = Math.max(1e-9, ...pairCells.map(value));
  return {
    marginLeft: margin,
    marginTop: margin,
    marginRight: Math.max(0, width - margin - side * labels.length),
    marginBottom: 4,
    height: margin + side * labels.length + 4,
    padding: 0.06,
    x: { domain: labels, axis: "top", tickFormat: short, tickRotate: -90, tickSize: 0, label: null },
    y: { domain: labels, tickFormat: short, tickSize: 0, label: null },
    marks: [
      Plot.cell(cells, { x: "other", y: "one", fill: "var(--page)" }),
      Plot.cell(pairCells, {
        x: "other",
        y: "one",
        fill: "var(--accent)",
        // A square root: few pairs have most of the photos.
        fillOpacity: (cell: Cell) => Math.sqrt(value(cell) / top),
        title: (cell: Cell) =>
          `${nameOf(cell.one)} + ${nameOf(cell.other)}\n${formatCount(cell.photos)} photos, ` +
          `overlap ${formatShare(cell.overlap, 1)}`,
        tip: { pointer: "xy" },
      }),
    ],
  };
}
