/** One picture of the wall, or a stack of near-duplicates. */

import type { Signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Lake } from "../data/lake.ts";
import { formatCount, formatTime } from "../numbers.ts";
import { Thumbnail } from "../parts/thumbnail.tsx";
import { describePicture } from "../pictures.ts";
import type { Box } from "./wall_layout.ts";
import { countPosts } from "./wall_stack.tsx";
import type { Tile } from "./wall_tiles.ts";

interface TileProps {
  lake: Lake;
  tile: Tile;
  href: string;
  box: Box;
  /** In the reading order of the whole wall, from 0. */
  place: number;
  /** In its list, from 1. */
  position: number;
  of: number;
  /** Whether Tab leads to it. */
  isActive: boolean;
  isFast: Signal<boolean>;
}

export function WallTile({ lake, tile, href, box, place, position, of, isActive, isFast }: TileProps) {
  const wasSlow = useRef(false);
  // A tile that has its picture listens no longer.
  if (!wasSlow.current && !isFast.value) wasSlow.current = true;
  const members = tile.members.length;
  return (
    <li
      class={members > 1 ? "stacked" : ""}
      data-place={place}
      aria-posinset={position}
      aria-setsize={of}
      style={{
        insetInlineStart: `${box.left}px`,
        insetBlockStart: `${box.top}px`,
        inlineSize: `${box.side}px`,
        blockSize: `${box.side}px`,
      }}
    >
      <Thumbnail
        lake={lake}
        picture={tile.picture}
        href={href}
        tabIndex={isActive ? 0 : -1}
        label={describeTile(lake, tile)}
        isWaiting={!wasSlow.current}
      />
      {members > 1 && (
        <span class="members" aria-hidden="true">
          {formatCount(members)}
        </span>
      )}
    </li>
  );
}

function describeTile(lake: Lake, tile: Tile): string {
  const first = Number.isNaN(tile.firstSeen) ? "" : `, first ${formatTime(tile.firstSeen)}`;
  const stack = tile.members.length > 1 ? `. A stack of ${formatCount(tile.members.length)} near-duplicates` : "";
  return `${describePicture(lake, tile.picture)}. ${countPosts(tile.posts)}${first}${stack}`;
}
