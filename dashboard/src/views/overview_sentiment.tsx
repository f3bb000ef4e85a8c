/** The sentiment of all posts, and by language. */

import { useMemo } from "preact/hooks";
import { sentimentColor } from "../colors.ts";
import type { Lake } from "../data/lake.ts";
import { rankNames } from "../name_ranks.ts";
import { formatCount, formatLanguage, formatShare } from "../numbers.ts";
import { PANELS } from "../panels.ts";
import { Panel } from "../parts/panel.tsx";
import { SentimentBars } from "../parts/sentiment_bars.tsx";
import type { Selection } from "../selection.ts";
import { SENTIMENTS, sortTallies, type Tally, tallySentiments } from "../sentiments.ts";
import { filters, pick, selectWithout } from "../state.ts";

export function SentimentByLanguage({ lake, selection }: { lake: Lake; selection: Selection }) {
  const byLanguage = selectWithout("language") ?? selection;
  const tallies = useMemo(() => tallyLanguages(lake, byLanguage), [lake, byLanguage]);
  const bySentiment = selectWithout("sentiment") ?? selection;
  const [all] = useMemo(() => tallySentiments(lake, bySentiment.posts, 1, (_, found) => found(0)), [lake, bySentiment]);
  const table = {
    columns: ["language", "posts", "positive", "negative", "neutral", "mixed", "not_analysed"],
    rows: tallies.map((tally) => [
      tally.name,
      tally.posts,
      tally.POSITIVE,
      tally.NEGATIVE,
      tally.NEUTRAL,
      tally.MIXED,
      tally.notAnalysed,
    ]),
  };
  return (
    <Panel panel={PANELS.sentimentByLanguage} table={table} empty="Collect posts: photolake collect.">
      {all !== undefined && <SentimentShares all={all} />}
      <SentimentBars tallies={tallies} facet="language" limit={8} write={formatLanguage} />
    </Panel>
  );
}

function tallyLanguages(lake: Lake, selection: Selection) {
  const languages = rankNames(lake.names.languages);
  const tallies = tallySentiments(lake, selection.posts, languages.names.length, (post, found) =>
    found(languages.rank(lake.posts.language[post] as number)),
  );
  return sortTallies(
    tallies.map((tally) => ({ ...tally, name: languages.names[tally.key] as string })),
    "posts",
  );
}

/** One bar of all sentiments; its parts are picked below it. */
function SentimentShares({ all }: { all: Tally }) {
  const analysed = all.posts - all.notAnalysed;
  const chosen = filters.value.facets.sentiment ?? [];
  const present = SENTIMENTS.filter((sentiment) => all[sentiment] > 0);
  return (
    <div class="sentiment-shares">
      <div class="stacked" aria-hidden="true">
        {present.map((sentiment) => (
          <span key={sentiment} style={{ flexGrow: all[sentiment], background: sentimentColor(sentiment) }} />
        ))}
      </div>
      <ul class="legend">
        {present.map((sentiment) => (
          <li key={sentiment}>
            <button
              type="button"
              aria-pressed={chosen.includes(sentiment)}
              onClick={() => pick("sentiment", sentiment)}
              title={`${formatCount(all[sentiment])} posts`}
            >
              <span class="swatch" style={{ background: sentimentColor(sentiment) }} />
              {sentiment.toLowerCase()} <span class="quiet">{formatShare(all[sentiment], analysed)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
