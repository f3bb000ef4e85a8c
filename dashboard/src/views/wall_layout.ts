/** Where each tile of the wall lies. Pure: everything is counted in cells of a grid, and pixels come last. */

/** The widest tile, in cells. */
export const WIDEST = 3;

/** Tiles of one section in reading order: from top to bottom, and from left to right. */
export interface Packing {
  /** Which of the given tiles each one is. */
  tile: Int32Array;
  column: Int32Array;
  row: Int32Array;
  /** Width and height. */
  size: Uint8Array;
  /** Rows in all. */
  rows: number;
}

/** At most so many tiles of a hundred are 3 cells wide, and so many 2 or more. */
const SHARES: [size: number, share: number][] = [
  [3, 0.02],
  [2, 0.12],
];

/**
 * The least weight of a tile of each size. Equal weights have equal sizes, and a greater weight never a smaller one;
 * the least weight of all has size 1.
 */
export function findThresholds(weights: ArrayLike<number>): { size: number; weight: number }[] {
  const sorted = Array.from(weights).sort((a, b) => b - a);
  const least = sorted.at(-1);
  const found: { size: number; weight: number }[] = [];
  for (const [size, share] of SHARES) {
    const most = Math.ceil(sorted.length * share);
    let count = most;
    // Those of equal weight are all in or all out.
    while (count > 0 && sorted[count - 1] === sorted[most]) count -= 1;
    const weight = sorted[count - 1];
    if (weight !== undefined && weight !== least && weight !== found.at(-1)?.weight) found.push({ size, weight });
  }
  return found;
}

export function sizeTiles(weights: ArrayLike<number>, thresholds: { size: number; weight: number }[]): Uint8Array {
  return Uint8Array.from(weights, (weight) => thresholds.find((step) => weight >= step.weight)?.size ?? 1);
}

/**
 * Each tile in turn takes the first free place that is large enough. Tiles of one size keep their order; smaller ones
 * fill the holes that larger ones leave.
 */
export function packTiles(sizes: ArrayLike<number>, columns: number): Packing {
  const taken: Uint8Array[] = [];
  const at = (row: number) => (taken[row] ??= new Uint8Array(columns));
  // What did not fit a tile of some size will not fit the next one: its search goes on from there.
  const next = Array.from({ length: WIDEST + 1 }, () => 0);
  const places = Array.from(sizes, (wanted, tile) => {
    const size = Math.max(1, Math.min(wanted, WIDEST, columns));
    let place = next[size] as number;
    while (!fits(at, place, size, columns)) place += 1;
    const row = Math.floor(place / columns);
    const column = place % columns;
    for (let y = row; y < row + size; y++) at(y).fill(1, column, column + size);
    next[size] = place + size;
    return { tile, place, column, row, size };
  });
  places.sort((a, b) => a.place - b.place);
  return {
    tile: Int32Array.from(places, (place) => place.tile),
    column: Int32Array.from(places, (place) => place.column),
    row: Int32Array.from(places, (place) => place.row),
    size: Uint8Array.from(places, (place) => place.size),
    rows: places.reduce((most, place) => Math.max(most, place.row + place.size), 0),
  };
}

function fits(at: (row: number) => Uint8Array, place: number, size: number, columns: number): boolean {
  const row = Math.floor(place / columns);
  const column = place % columns;
  if (column + size > columns) return false;
  for (let y = row; y < row + size; y++) {
    const line = at(y);
    for (let x = column; x < column + size; x++) if (line[x] === 1) return false;
  }
  return true;
}

export interface Section {
  /** From 0, as they were given. */
  number: number;
  packing: Packing;
  /** Pixels from the top of the wall to its heading, and to its tiles. */
  top: number;
  tilesTop: number;
  /** Number of its first tile in the reading order of the whole wall. */
  first: number;
}

export interface Grid {
  columns: number;
  /** Side of a cell and the gap between cells, in pixels. */
  cell: number;
  gap: number;
}

export interface Layout extends Grid {
  sections: Section[];
  /** Tiles in all. */
  count: number;
  /** Pixels. */
  height: number;
}

/** As many cells as go into the width with at least the wanted side, then widened to fill it. */
export function fitGrid(width: number, wanted: number, gap: number): Grid {
  const columns = Math.max(1, Math.floor((width + gap) / (wanted + gap)));
  return { columns, cell: Math.max(1, (width + gap) / columns - gap), gap };
}

/** One section below the other, each with room for its heading. */
export function layOut(sections: ArrayLike<number>[], grid: Grid, heading: number): Layout {
  let top = 0;
  let first = 0;
  const placed = sections.map((sizes, number) => {
    const packing = packTiles(sizes, grid.columns);
    const section = { number, packing, top, tilesTop: top + heading, first };
    top = section.tilesTop + packing.rows * (grid.cell + grid.gap);
    first += packing.tile.length;
    return section;
  });
  return { ...grid, sections: placed, count: first, height: Math.max(0, top - grid.gap) };
}

export interface Box {
  left: number;
  top: number;
  side: number;
}

/** Pixels of the tile at a place in a section's reading order. */
export function boxOf(layout: Layout, section: Section, index: number): Box {
  const step = layout.cell + layout.gap;
  return {
    left: (section.packing.column[index] as number) * step,
    top: section.tilesTop + (section.packing.row[index] as number) * step,
    side: (section.packing.size[index] as number) * step - layout.gap,
  };
}

export interface Shown {
  section: Section;
  /** Places in the section's reading order, ascending. */
  places: number[];
}

/**
 * The tiles between two heights, by section, and the one that has the focus, wherever it is: a tile that is taken out
 * of the document would lose it.
 */
export function findShown(layout: Layout, top: number, bottom: number, focused: number): Shown[] {
  const step = layout.cell + layout.gap;
  return layout.sections.flatMap((section, number) => {
    const end = layout.sections[number + 1]?.top ?? layout.height;
    const rows = section.packing.row;
    // A tile that begins above may reach into the part that is seen.
    const from = firstFrom(rows, Math.floor((top - section.tilesTop) / step) - WIDEST + 1);
    const to = firstFrom(rows, Math.ceil((bottom - section.tilesTop) / step) + 1);
    const places = section.top > bottom || end < top ? [] : range(from, to);
    const own = focused - section.first;
    if (own >= 0 && own < rows.length && !places.includes(own)) places.push(own);
    return places.length === 0 ? [] : [{ section, places: places.sort((a, b) => a - b) }];
  });
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, offset) => from + offset);
}

/** Position of the first of the ascending numbers that is not below the limit. */
function firstFrom(ascending: Int32Array, limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The section of a tile, and its place there, by its place in the reading order of the whole wall. */
export function locate(layout: Layout, index: number): { section: Section; index: number } {
  const section = layout.sections.findLast((candidate) => candidate.first <= index) as Section;
  return { section, index: index - section.first };
}

/** The tile that a key leads to from another one; the same one where the wall ends. */
export function moveFocus(layout: Layout, index: number, key: string): number {
  const last = layout.count - 1;
  if (key === "ArrowRight") return Math.min(last, index + 1);
  if (key === "ArrowLeft") return Math.max(0, index - 1);
  if (key === "Home") return 0;
  if (key === "End") return last;
  if (key === "ArrowDown") return findBelow(layout, index);
  if (key === "ArrowUp") return findAbove(layout, index);
  return index;
}

/** The nearest of the tiles that begin where this one ends, or of the next ones below. */
function findBelow(layout: Layout, index: number): number {
  const own = boxAt(layout, index);
  let best = index;
  let bestTop = Number.POSITIVE_INFINITY;
  let bestOff = Number.POSITIVE_INFINITY;
  for (let other = index + 1; other < layout.count; other++) {
    const box = boxAt(layout, other);
    if (box.top > bestTop) break;
    if (box.top < own.top + own.side) continue;
    const off = distance(own, box);
    if (box.top < bestTop || off < bestOff) [best, bestTop, bestOff] = [other, box.top, off];
  }
  return best;
}

/** The nearest of the tiles that end where this one begins, or of the next ones above. */
function findAbove(layout: Layout, index: number): number {
  const own = boxAt(layout, index);
  const tallest = WIDEST * (layout.cell + layout.gap);
  let best = index;
  let bestEnd = Number.NEGATIVE_INFINITY;
  let bestOff = Number.POSITIVE_INFINITY;
  for (let other = index - 1; other >= 0; other--) {
    const box = boxAt(layout, other);
    const end = box.top + box.side;
    if (box.top + tallest < bestEnd) break;
    if (end > own.top || end < bestEnd) continue;
    const off = distance(own, box);
    if (end > bestEnd || off < bestOff) [best, bestEnd, bestOff] = [other, end, off];
  }
  return best;
}

function boxAt(layout: Layout, index: number): Box {
  const { section, index: place } = locate(layout, index);
  return boxOf(layout, section, place);
}

/** How far a box lies beside the left edge of another one; 0 if it is above or below it. */
function distance(own: Box, other: Box): number {
  return Math.max(0, other.left - own.left, own.left - (other.left + other.side - 1));
}
