/** What the page knows and shows now. Views read these signals; they change them by `go`, `pick` and `setFilters`. */

import { computed, signal } from "@preact/signals";
import type { Index } from "./data/format.ts";
import { type Lake, LakeBuilder } from "./data/lake.ts";
import { countPages, loadIndex, takePages } from "./data/loader.ts";
import { type Filters, formatHash, NO_FILTERS, type Place, parseHash, toggleName } from "./filters.ts";
import { type Selection, select, type Texts } from "./selection.ts";

export const lake = signal<Lake | null>(null);
/** What is known before the rows are there: how many there will be, and where they are from. */
export const announced = signal<Index | null>(null);
/** Share of the data that has arrived, 0 to 1. */
export const progress = signal(0);
/** Why nothing can be shown. */
export const failure = signal<string | null>(null);
export const place = signal<Place>({ view: "", options: {} });
export const filters = signal<Filters>(NO_FILTERS);
const texts = signal<Texts>(null);

/** What the filters leave; null until the data is there. */
export const selection = computed<Selection | null>(() =>
  lake.value === null ? null : select(lake.value, filters.value, texts.value),
);

/** What is left when the filter of one facet is left out, by the id of the facet, as long as the filters stay. */
const leftWithout = computed(() => ({
  filters: filters.value,
  texts: texts.value,
  kept: new Map<string, Selection>(),
}));

/** What all filters but that of one facet leave: a chart of that facet shows what else could be picked. */
export function selectWithout(facet: string): Selection | null {
  if (lake.value === null) return null;
  const { filters: now, texts: words, kept } = leftWithout.value;
  // A facet that nothing is chosen of has no filter to leave out.
  const isOpen =
    { days: now.since === "" && now.until === "", safety: now.safety === "" }[facet] ?? now.facets[facet] === undefined;
  if (isOpen) return selection.value;
  const left = kept.get(facet) ?? select(lake.value, now, words, facet);
  kept.set(facet, left);
  return left;
}

/** What other filters than the chosen ones would leave, such as those of one side of a comparison. */
export function selectBy(others: Filters): Selection | null {
  return lake.value === null ? null : select(lake.value, others, texts.value);
}

/** Whether the words of posts are being searched but their texts have not arrived. */
export const awaitsTexts = computed(() => filters.value.words !== "" && texts.value === null);

/** Whether the reader came here from another place on the page, not by opening it. */
export let hasMoved = false;

export async function start(): Promise<void> {
  readHash();
  window.addEventListener("hashchange", () => {
    hasMoved = true;
    readHash();
  });
  try {
    await loadLake(await loadIndex());
    if (filters.value.words !== "") await loadTexts();
  } catch (error) {
    failure.value = error instanceof Error ? error.message : String(error);
  }
}

/** Each page is joined as it comes, and the browser can draw in between. */
async function loadLake(index: Index): Promise<void> {
  announced.value = index;
  const builder = new LakeBuilder(index);
  const total = countPages(index, "posts") + countPages(index, "photos") + countPages(index, "pictures");
  let taken = 0;
  const advance = () => {
    taken += 1;
    progress.value = taken / total;
  };
  for await (const page of takePages(index, "posts")) {
    builder.addPosts(page);
    advance();
  }
  for await (const page of takePages(index, "photos")) {
    builder.addPhotos(page);
    advance();
  }
  for await (const page of takePages(index, "pictures")) {
    builder.addPictures(page);
    advance();
  }
  lake.value = builder.finish();
}

/** Show another view, or the same one with other options; filters stay. */
export function go(view: string, options: Record<string, string> = {}): void {
  window.location.hash = formatHash({ view, options }, filters.value);
}

/** The address of a view under the present filters. */
export function linkTo(view: string, options: Record<string, string> = {}): string {
  return formatHash({ view, options }, filters.value);
}

/** Change options of the view without a new entry in the browser's history. */
export function setOptions(options: Record<string, string>): void {
  const next = { ...place.value, options: { ...place.value.options, ...options } };
  replaceHash(formatHash(next, filters.value));
}

export function setFilters(next: Filters): void {
  window.location.hash = formatHash(place.value, next);
}

/** Choose a name of a facet, or take the choice back. */
export function pick(facet: string, name: string): void {
  setFilters(toggleName(filters.value, facet, name));
}

function replaceHash(hash: string): void {
  window.history.replaceState(null, "", hash);
  readHash();
}

function readHash(): void {
  const { place: nextPlace, filters: nextFilters } = parseHash(window.location.hash);
  place.value = nextPlace;
  filters.value = nextFilters;
  if (nextFilters.words !== "" && texts.value === null && lake.value !== null) void loadTexts();
}

async function loadTexts(): Promise<void> {
  const index = lake.value?.index;
  if (index === undefined) return;
  try {
    const read: string[] = [];
    for await (const page of takePages(index, "texts")) {
      for (const text of page.text) read.push((text ?? "").toLowerCase());
    }
    texts.value = read;
  } catch (error) {
    failure.value = error instanceof Error ? error.message : String(error);
  }
}
