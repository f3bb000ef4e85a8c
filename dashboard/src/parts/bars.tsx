/** A ranked list with bars. A click on a row picks its name as a filter. */

import type { Count } from "../numbers.ts";
import { formatCount } from "../numbers.ts";
import { filters, pick } from "../state.ts";

interface BarsProps {
  counts: Count[];
  /** Facet that a pick filters by; without one the rows cannot be picked. */
  facet?: string;
  /** At most so many rows. */
  limit?: number;
  /** How a name is written; by default as it is. */
  write?: (name: string) => string;
  /** What is counted, in the plural. */
  unit: string;
}

export function Bars({ counts, facet, limit = 12, write = (name) => name, unit }: BarsProps) {
  const most = Math.max(1, ...counts.map((count) => count.count));
  const chosen = facet === undefined ? [] : (filters.value.facets[facet] ?? []);
  // A chosen name stays in sight, however rare it is.
  const shown = counts.filter((count, rank) => rank < limit || chosen.includes(count.name));
  return (
    <ol class="bars">
      {shown.map(({ name, count }) => {
        const content = (
          <>
            <span class="name" dir="auto" title={write(name)}>
              {write(name)}
            </span>
            <span class="bar" style={{ inlineSize: `${(100 * count) / most}%` }} />
            <span class="count">
              {formatCount(count)}
              <span class="hidden-words"> {unit}</span>
            </span>
          </>
        );
        return (
          <li key={name}>
            {facet === undefined ? (
              <div class="row">{content}</div>
            ) : (
              <button type="button" class="row" aria-pressed={chosen.includes(name)} onClick={() => pick(facet, name)}>
                {content}
              </button>
            )}
          </li>
        );
      })}
    </ol>
  );
}
