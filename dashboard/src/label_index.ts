/** The labels of all pictures in flat columns, which are read many times faster than lists of lists. */

import type { Lake } from "./data/lake.ts";
import type { Selection } from "./selection.ts";

export interface LabelIndex {
  /** Where the labels of a picture begin; those of picture `p` end where those of `p + 1` begin. */
  starts: Int32Array;
  labels: Int32Array;
  confidences: Float64Array;
}

const indexes = new WeakMap<Lake, LabelIndex>();

/** Computed once for a lake. */
export function indexLabels(lake: Lake): LabelIndex {
  let index = indexes.get(lake);
  if (index === undefined) {
    index = buildIndex(lake);
    indexes.set(lake, index);
  }
  return index;
}

function buildIndex(lake: Lake): LabelIndex {
  const lists = lake.pictures.labels;
  const starts = new Int32Array(lists.length + 1);
  for (const [picture, list] of lists.entries()) starts[picture + 1] = (starts[picture] as number) + list.length;
  const flat = lists.flat();
  return {
    starts,
    labels: Int32Array.from(flat, ([label]) => label),
    confidences: Float64Array.from(flat, ([, confidence]) => confidence),
  };
}

/** A function of a lake and a selection that is computed once for each selection, whichever panels ask for it. */
export function remember<Result>(compute: (lake: Lake, selection: Selection) => Result) {
  const results = new WeakMap<Selection, { lake: Lake; result: Result }>();
  return (lake: Lake, selection: Selection): Result => {
    const kept = results.get(selection);
    if (kept?.lake === lake) return kept.result;
    const result = compute(lake, selection);
    results.set(selection, { lake, result });
    return result;
  };
}
