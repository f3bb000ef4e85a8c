/** Says why there is nothing to see, and what to do. */

import { isFiltered, NO_FILTERS } from "../filters.ts";
import { filters, setFilters } from "../state.ts";

export function EmptyState({ text }: { text: string }) {
  return (
    <div class="empty">
      {isFiltered(filters.value) ? (
        <>
          <p>Nothing is left by the filters.</p>
          <button type="button" onClick={() => setFilters(NO_FILTERS)}>
            Clear the filters
          </button>
        </>
      ) : (
        <p>{text}</p>
      )}
    </div>
  );
}
