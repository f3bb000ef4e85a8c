/** The pictures that are repeated most on each side. */

import { useMemo } from "preact/hooks";
import { nameColumn } from "../comparison.ts";
import type { Lake } from "../data/lake.ts";
import { countPostsOfPictures } from "../labels.ts";
import { formatAmount } from "../numbers.ts";
import { PANELS } from "../panels.ts";
import { Panel } from "../parts/panel.tsx";
import { Thumbnail } from "../parts/thumbnail.tsx";
import type { Selection } from "../selection.ts";
import { linkTo } from "../state.ts";
import { type CompareProps, SideName } from "./compare_side.tsx";

const SHOWN = 12;

interface PictureCount {
  picture: number;
  id: string;
  posts: number;
}

export function ComparePictures({ lake, sides }: CompareProps) {
  const pictures = useMemo(() => sides.map(({ selection }) => listMostRepeated(lake, selection)), [lake, sides]);
  return (
    <Panel
      panel={PANELS.comparePictures}
      table={tabulate(sides, pictures)}
      empty="No photo of either side was analysed."
      isWide
    >
      <div class="differences">
        {sides.map((side, number) => (
          <div key={side.letter}>
            <h3>
              <SideName side={side} />
            </h3>
            <ol class="repeated">
              {(pictures[number] ?? []).map(({ picture, id, posts }) => (
                <li key={id}>
                  <Thumbnail lake={lake} picture={picture} href={linkTo("picture", { id })} />
                  <span class="count">{formatAmount(posts, "post")}</span>
                </li>
              ))}
            </ol>
          </div>
        ))}
      </div>
    </Panel>
  );
}

function listMostRepeated(lake: Lake, selection: Selection): PictureCount[] {
  const posts = countPostsOfPictures(lake, selection);
  const counts: PictureCount[] = [];
  for (let picture = 0; picture < posts.length; picture++) {
    const count = posts[picture] as number;
    if (count > 0) counts.push({ picture, id: lake.pictures.id[picture] as string, posts: count });
  }
  return counts.sort((a, b) => b.posts - a.posts || (a.id < b.id ? -1 : 1)).slice(0, SHOWN);
}

function tabulate(sides: CompareProps["sides"], pictures: PictureCount[][]) {
  return {
    columns: [nameColumn(sides), "place", "image_id", "posts"],
    rows: sides
      .map(({ name }, number) => ({ name, own: pictures[number] ?? [] }))
      .sort((one, other) => (one.name < other.name ? -1 : 1))
      .flatMap(({ name, own }) => own.map(({ id, posts }, place) => [name, place + 1, id, posts])),
  };
}
