/** One picture: what was found in it, the posts that show it, its near-duplicates, and the whole response. */

import { useEffect, useRef } from "preact/hooks";
import type { Lake } from "../../data/lake.ts";
import { useAnalysis } from "../../data/rows.ts";
import { findNeighbours, isForPage } from "../../neighbours.ts";
import { formatCount } from "../../numbers.ts";
import { Thumbnail } from "../../parts/thumbnail.tsx";
import type { Selection } from "../../selection.ts";
import { hasMoved, linkTo, place, setOptions } from "../../state.ts";
import { Inspector } from "./inspector.tsx";
import { PicturePosts } from "./picture_posts.tsx";
import { Response } from "./response.tsx";

export function Picture({ lake, selection }: { lake: Lake; selection: Selection }) {
  const id = place.value.options.id ?? "";
  // Without an id, the first picture that the filters leave.
  const picture = id === "" ? selection.pictures.indexOf(1) : lake.pictures.id.indexOf(id);
  if (picture < 0) {
    return (
      <div class="panel">
        <h2>No such picture</h2>
        <p class="hint">
          {id === ""
            ? "The filters leave no picture."
            : "This page has no picture of that id: it may have been deleted, or lie outside the days of this page."}
        </p>
        <p>
          <a href={linkTo("wall")}>All pictures</a>
        </p>
      </div>
    );
  }
  return (
    <article class="picture">
      <Steps lake={lake} selection={selection} picture={picture} />
      <Shown key={picture} lake={lake} selection={selection} picture={picture} />
    </article>
  );
}

function Shown({ lake, selection, picture }: { lake: Lake; selection: Selection; picture: number }) {
  const analysis = useAnalysis(lake.index, picture);
  return (
    <>
      <Inspector lake={lake} picture={picture} analysis={analysis} />
      <PicturePosts lake={lake} selection={selection} picture={picture} />
      <NearDuplicates lake={lake} picture={picture} />
      <Response lake={lake} picture={picture} analysis={analysis} />
    </>
  );
}

/** The pictures before and after it among those that the filters leave. */
function Steps({ lake, selection, picture }: { lake: Lake; selection: Selection; picture: number }) {
  const { previous, next, place: own, count } = findNeighbours(selection.pictures, picture);
  const heading = useRef<HTMLHeadingElement>(null);
  const show = (row: number | null) => {
    if (row !== null) setOptions({ id: lake.pictures.id[row] as string });
  };
  useEffect(() => {
    if (!hasMoved) return;
    // Whoever followed a link from the middle of a long view begins at the top of this one.
    window.scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    const step = (event: KeyboardEvent) => {
      const row = event.key === "ArrowLeft" ? previous : event.key === "ArrowRight" ? next : null;
      if (row === null || !isForPage(event)) return;
      event.preventDefault();
      show(row);
    };
    document.addEventListener("keydown", step);
    return () => document.removeEventListener("keydown", step);
  }, [previous, next]);
  return (
    <div class="steps">
      <h2 tabIndex={-1} ref={heading}>
        {own === null ? "Picture" : `Picture ${formatCount(own)} of ${formatCount(count)}`}
      </h2>
      {own === null && <p class="hint">The filters leave this picture out.</p>}
      <div class="buttons">
        <button type="button" disabled={previous === null} onClick={() => show(previous)} aria-keyshortcuts="ArrowLeft">
          <span aria-hidden="true">←</span> Previous
        </button>
        <button type="button" disabled={next === null} onClick={() => show(next)} aria-keyshortcuts="ArrowRight">
          Next <span aria-hidden="true">→</span>
        </button>
      </div>
    </div>
  );
}

const MOST_DUPLICATES = 60;

function NearDuplicates({ lake, picture }: { lake: Lake; picture: number }) {
  const group = lake.pictures.group[picture];
  const others: number[] = [];
  lake.pictures.group.forEach((other, row) => {
    if (other === group && row !== picture) others.push(row);
  });
  return (
    <section class="panel" aria-labelledby="duplicates-title">
      <h2 id="duplicates-title">Near-duplicates</h2>
      <p class="hint">Pictures that look nearly the same: scaled, compressed again or slightly cropped.</p>
      {others.length === 0 ? (
        <p class="quiet">There are none.</p>
      ) : (
        <ul class="thumbnails">
          {others.slice(0, MOST_DUPLICATES).map((row) => (
            <li key={row}>
              <Thumbnail
                lake={lake}
                picture={row}
                href={linkTo("picture", { ...place.value.options, id: lake.pictures.id[row] as string })}
              />
              <span class="quiet">{formatCount(lake.pictures.photos[row]?.length ?? 0)} ×</span>
            </li>
          ))}
        </ul>
      )}
      {others.length > MOST_DUPLICATES && (
        <p class="hint">
          The first {formatCount(MOST_DUPLICATES)} of {formatCount(others.length)}.
        </p>
      )}
    </section>
  );
}
