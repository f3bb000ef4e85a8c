/** The sentiment of posts by what their photos show. */

import { useMemo } from "preact/hooks";
import type { Lake } from "../data/lake.ts";
import { createLabelReader } from "../labels.ts";
import { PANELS } from "../panels.ts";
import { Choice } from "../parts/choice.tsx";
import { Panel } from "../parts/panel.tsx";
import { type NamedTally, SentimentBars } from "../parts/sentiment_bars.tsx";
import { type Order, sortTallies, tallySentiments } from "../sentiments.ts";
import { place, selectWithout, setOptions } from "../state.ts";

export const ORDERS = { posts: "Posts", positive: "Most positive", negative: "Most negative" };

export function readOrder(option: string): Order {
  const asked = place.value.options[option] ?? "";
  return Object.hasOwn(ORDERS, asked) ? (asked as Order) : "posts";
}

export function SentimentByLabel({ lake }: { lake: Lake }) {
  const others = selectWithout("label");
  const order = readOrder("labelsBy");
  const tallies = useMemo((): NamedTally[] => {
    if (others === null) return [];
    const found = tallySentiments(lake, others.posts, lake.names.labels.length, createLabelReader(lake, others));
    return sortTallies(
      // As in the saved query, only posts with a sentiment count.
      found
        .map((tally) => ({ ...tally, posts: tally.posts - tally.notAnalysed, notAnalysed: 0 }))
        .filter(({ posts }) => posts > 0)
        .map((tally) => ({ ...tally, name: lake.names.labels[tally.key]?.name ?? "" })),
      "posts",
    );
  }, [lake, others]);
  const ordered = useMemo(() => sortTallies(tallies, order), [tallies, order]);
  return (
    <Panel
      panel={PANELS.sentimentByLabel}
      table={{
        columns: ["label_name", "posts", "positive", "negative", "neutral", "mixed", "mean_balance"],
        rows: tallies.map((tally) => [tally.name, ...tabulateTally(tally)]),
      }}
      empty="No post with a sentiment has photos with labels."
    >
      <div class="controls">
        <Choice label="Order" values={ORDERS} chosen={order} onChoose={(value) => setOptions({ labelsBy: value })} />
      </div>
      <SentimentBars tallies={ordered} facet="label" limit={20} />
    </Panel>
  );
}

/** The columns of the saved queries of sentiment: posts, positive, negative, neutral, mixed, mean_balance. */
export function tabulateTally(tally: NamedTally): (number | null)[] {
  return [
    tally.posts,
    tally.POSITIVE,
    tally.NEGATIVE,
    tally.NEUTRAL,
    tally.MIXED,
    Number.isNaN(tally.meanBalance) ? null : Math.round(1000 * tally.meanBalance) / 1000,
  ];
}
