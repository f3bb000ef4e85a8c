/** Rows as a CSV file. */

export type Cell = string | number | null;

export interface Table {
  columns: string[];
  rows: Cell[][];
}

/** RFC 4180. A text that a spreadsheet would run as a formula gets an apostrophe in front. */
export function formatCsv(table: Table): string {
  return [table.columns, ...table.rows].map((row) => row.map(formatCell).join(",")).join("\r\n");
}

function formatCell(cell: Cell): string {
  if (cell === null || (typeof cell === "number" && Number.isNaN(cell))) return "";
  if (typeof cell === "number") return String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) || text === "" ? `"${text.replaceAll('"', '""')}"` : text;
}

export function downloadCsv(name: string, table: Table): void {
  // The mark tells a spreadsheet that the file is UTF-8.
  const blob = new Blob(["\ufeff", formatCsv(table)], { type: "text/csv;charset=utf-8" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${name}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** A moment as Athena writes a timestamp: UTC, `2026-11-03 14:05:00.000`; null if it is not known. */
export function formatSqlTime(milliseconds: number): string | null {
  return Number.isNaN(milliseconds) ? null : new Date(milliseconds).toISOString().replace("T", " ").replace("Z", "");
}
