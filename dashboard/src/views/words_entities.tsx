/** Whom and what the posts name, by type, with their sentiment. */

import { useMemo } from "preact/hooks";
import type { Lake } from "../data/lake.ts";
import { PANELS } from "../panels.ts";
import { Choice } from "../parts/choice.tsx";
import { Panel } from "../parts/panel.tsx";
import { type NamedTally, SentimentBars } from "../parts/sentiment_bars.tsx";
import { sortTallies, tallySentiments } from "../sentiments.ts";
import { place, selectWithout, setOptions } from "../state.ts";
import { ORDERS, readOrder, tabulateTally } from "./words_sentiment.tsx";

/** Types of Comprehend that are names; dates, quantities and the rest are left out. */
const TYPES: Record<string, string> = {
  "": "All",
  ORGANIZATION: "Organisations",
  COMMERCIAL_ITEM: "Products",
  PERSON: "People",
  LOCATION: "Places",
  EVENT: "Events",
  TITLE: "Titles",
};

export function Entities({ lake }: { lake: Lake }) {
  const others = selectWithout("entity");
  const order = readOrder("entitiesBy");
  const type = place.value.options.type ?? "";
  const tallies = useMemo((): NamedTally[] => {
    if (others === null) return [];
    const found = tallySentiments(lake, others.posts, lake.names.entities.length, (post, call) => {
      for (const entity of lake.posts.entities[post] ?? []) call(entity);
    });
    const named = found.map((tally) => ({ ...tally, name: lake.names.entities[tally.key]?.text ?? "" }));
    return sortTallies(
      named.filter((tally) => isNamed(lake.names.entities[tally.key]?.type ?? "") && !tally.name.includes("@")),
      "posts",
    );
  }, [lake, others]);
  const typeOf = (tally: NamedTally) => lake.names.entities[tally.key]?.type ?? "";
  const present = new Set(tallies.map(typeOf));
  const types = Object.fromEntries(Object.entries(TYPES).filter(([id]) => id === "" || present.has(id)));
  const shown = tallies.filter((tally) => type === "" || typeOf(tally) === type);
  return (
    <Panel
      panel={PANELS.sentimentByEntity}
      table={{
        columns: ["entity", "type", "posts", "positive", "negative", "neutral", "mixed", "mean_balance"],
        rows: shown.map((tally) => [tally.name, typeOf(tally), ...tabulateTally(tally)]),
      }}
      empty="The posts of these days name nobody and nothing that was recognised."
    >
      <div class="controls">
        <Choice label="Type" values={types} chosen={type} onChoose={(value) => setOptions({ type: value })} />
        <Choice label="Order" values={ORDERS} chosen={order} onChoose={(value) => setOptions({ entitiesBy: value })} />
      </div>
      <SentimentBars tallies={sortTallies(shown, order)} facet="entity" limit={20} />
    </Panel>
  );
}

function isNamed(type: string): boolean {
  return type !== "" && Object.hasOwn(TYPES, type);
}
