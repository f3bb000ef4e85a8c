/** The sentiment of groups of posts: negative to one side, positive to the other, each as a share of the group. */

import { formatCount, formatShare } from "../numbers.ts";
import type { Tally } from "../sentiments.ts";
import { filters, pick } from "../state.ts";

export interface NamedTally extends Tally {
  name: string;
}

interface SentimentBarsProps {
  tallies: NamedTally[];
  /** Facet that a pick filters by; without one the rows cannot be picked. */
  facet?: string;
  limit?: number;
  write?: (name: string) => string;
}

export function SentimentBars({ tallies, facet, limit = 15, write = (name) => name }: SentimentBarsProps) {
  const chosen = facet === undefined ? [] : (filters.value.facets[facet] ?? []);
  const shown = tallies.filter((tally, rank) => rank < limit || chosen.includes(tally.name));
  const most = Math.max(0.01, ...shown.flatMap((tally) => [share(tally, "POSITIVE"), share(tally, "NEGATIVE")]));
  return (
    <div class="sentiment-box">
      <p class="sentiment-heads hint" aria-hidden="true">
        <span>negative</span>
        <span>positive</span>
      </p>
      <ol class="bars sentiments">
        {shown.map((tally) => {
          const words = describeTally(tally);
          const content = (
            <>
              <span class="name" dir="auto">
                {write(tally.name)}
              </span>
              <span class="share">
                <span class="hidden-words">, negative </span>
                {formatShare(tally.NEGATIVE, analysed(tally))}
              </span>
              <span class="diverging" aria-hidden="true">
                <span class="negative" style={{ inlineSize: `${(50 * share(tally, "NEGATIVE")) / most}%` }} />
                <span class="positive" style={{ inlineSize: `${(50 * share(tally, "POSITIVE")) / most}%` }} />
              </span>
              <span class="share">
                <span class="hidden-words">, positive </span>
                {formatShare(tally.POSITIVE, analysed(tally))}
              </span>
              <span class="count">
                <span class="hidden-words">, </span>
                {formatCount(tally.posts)}
                <span class="hidden-words"> posts</span>
              </span>
            </>
          );
          return (
            <li key={tally.key} title={words}>
              {facet === undefined ? (
                <div class="row">{content}</div>
              ) : (
                <button
                  type="button"
                  class="row"
                  aria-pressed={chosen.includes(tally.name)}
                  onClick={() => pick(facet, tally.name)}
                >
                  {content}
                </button>
              )}
            </li>
          );
        })}
      </ol>
    </div>
  );
}

const analysed = (tally: Tally) => tally.posts - tally.notAnalysed;

function share(tally: Tally, sentiment: "POSITIVE" | "NEGATIVE"): number {
  return analysed(tally) === 0 ? 0 : tally[sentiment] / analysed(tally);
}

function describeTally(tally: Tally): string {
  return (
    `${formatCount(tally.posts)} posts: ${formatCount(tally.POSITIVE)} positive, ${formatCount(tally.NEGATIVE)} negative, ` +
    `${formatCount(tally.NEUTRAL)} neutral, ${formatCount(tally.MIXED)} mixed, ${formatCount(tally.notAnalysed)} not analysed`
  );
}
