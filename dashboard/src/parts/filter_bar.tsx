/** The filters that hold on every view, and what is chosen as chips. On a phone the filters fold away. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Lake } from "../data/lake.ts";
import { FACETS, findFacet, readValues } from "../facets.ts";
import { type Filters, isFiltered, NO_FILTERS } from "../filters.ts";
import { countNames, formatCount, formatLanguage } from "../numbers.ts";
import { countSelected } from "../selection.ts";
import { awaitsTexts, filters, pick, selection, selectWithout, setFilters } from "../state.ts";

/** Facets with a list to choose from in the bar; the others are picked in the views. */
const LISTED = ["platform", "language", "sentiment", "label"];
const LONGEST_LIST = 200;
const NARROW = "(max-width: 40rem)";
const SAFETY: Record<string, string> = { safe: "Nothing suspect", suspect: "Suspect only" };
const TITLES = {
  since: "From",
  until: "To",
  words: "Words of the post",
  lines: "Text in the picture",
  safety: "Content",
} as const;
type TextFilter = keyof typeof TITLES;

export function FilterBar({ lake }: { lake: Lake }) {
  return (
    <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
      <Fold>
        <div class="fields">
          <DayField lake={lake} name="since" />
          <DayField lake={lake} name="until" />
          {LISTED.map((facet) => (
            <FacetList key={facet} lake={lake} facet={facet} />
          ))}
          <WordsField name="words" />
          <WordsField name="lines" />
          <label>
            {TITLES.safety}
            <select value={filters.value.safety} onChange={(event) => setText("safety", event.currentTarget.value)}>
              <option value="">All</option>
              {Object.entries(SAFETY).map(([value, title]) => (
                <option key={value} value={value}>
                  {title}
                </option>
              ))}
            </select>
          </label>
        </div>
      </Fold>
      <Chips />
    </form>
  );
}

/** How much the filters leave, in the page's head. */
export function LeftCount({ lake }: { lake: Lake }) {
  const count = (mask: Uint8Array | undefined, all: number) => {
    const left = countSelected(mask ?? new Uint8Array());
    return left === all ? formatCount(all) : `${formatCount(left)} of ${formatCount(all)}`;
  };
  return (
    <p class="left" role="status">
      {awaitsTexts.value
        ? "Reading the texts ..."
        : `${count(selection.value?.posts, lake.posts.count)} posts, ` +
          `${count(selection.value?.pictures, lake.pictures.count)} pictures`}
    </p>
  );
}

function Fold({ children }: { children: ComponentChildren }) {
  const [isNarrow, setIsNarrow] = useState(() => window.matchMedia(NARROW).matches);
  useEffect(() => {
    const query = window.matchMedia(NARROW);
    const follow = () => setIsNarrow(query.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  if (!isNarrow) return <>{children}</>;
  return (
    <details class="fold">
      <summary>Filters</summary>
      {children}
    </details>
  );
}

function setText(name: TextFilter, value: string): void {
  setFilters({ ...filters.value, [name]: value });
}

function DayField({ lake, name }: { lake: Lake; name: "since" | "until" }) {
  return (
    <label>
      {TITLES[name]}
      <input
        type="date"
        value={filters.value[name]}
        min={lake.index.since}
        max={lake.index.until}
        onChange={(event) => setText(name, event.currentTarget.value)}
      />
    </label>
  );
}

function WordsField({ name }: { name: "words" | "lines" }) {
  return (
    <label>
      {TITLES[name]}
      <input
        type="search"
        value={filters.value[name]}
        onChange={(event) => setText(name, event.currentTarget.value)}
        // The cross that empties the field makes no change event.
        onInput={(event) => event.currentTarget.value === "" && setText(name, "")}
      />
    </label>
  );
}

function FacetList({ lake, facet: id }: { lake: Lake; facet: string }) {
  const facet = findFacet(id);
  const others = selectWithout(id);
  const mask = facet.of === "picture" ? others?.pictures : others?.posts;
  const counts = countNames(readValues(lake, facet), mask ?? new Uint8Array(), facet.names(lake));
  const chosen = filters.value.facets[id] ?? [];
  return (
    <label>
      {facet.title}
      <select
        value=""
        onChange={(event) => {
          const name = event.currentTarget.value;
          event.currentTarget.value = "";
          if (name !== "") pick(id, name);
        }}
      >
        <option value="">{chosen.length === 0 ? "Any" : `${formatCount(chosen.length)} chosen`}</option>
        {counts.slice(0, LONGEST_LIST).map(({ name, count }) => (
          <option key={name} value={name}>
            {chosen.includes(name) ? "✓ " : ""}
            {writeName(id, name)} ({formatCount(count)})
          </option>
        ))}
      </select>
    </label>
  );
}

interface Choice {
  title: string;
  name: string;
  remove: () => void;
}

function Chips() {
  const now = filters.value;
  if (!isFiltered(now)) return null;
  return (
    <ul class="chips" aria-label="Chosen">
      {listChoices(now).map(({ title, name, remove }) => (
        <li key={`${title} ${name}`}>
          <button type="button" onClick={remove} aria-label={`Remove the filter ${title}: ${name}`}>
            <span class="quiet">{title}:</span> <bdi>{name}</bdi>
            <span aria-hidden="true">×</span>
          </button>
        </li>
      ))}
      <li>
        <button type="button" class="clear" onClick={() => setFilters(NO_FILTERS)}>
          Clear all
        </button>
      </li>
    </ul>
  );
}

function listChoices(now: Filters): Choice[] {
  const texts = (Object.keys(TITLES) as TextFilter[]).filter((name) => now[name] !== "");
  return [
    ...texts.map((name) => ({
      title: TITLES[name],
      name: name === "safety" ? (SAFETY[now.safety] ?? now.safety) : now[name],
      remove: () => setText(name, ""),
    })),
    ...FACETS.flatMap((facet) =>
      (now.facets[facet.id] ?? []).map((name) => ({
        title: facet.title,
        name: writeName(facet.id, name),
        remove: () => pick(facet.id, name),
      })),
    ),
  ];
}

function writeName(facet: string, name: string): string {
  return facet === "language" ? formatLanguage(name) : name;
}
