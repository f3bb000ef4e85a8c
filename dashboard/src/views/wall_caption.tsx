/**
 * What is known of the tile that the pointer or the focus is on.
 *
 * It has its own place below the wall, so that it hides no picture. Assistive technology has the same in the links.
 */

import type { Signal } from "@preact/signals";
import type { Lake } from "../data/lake.ts";
import { formatCount, formatSigned, formatTime } from "../numbers.ts";
import { labelNames, listSurest } from "../pictures.ts";
import { countPosts } from "./wall_stack.tsx";
import type { Tile } from "./wall_tiles.ts";

export function WallCaption({ lake, noted }: { lake: Lake; noted: Signal<Tile | null> }) {
  const tile = noted.value;
  return (
    <div class="wall-caption" aria-hidden="true">
      {tile === null ? (
        <p class="way">Point at a picture, or reach it by Tab and the arrow keys, to see how often it was posted.</p>
      ) : (
        <p>
          <strong>{countPosts(tile.posts)}</strong>
          {listFacts(lake, tile).map((fact) => (
            <span class="fact" key={fact}>
              {fact}
            </span>
          ))}
        </p>
      )}
    </div>
  );
}

function listFacts(lake: Lake, tile: Tile): string[] {
  const labels = listSurest(lake.pictures.labels[tile.picture] ?? [], labelNames(lake), 6);
  return [
    tile.authors > 1 ? `by ${formatCount(tile.authors)} authors` : "",
    Number.isNaN(tile.firstSeen) ? "" : `first ${formatTime(tile.firstSeen)}`,
    tile.impressions > 0 ? `${formatCount(tile.impressions)} impressions` : "",
    tile.likes > 0 ? `${formatCount(tile.likes)} likes` : "",
    Number.isNaN(tile.balance) ? "" : `sentiment ${formatSigned(tile.balance)}`,
    tile.members.length > 1 ? `${formatCount(tile.members.length)} near-duplicates` : "",
    labels,
  ].filter((fact) => fact !== "");
}
