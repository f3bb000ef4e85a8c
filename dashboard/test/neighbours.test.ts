import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { findNeighbours } from "../src/neighbours.ts";

test("the neighbours are the nearest pictures that the filters leave", () => {
  const masks = fc.uint8Array({ min: 0, max: 1, minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(masks, fc.nat(11), (mask, number) => {
      const row = number % mask.length;
      const left = [...mask.keys()].filter((other) => mask[other] === 1);

      assert.deepEqual(findNeighbours(mask, row), {
        previous: left.findLast((other) => other < row) ?? null,
        next: left.find((other) => other > row) ?? null,
        place: left.includes(row) ? left.indexOf(row) + 1 : null,
        count: left.length,
      });
    }),
  );
});
