import assert from "node:assert/strict";
import { test } from "node:test";
import { formatCsv } from "../src/csv.ts";

test("what a text holds stays in its cell", () => {
  const table = {
    columns: ["label", "photos"],
    rows: [
      ['say "hi",\nyou', 3],
      ["", null],
      ["<b>x</b>", Number.NaN],
    ],
  };
  assert.equal(formatCsv(table), 'label,photos\r\n"say ""hi"",\nyou",3\r\n"",\r\n<b>x</b>,');
});

test("a text that a spreadsheet would run as a formula is marked as text", () => {
  const table = { columns: ["label"], rows: [["=cmd|' /C calc'!A0"], ["+1"], ["@sum"], ["-2"]] };
  assert.equal(formatCsv(table), "label\r\n'=cmd|' /C calc'!A0\r\n'+1\r\n'@sum\r\n'-2");
});
