import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { countNames, nameOf } from "../src/numbers.ts";

/** As `unknown` can be the name of something, and two numbers can share a name. */
const NAMES = ["Dog", "Cat", "unknown", "Dog", "constructor"];
const anyNumber = fc.integer({ min: -1, max: 6 });
const anyRows = fc.array(fc.tuple(fc.oneof(anyNumber, fc.array(anyNumber, { maxLength: 4 })), fc.constantFrom(0, 1)));

test("names are counted once a row, whatever numbers stand for them", () => {
  fc.assert(
    fc.property(anyRows, (rows) => {
      const values = rows.map(([value]) => value);
      const mask = Uint8Array.from(rows, ([, isSelected]) => isSelected);
      const expected: Record<string, number> = Object.create(null);
      values.forEach((value, row) => {
        if (mask[row] === 0) return;
        for (const name of new Set([value].flat().map((number) => nameOf(NAMES, number)))) {
          expected[name] = (expected[name] ?? 0) + 1;
        }
      });
      const counts = countNames(values, mask, NAMES);
      assert.deepEqual(Object.fromEntries(counts.map(({ name, count }) => [name, count])), { ...expected });
      assert.ok(counts.every(({ count }, n) => n === 0 || count <= (counts[n - 1]?.count ?? 0)));
    }),
    { numRuns: 300 },
  );
});
