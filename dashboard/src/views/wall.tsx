/** Each distinct picture once, the larger the more often it was posted. */

import { useMemo } from "preact/hooks";
import { formatSqlTime, type Table } from "../csv.ts";
import type { Lake } from "../data/lake.ts";
import { formatCount } from "../numbers.ts";
import { PANELS } from "../panels.ts";
import { Panel } from "../parts/panel.tsx";
import type { Selection } from "../selection.ts";
import { place } from "../state.ts";
import { WallControls } from "./wall_controls.tsx";
import { WallGrid } from "./wall_grid.tsx";
import { findThresholds } from "./wall_layout.ts";
import { StackDialog } from "./wall_stack.tsx";
import {
  arrangeTiles,
  createCounter,
  makeTiles,
  readOptions,
  usualSide,
  type WallOptions,
  weigh,
} from "./wall_tiles.ts";

export function Wall({ lake, selection }: { lake: Lake; selection: Selection }) {
  const options = readOptions(place.value.options);
  const { order, weight, grouping, stacks } = options;
  const tiles = useMemo(() => makeTiles(lake, selection, stacks), [lake, selection, stacks]);
  const side = options.side ?? usualSide(tiles.length, window.innerWidth);
  const sections = useMemo(() => arrangeTiles(lake, tiles, options), [lake, tiles, order, weight, grouping]);
  const thresholds = useMemo(() => findThresholds(tiles.map((tile) => weigh(tile, weight))), [tiles, weight]);
  const table = useMemo(() => listPictures(lake, selection), [lake, selection]);
  const opened = tiles.find((tile) => lake.pictures.id[tile.picture] === place.value.options.stack);
  return (
    <div class="wall-view">
      <Panel
        panel={PANELS.wall}
        table={table}
        empty="No picture of these days was analysed. Collect posts with photos, or drop photos into the bucket."
        isWide
      >
        <WallControls lake={lake} selection={selection} options={options} side={side} />
        <p class="hint">{explainSizes(weight, thresholds)}</p>
        <WallGrid lake={lake} sections={sections} weight={weight} thresholds={thresholds} side={side} />
      </Panel>
      {opened !== undefined && <StackDialog key={opened.picture} lake={lake} selection={selection} tile={opened} />}
    </div>
  );
}

const COUNTED = { posts: "posts", impressions: "impressions", likes: "likes", same: "" };

function explainSizes(weight: WallOptions["weight"], thresholds: { size: number; weight: number }[]): string {
  if (weight === "same") return "All pictures have the same size.";
  if (thresholds.length === 0) return `All pictures have the same size: they have equally many ${COUNTED[weight]}.`;
  const steps = thresholds.map((step) => `${step.size} cells wide from ${formatCount(step.weight)}`);
  return `Size by ${COUNTED[weight]}: ${steps.join(", ")}.`;
}

/** The rows of the saved query most_posted_pictures. */
function listPictures(lake: Lake, selection: Selection): Table {
  const count = createCounter(lake, selection);
  const rows = lake.pictures.id
    .map((id, row) => ({ id, row }))
    .filter(({ row }) => selection.pictures[row] === 1)
    .map(({ id, row }) => ({ id, ...count([row]) }))
    .filter((picture) => picture.posts > 0)
    .sort((a, b) => b.posts - a.posts || a.firstSeen - b.firstSeen || (a.id < b.id ? -1 : 1));
  return {
    columns: ["image_id", "posts", "authors", "impressions", "likes", "first_seen", "last_seen"],
    rows: rows.map((picture) => [
      picture.id,
      picture.posts,
      picture.authors,
      picture.impressions,
      picture.likes,
      formatSqlTime(picture.firstSeen),
      formatSqlTime(picture.lastSeen),
    ]),
  };
}
