/** What the colours of a chart mean. A click picks a name as a filter. */

import { filters, pick } from "../state.ts";

interface LegendProps {
  entries: { name: string; color: string; text: string }[];
  /** Facet that a pick filters by; names that are not in it are not buttons. */
  facet?: string;
  isPickable?: (name: string) => boolean;
}

export function Legend({ entries, facet, isPickable = () => true }: LegendProps) {
  const chosen = facet === undefined ? [] : (filters.value.facets[facet] ?? []);
  return (
    <ul class="legend">
      {entries.map(({ name, color, text }) => {
        const content = (
          <>
            <span class="swatch" style={{ background: color }} />
            <bdi>{text}</bdi>
          </>
        );
        return (
          <li key={name}>
            {facet === undefined || !isPickable(name) ? (
              <span>{content}</span>
            ) : (
              <button type="button" aria-pressed={chosen.includes(name)} onClick={() => pick(facet, name)}>
                {content}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
