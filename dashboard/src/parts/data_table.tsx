/** Rows as a table, at most `LIMIT` of them; the CSV file has all. */

import type { Table } from "../csv.ts";
import { formatCount } from "../numbers.ts";

const LIMIT = 500;

export function DataTable({ table, label }: { table: Table; label: string }) {
  const rows = table.rows.slice(0, LIMIT);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section class="scroll" tabIndex={0} aria-label={`${label}, table`}>
      <table>
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th scope="col" key={column}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, number) => (
            <tr key={number}>
              {row.map((cell, column) => (
                <td
                  key={table.columns[column]}
                  dir={typeof cell === "string" ? "auto" : undefined}
                  class={typeof cell === "number" ? "number" : ""}
                >
                  {typeof cell === "number" ? formatCount(cell) : cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {table.rows.length > LIMIT && (
        <p class="hint">
          The first {formatCount(LIMIT)} of {formatCount(table.rows.length)} rows; the CSV file has all.
        </p>
      )}
    </section>
  );
}
