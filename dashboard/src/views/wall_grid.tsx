/** The tiles of the wall: only those in and near the window are in the document, however many there are. */

import { type Signal, useSignal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Lake } from "../data/lake.ts";
import { formatCount, formatDay } from "../numbers.ts";
import { linkTo, place } from "../state.ts";
import { WallCaption } from "./wall_caption.tsx";
import {
  boxOf,
  findShown,
  fitGrid,
  type Layout,
  layOut,
  locate,
  moveFocus,
  type Section,
  sizeTiles,
} from "./wall_layout.ts";
import { WallTile } from "./wall_tile.tsx";
import { type Tile, type TileSection, type WallOptions, weigh } from "./wall_tiles.ts";

const GAP = 4;
/** Pixels of a heading with what is around it. */
const HEADING = 44;
/** The wall is drawn anew after so many pixels of scrolling, and so many are drawn beyond the window. */
const STEP = 400;
/** Pixels in a millisecond, at which a window of 900 pixels passes in a third of a second. */
const FAST = 3;
/** Milliseconds without scrolling after which it has come to rest. */
const REST = 100;

interface GridProps {
  lake: Lake;
  sections: TileSection[];
  weight: WallOptions["weight"];
  thresholds: { size: number; weight: number }[];
  side: number;
}

export function WallGrid({ lake, sections, weight, thresholds, side }: GridProps) {
  const wall = useRef<HTMLDivElement>(null);
  const width = useWidth(wall);
  const noted = useSignal<Tile | null>(null);
  const layout = useMemo(() => {
    const sizes = sections.map(({ tiles }) =>
      sizeTiles(
        tiles.map((tile) => weigh(tile, weight)),
        thresholds,
      ),
    );
    return layOut(sizes, fitGrid(width, side, GAP), sections[0]?.title === "" ? 0 : HEADING);
  }, [sections, weight, thresholds, width, side]);
  const isFast = useSignal(false);
  const seen = useWindow(wall, layout, isFast);
  const { active, onKeyDown, onFocusIn } = useFocus(wall, layout, sections);
  const draw = useDrawing(lake, layout, sections, isFast);
  const shown = width === 0 ? [] : findShown(layout, seen.top, seen.bottom, active);
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys move the focus between the links in it. */}
      <div
        class="wall"
        ref={wall}
        style={{ blockSize: `${layout.height}px` }}
        onKeyDown={onKeyDown}
        onFocusIn={(event) => {
          onFocusIn(event);
          note(noted, event, layout, sections);
        }}
        onPointerOver={(event) => note(noted, event, layout, sections)}
      >
        {shown.map(({ section, places }) => {
          const { title, day, tiles } = sections[section.number] as TileSection;
          return (
            <section key={title}>
              {title !== "" && (
                <h3 style={{ insetBlockStart: `${section.top}px` }}>
                  <bdi>{day === null ? title : formatDay(day)}</bdi>{" "}
                  <span class="number">{formatCount(tiles.length)}</span>
                </h3>
              )}
              <ul aria-label={title === "" ? "Pictures" : title}>
                {places.map((index) => draw(section, index, section.first + index === active))}
              </ul>
            </section>
          );
        })}
      </div>
      <WallCaption lake={lake} noted={noted} />
    </>
  );
}

/** Makes tiles, each once: Preact compares nothing below a node that it has seen before. */
function useDrawing(lake: Lake, layout: Layout, sections: TileSection[], isFast: Signal<boolean>) {
  const address = linkTo("wall", place.value.options);
  return useMemo(() => {
    const made = new Map<string, JSX.Element>();
    return (section: Section, index: number, isActive: boolean) => {
      const name = `${section.first + index} ${isActive}`;
      const tiles = (sections[section.number] as TileSection).tiles;
      const tile = tiles[section.packing.tile[index] as number] as Tile;
      const drawn = made.get(name) ?? (
        <WallTile
          key={tile.picture}
          lake={lake}
          tile={tile}
          href={addressOf(lake, tile)}
          box={boxOf(layout, section, index)}
          place={section.first + index}
          position={index + 1}
          of={tiles.length}
          isActive={isActive}
          isFast={isFast}
        />
      );
      made.set(name, drawn);
      return drawn;
    };
  }, [lake, layout, sections, address]);
}

/** A stack opens; a single picture leads to its own view. */
function addressOf(lake: Lake, tile: Tile): string {
  const id = lake.pictures.id[tile.picture] as string;
  return tile.members.length > 1 ? linkTo("wall", { ...place.value.options, stack: id }) : linkTo("picture", { id });
}

function tileAt(layout: Layout, sections: TileSection[], place: number): Tile | undefined {
  if (place < 0 || place >= layout.count) return undefined;
  const { section, index } = locate(layout, place);
  return sections[section.number]?.tiles[section.packing.tile[index] as number];
}

/** The place of the tile that an event is about; -1 if there is none. */
function placeOf(event: Event): number {
  const tile = (event.target as Element).closest<HTMLElement>("[data-place]");
  return Number(tile?.dataset.place ?? -1);
}

function note(noted: Signal<Tile | null>, event: Event, layout: Layout, sections: TileSection[]): void {
  const tile = tileAt(layout, sections, placeOf(event));
  if (tile !== undefined) noted.value = tile;
}

/** One tile can be reached by Tab; arrow keys, Home and End lead from it to the others. */
function useFocus(wall: RefObject<HTMLDivElement | null>, layout: Layout, sections: TileSection[]) {
  /** Row of the picture that has the focus, or had it last: it stays the same when the order changes. */
  const [picture, setPicture] = useState(-1);
  const wasMoved = useRef(false);
  const active = useMemo(() => {
    for (let index = 0; picture !== -1 && index < layout.count; index++) {
      if (tileAt(layout, sections, index)?.picture === picture) return index;
    }
    return 0;
  }, [layout, picture]);
  useLayoutEffect(() => {
    if (!wasMoved.current) return;
    wasMoved.current = false;
    const tile = wall.current?.querySelector(`[data-place="${active}"]`);
    tile?.querySelector<HTMLElement>("a, button")?.focus({ preventScroll: true });
    tile?.scrollIntoView({ block: "nearest" });
  }, [active]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || placeOf(event) === -1) return;
    const next = moveFocus(layout, placeOf(event), event.key);
    const tile = tileAt(layout, sections, next);
    if (tile === undefined || next === placeOf(event)) return;
    event.preventDefault();
    wasMoved.current = true;
    setPicture(tile.picture);
  };
  const onFocusIn = (event: FocusEvent) => {
    const tile = tileAt(layout, sections, placeOf(event));
    if (tile !== undefined) setPicture(tile.picture);
  };
  return { active, onKeyDown, onFocusIn };
}

function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (element.current === null) return;
    const measure = () => setWidth(element.current?.clientWidth ?? 0);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return width;
}

/**
 * Which part of an element is in the window, and a step more on both sides: pixels from its top. While it flies past,
 * `isFast` is true: to read files that nobody can see would only make it stutter.
 */
function useWindow(
  element: RefObject<HTMLElement | null>,
  layout: Layout,
  isFast: Signal<boolean>,
): { top: number; bottom: number } {
  const [first, setFirst] = useState(0);
  const measure = () => {
    const top = -(element.current?.getBoundingClientRect().top ?? 0);
    setFirst(Math.floor(top / STEP));
  };
  useEffect(() => {
    let last = { top: window.scrollY, at: performance.now() };
    let rest = 0;
    const onScroll = () => {
      const now = { top: window.scrollY, at: performance.now() };
      isFast.value = Math.abs(now.top - last.top) > FAST * (now.at - last.at);
      last = now;
      measure();
      window.clearTimeout(rest);
      rest = window.setTimeout(() => {
        isFast.value = false;
      }, REST);
    };
    window.addEventListener("scroll", onScroll, { passive: true });
    window.addEventListener("resize", measure, { passive: true });
    return () => {
      window.clearTimeout(rest);
      window.removeEventListener("scroll", onScroll);
      window.removeEventListener("resize", measure);
    };
  }, []);
  // What stands above the wall may have changed with the tiles.
  useLayoutEffect(measure, [layout]);
  return { top: (first - 1) * STEP, bottom: (first + 2) * STEP + window.innerHeight };
}
