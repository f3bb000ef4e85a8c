/** The filters that hold on every view, and the chosen names as chips. */

import type { Lake } from "../data/lake.ts";
import { FACETS, findFacet, readValues } from "../facets.ts";
import { isFiltered, NO_FILTERS } from "../filters.ts";
import { countNames, formatCount, formatLanguage } from "../numbers.ts";
import { countSelected } from "../selection.ts";
import { awaitsTexts, filters, pick, selection, selectWithout, setFilters } from "../state.ts";

/** Facets with a list to choose from in the bar; the others are picked in the views. */
const LISTED = ["platform", "language", "sentiment", "label"];
const LONGEST_LIST = 200;

export function FilterBar({ lake }: { lake: Lake }) {
  const now = filters.value;
  const left = selection.value;
  const set = (name: "since" | "until" | "words" | "lines" | "safety") => (event: Event) =>
    setFilters({ ...now, [name]: (event.currentTarget as HTMLInputElement).value });
  return (
    <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
      <label>
        From
        <input type="date" value={now.since} min={lake.index.since} max={lake.index.until} onChange={set("since")} />
      </label>
      <label>
        To
        <input type="date" value={now.until} min={lake.index.since} max={lake.index.until} onChange={set("until")} />
      </label>
      {LISTED.map((facet) => (
        <FacetList key={facet} lake={lake} facet={facet} />
      ))}
      <label>
        Words of the post
        <input type="search" value={now.words} onChange={set("words")} />
      </label>
      <label>
        Text in the picture
        <input type="search" value={now.lines} onChange={set("lines")} />
      </label>
      <label>
        Content
        <select value={now.safety} onChange={set("safety")}>
          <option value="">All</option>
          <option value="safe">Nothing suspect</option>
          <option value="suspect">Suspect only</option>
        </select>
      </label>
      <Chips />
      <p class="left" role="status">
        {awaitsTexts.value
          ? "Reading the texts ..."
          : `${formatCount(countSelected(left?.posts ?? new Uint8Array()))} of ${formatCount(lake.posts.count)} posts, ` +
            `${formatCount(countSelected(left?.pictures ?? new Uint8Array()))} of ${formatCount(lake.pictures.count)} pictures`}
      </p>
    </form>
  );
}

function FacetList({ lake, facet: id }: { lake: Lake; facet: string }) {
  const facet = findFacet(id);
  const others = selectWithout(id);
  const mask = facet.of === "picture" ? others?.pictures : others?.posts;
  const counts = countNames(readValues(lake, facet), mask ?? new Uint8Array(), facet.names(lake));
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
        <option value="">Any</option>
        {counts.slice(0, LONGEST_LIST).map(({ name, count }) => (
          <option key={name} value={name}>
            {writeName(id, name)} ({formatCount(count)})
          </option>
        ))}
      </select>
    </label>
  );
}

function Chips() {
  const now = filters.value;
  if (!isFiltered(now)) return null;
  return (
    <div class="chips">
      {FACETS.flatMap((facet) =>
        (now.facets[facet.id] ?? []).map((name) => (
          <button
            type="button"
            key={`${facet.id} ${name}`}
            onClick={() => pick(facet.id, name)}
            aria-label={`Remove the filter ${facet.title}: ${name}`}
          >
            <span>{facet.title}:</span> <bdi>{writeName(facet.id, name)}</bdi> <span aria-hidden="true">×</span>
          </button>
        )),
      )}
      <button type="button" class="clear" onClick={() => setFilters(NO_FILTERS)}>
        Clear all
      </button>
    </div>
  );
}

function writeName(facet: string, name: string): string {
  return facet === "language" ? formatLanguage(name) : name;
}
