/** Where a picture stands among those that the filters leave. */

export interface Neighbours {
  /** Rows of pictures; null at the ends. */
  previous: number | null;
  next: number | null;
  /** Its place among them, from 1; null if the filters leave it out. */
  place: number | null;
  count: number;
}

export function findNeighbours(mask: Uint8Array, row: number): Neighbours {
  let before = 0;
  let count = 0;
  let previous: number | null = null;
  let next: number | null = null;
  for (let other = 0; other < mask.length; other++) {
    if (mask[other] === 0) continue;
    count += 1;
    if (other < row) {
      before += 1;
      previous = other;
    } else if (other > row) {
      next ??= other;
    }
  }
  return { previous, next, place: mask[row] === 1 ? before + 1 : null, count };
}

/** Whether a key is meant for the page, not for a field, a dialog, a region that scrolls, or the browser. */
export function isForPage(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return false;
  const target = event.target instanceof Element ? event.target : null;
  return target?.closest("input, select, textarea, dialog, pre, .scroll, [contenteditable]") == null;
}
