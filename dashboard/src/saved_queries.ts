/** Fills values of one view into a saved query, whose days are filled in already. */

import type { SavedQuery } from "./data/format.ts";

const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\?/g;

/** `values` by the names of the parameters, in the order of the question marks that are left. */
export function fillIn(query: SavedQuery, values: Record<string, string>): SavedQuery {
  const left = Object.entries(values);
  let command = query.command;
  for (const [name, value] of left) {
    command = command.replace(new RegExp(`'?${name}=…'?`), () => quoteWord(`${name}=${value}`));
  }
  const literals = left.map(([, value]) => `'${value.replaceAll("'", "''")}'`);
  const sql = query.sql.replace(TOKEN, (token) => (token === "?" ? (literals.shift() ?? token) : token));
  return { ...query, sql, command };
}

function quoteWord(word: string): string {
  return /^[\w=.:@%+,/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}
