/** The members of a stack: near-duplicates of each other, the most posted first. */

import { useEffect, useRef } from "preact/hooks";
import type { Lake } from "../data/lake.ts";
import { formatCount, formatTime } from "../numbers.ts";
import { Thumbnail } from "../parts/thumbnail.tsx";
import type { Selection } from "../selection.ts";
import { linkTo, setOptions } from "../state.ts";
import { createCounter, type Tile } from "./wall_tiles.ts";

export function StackDialog({ lake, selection, tile }: { lake: Lake; selection: Selection; tile: Tile }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const count = createCounter(lake, selection);
  return (
    <dialog ref={dialog} class="stack" aria-labelledby="stack-title" onClose={() => setOptions({ stack: "" })}>
      <header>
        <h2 id="stack-title">{formatCount(tile.members.length)} near-duplicates</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      <ul>
        {tile.members.map((picture) => {
          const { posts, firstSeen } = count([picture]);
          return (
            <li key={picture}>
              <Thumbnail
                lake={lake}
                picture={picture}
                href={linkTo("picture", { id: lake.pictures.id[picture] as string })}
              />
              <p>{countPosts(posts)}</p>
              <p class="hint">{Number.isNaN(firstSeen) ? "" : `First ${formatTime(firstSeen)}`}</p>
            </li>
          );
        })}
      </ul>
    </dialog>
  );
}

export function countPosts(posts: number): string {
  return posts === 0 ? "In no post" : posts === 1 ? "In 1 post" : `In ${formatCount(posts)} posts`;
}
