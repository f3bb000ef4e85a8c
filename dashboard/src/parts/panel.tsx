/** The frame of a chart or list: title, what it answers, and its SQL, CSV and table behind buttons. */

import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { downloadCsv, type Table } from "../csv.ts";
import { isFiltered } from "../filters.ts";
import type { PanelDefinition } from "../panels.ts";
import { fillIn } from "../saved_queries.ts";
import { filters, lake } from "../state.ts";
import { DataTable } from "./data_table.tsx";
import { EmptyState } from "./empty_state.tsx";

interface PanelProps {
  panel: PanelDefinition;
  /** What is shown, as rows: for the CSV file, and as a table for those who cannot see the chart. */
  table: Table;
  /** Whether there is nothing to show; by default if the table has no rows. Given, rows are only made when needed. */
  isEmpty?: boolean;
  /** What to do when there are no rows. */
  empty: string;
  /** Values of parameters of the query besides the days. */
  values?: Record<string, string>;
  /** Takes the whole width of the page. */
  isWide?: boolean;
  children: ComponentChildren;
}

export function Panel({ panel, table, empty, values = {}, isWide = false, children, ...given }: PanelProps) {
  const [showsTable, setShowsTable] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const isEmpty = given.isEmpty ?? table.rows.length === 0;
  return (
    <section class={`panel ${isWide ? "wide" : ""}`} id={panel.id} aria-labelledby={`${panel.id}-title`}>
      <header>
        <h2 id={`${panel.id}-title`}>{panel.title}</h2>
        <p class="hint">{panel.hint}</p>
        <div class="tools">
          <button type="button" onClick={() => dialog.current?.showModal()} aria-label={`SQL of ${panel.title}`}>
            SQL
          </button>
          <button
            type="button"
            disabled={isEmpty}
            onClick={() => downloadCsv(panel.id, table)}
            aria-label={`Download ${panel.title} as CSV`}
          >
            CSV
          </button>
          <button
            type="button"
            disabled={isEmpty}
            aria-pressed={showsTable}
            onClick={() => setShowsTable(!showsTable)}
            aria-label={`${panel.title} as a table`}
          >
            Table
          </button>
        </div>
      </header>
      {isEmpty ? <EmptyState text={empty} /> : showsTable ? <DataTable table={table} label={panel.title} /> : children}
      <dialog ref={dialog} aria-labelledby={`${panel.id}-sql`}>
        <SqlBox panel={panel} values={values} onClose={() => dialog.current?.close()} />
      </dialog>
    </section>
  );
}

interface SqlBoxProps {
  panel: PanelDefinition;
  values: Record<string, string>;
  onClose: () => void;
}

function SqlBox({ panel, values, onClose }: SqlBoxProps) {
  const saved = lake.value?.index.queries[panel.query];
  const query = saved && fillIn(saved, values);
  return (
    <>
      <h2 id={`${panel.id}-sql`}>{panel.title} in SQL</h2>
      {query === undefined ? (
        <p>This lake has no saved query {panel.query}: deploy the stack anew to have it.</p>
      ) : (
        <>
          <p>{query.description}</p>
          {isFiltered(filters.value) && (
            <p class="hint">The statement covers all posts of this page. The filters chosen here are not in it.</p>
          )}
          <Copyable label="On the command line" text={query.command} />
          <Copyable label="In Athena" text={query.sql} />
        </>
      )}
      <button type="button" onClick={onClose}>
        Close
      </button>
    </>
  );
}

export function Copyable({ label, text }: { label: string; text: string }) {
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setIsCopied(true);
  };
  return (
    <figure class="copyable">
      <figcaption>
        {label}
        <button type="button" onClick={copy}>
          {isCopied ? "Copied" : "Copy"}
        </button>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <pre tabIndex={0}>{text}</pre>
    </figure>
  );
}
