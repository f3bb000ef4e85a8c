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
  makeSingles,
  readOptions,
  stackTiles,
  type Tile,
  usualSide,
  type WallOptions,
  weigh,
} from "./wall_tiles.ts";

export function Wall({ lake, selection }: { lake: Lake; selection: Selection }) {
  const options = readOptions(place.value.options);
  const { order, weight, grouping, stacks } = options;
  const singles = useMemo(() => makeSingles(lake, selection), [lake, selection]);
  const tiles = useMemo(() => (stacks ? stackTiles(lake, selection, singles) : singles), [singles, stacks]);
  const side = options.side ?? usualSide(tiles.length, window.innerWidth);
  const sections = useMemo(() => arrangeTiles(lake, tiles, options), [lake, tiles, order, weight, grouping]);
  const thresholds = useMemo(() => findThresholds(tiles.map((tile) => weigh(tile, weight))), [tiles, weight]);
  const table = useMemo(() => listPictures(lake, singles), [lake, singles]);
  const opened = tiles.find((tile) => lake.pictures.id[tile.picture] === place.value.options.stack);
  return (
    <div class="wall-view">
      <Panel
        panel={PANELS.wall}
        table={table}
        isEmpty={singles.length === 0}
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

/** The rows of the saved query most_posted_pictures, made when somebody asks for them. */
function listPictures(lake: Lake, singles: Tile[]): Table {
  let rows: Table["rows"] | null = null;
  return {
    columns: ["image_id", "posts", "authors", "impressions", "likes", "first_seen", "last_seen"],
    get rows() {
      rows ??= singles
        .filter((tile) => tile.posts > 0)
        .map((tile) => ({ ...tile, id: lake.pictures.id[tile.picture] as string }))
        .sort((a, b) => b.posts - a.posts || a.firstSeen - b.firstSeen || (a.id < b.id ? -1 : 1))
        .map((tile) => [
          tile.id,
          tile.posts,
          tile.authors,
          Number.isNaN(tile.impressions) ? null : tile.impressions,
          Number.isNaN(tile.likes) ? null : tile.likes,
          formatSqlTime(tile.firstSeen),
          formatSqlTime(tile.lastSeen),
        ]);
      return rows;
    },
  };
}
