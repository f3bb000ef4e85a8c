/** What the page knows and shows now. Views read these signals; they change them by `go`, `pick` and `setFilters`. */

import { computed, signal } from "@preact/signals";
import { buildLake, type Lake } from "./data/lake.ts";
import { countPages, loadIndex, loadPages } from "./data/loader.ts";
import { type Filters, formatHash, NO_FILTERS, type Place, parseHash, toggleName } from "./filters.ts";
import { type Selection, select, type Texts } from "./selection.ts";

export const lake = signal<Lake | null>(null);
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

/** What all filters but that of one facet leave: a chart of that facet shows what else could be picked. */
export function selectWithout(facet: string): Selection | null {
  if (lake.value === null) return null;
  // A facet that nothing is chosen of has no filter to leave out.
  const { since, until, safety, facets } = filters.value;
  const isOpen = { days: since === "" && until === "", safety: safety === "" }[facet] ?? facets[facet] === undefined;
  return isOpen ? selection.value : select(lake.value, filters.value, texts.value, facet);
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
    const index = await loadIndex();
    const total = countPages(index, "posts") + countPages(index, "photos") + countPages(index, "pictures") || 1;
    let loaded = 0;
    const advance = () => {
      loaded += 1;
      progress.value = loaded / total;
    };
    const posts = await loadPages(index, "posts", advance);
    const photos = await loadPages(index, "photos", advance);
    const pictures = await loadPages(index, "pictures", advance);
    lake.value = buildLake(index, posts, photos, pictures);
    if (filters.value.words !== "") await loadTexts();
  } catch (error) {
    failure.value = error instanceof Error ? error.message : String(error);
  }
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
    const pages = await loadPages(index, "texts");
    texts.value = pages.flatMap((page) => page.text.map((text) => (text ?? "").toLowerCase()));
  } catch (error) {
    failure.value = error instanceof Error ? error.message : String(error);
  }
}
