/** What the reader has chosen, and its form in the URL, so that every state of the page has a permalink. */

import { FACETS } from "./facets.ts";

export interface Filters {
  /** First and last day, `YYYY-MM-DD`, UTC; empty if open. */
  since: string;
  until: string;
  /** Words of the post; each must be in its text. */
  words: string;
  /** Words in the picture; each must be in one of its lines. */
  lines: string;
  /** `safe` or `suspect`; empty for both. */
  safety: string;
  /** Chosen names by the id of the facet. */
  facets: Record<string, string[]>;
}

/** Where the reader is: the view, and what it was asked to show (a picture, the sides of a comparison, an order). */
export interface Place {
  view: string;
  options: Record<string, string>;
}

export const NO_FILTERS: Filters = { since: "", until: "", words: "", lines: "", safety: "", facets: {} };

const TEXTS = ["since", "until", "words", "lines", "safety"] as const;

/** `#/wall?label=Dog&label=Beach&order=time`; what is not a filter is an option of the view. */
export function parseHash(hash: string): { place: Place; filters: Filters } {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const filters: Filters = { ...NO_FILTERS, facets: {} };
  const options: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(search)) {
    const text = TEXTS.find((candidate) => candidate === name);
    if (text !== undefined) filters[text] = value;
    else if (FACETS.some((facet) => facet.id === name)) filters.facets[name] = [...(filters.facets[name] ?? []), value];
    else options[name] = value;
  }
  return { place: { view: path, options }, filters };
}

export function formatHash(place: Place, filters: Filters): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(place.options)) if (value !== "") search.append(name, value);
  for (const name of TEXTS) if (filters[name] !== "") search.append(name, filters[name]);
  for (const facet of FACETS) for (const name of filters.facets[facet.id] ?? []) search.append(facet.id, name);
  const text = search.toString();
  return `#/${place.view}${text === "" ? "" : `?${text}`}`;
}

/** The filters with this name chosen, or no longer chosen if it was. */
export function toggleName(filters: Filters, facet: string, name: string): Filters {
  const chosen = filters.facets[facet] ?? [];
  const names = chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name];
  const { [facet]: _, ...others } = filters.facets;
  return { ...filters, facets: names.length === 0 ? others : { ...others, [facet]: names } };
}

export function isFiltered(filters: Filters): boolean {
  return TEXTS.some((name) => filters[name] !== "") || Object.keys(filters.facets).length > 0;
}
