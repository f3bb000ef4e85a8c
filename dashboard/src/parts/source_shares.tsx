/** Shares by platform and query, as a table with bars. A click on a platform or query picks it as a filter. */

import { UNKNOWN_NAME } from "../facets.ts";
import { formatCount, formatShare } from "../numbers.ts";
import { filters, pick } from "../state.ts";

export interface SourceShare {
  platform: string | null;
  query: string | null;
  part: number;
  all: number;
}

interface SourceSharesProps {
  shares: SourceShare[];
  /** What is counted: `Photos`. */
  all: string;
  /** Which of them: `With faces`. */
  part: string;
}

const LIMIT = 15;

export function SourceShares({ shares, all, part }: SourceSharesProps) {
  return (
    <table class="source-shares">
      <thead>
        <tr>
          <th scope="col">Platform</th>
          <th scope="col">Query</th>
          <th scope="col" class="number">
            {all}
          </th>
          <th scope="col">{part}</th>
        </tr>
      </thead>
      <tbody>
        {shares.slice(0, LIMIT).map((share) => (
          <tr key={`${share.platform}\n${share.query}`}>
            <td>
              <Name facet="platform" name={share.platform} />
            </td>
            <td>
              <Name facet="query" name={share.query} />
            </td>
            <td class="number">{formatCount(share.all)}</td>
            <td class="share">
              <span class="track" aria-hidden="true">
                <span class="bar" style={{ inlineSize: `${(100 * share.part) / Math.max(1, share.all)}%` }} />
              </span>
              <span>
                {formatShare(share.part, share.all)} <span class="quiet">({formatCount(share.part)})</span>
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Name({ facet, name }: { facet: string; name: string | null }) {
  const chosen = filters.value.facets[facet] ?? [];
  const value = name ?? UNKNOWN_NAME;
  return (
    <button
      type="button"
      class="name"
      dir="auto"
      aria-pressed={chosen.includes(value)}
      onClick={() => pick(facet, value)}
    >
      {value}
    </button>
  );
}
