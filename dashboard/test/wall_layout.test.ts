import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  boxOf,
  findShown,
  findThresholds,
  fitGrid,
  type Layout,
  layOut,
  locate,
  moveFocus,
  packTiles,
  sizeTiles,
} from "../src/views/wall_layout.ts";

const anySizes = fc.array(fc.constantFrom(1, 1, 1, 2, 3), { maxLength: 200 });
const anyColumns = fc.integer({ min: 1, max: 30 });
const anyLayout: fc.Arbitrary<Layout> = fc
  .tuple(fc.array(fc.array(fc.constantFrom(1, 1, 2, 3), { minLength: 1, maxLength: 40 }), { maxLength: 5 }), anyColumns)
  .map(([sections, columns]) => layOut(sections, { columns, cell: 50, gap: 4 }, 30));

test("every tile has a place, none lies over another, and none sticks out", () => {
  fc.assert(
    fc.property(anySizes, anyColumns, (sizes, columns) => {
      const packing = packTiles(sizes, columns);
      const taken = new Set<string>();
      packing.tile.forEach((tile, index) => {
        const size = packing.size[index] as number;
        assert.equal(size, Math.min(sizes[tile] as number, columns));
        for (let y = 0; y < size; y++) {
          for (let x = 0; x < size; x++) {
            const cell = [(packing.row[index] as number) + y, (packing.column[index] as number) + x];
            assert.ok((cell[1] as number) < columns && (cell[0] as number) < packing.rows);
            assert.ok(!taken.has(cell.join()), `${cell} is taken twice`);
            taken.add(cell.join());
          }
        }
      });
      assert.deepEqual(
        [...packing.tile].sort((a, b) => a - b),
        sizes.map((_, tile) => tile),
      );
    }),
  );
});

test("tiles of one size keep their order, and no hole is left that a later tile could have filled", () => {
  fc.assert(
    fc.property(anySizes, anyColumns, (sizes, columns) => {
      const packing = packTiles(sizes, columns);
      const placeOf = new Map([...packing.tile].map((tile, index) => [tile, index]));
      for (const size of [1, 2, 3]) {
        const places = sizes.flatMap((own, tile) => (own === size ? [placeOf.get(tile) as number] : []));
        assert.deepEqual(
          places,
          places.toSorted((a, b) => a - b),
        );
      }
      const lastSmall = [...packing.tile.keys()].findLast((index) => packing.size[index] === 1);
      if (lastSmall === undefined) return;
      const before = (packing.row[lastSmall] as number) * columns + (packing.column[lastSmall] as number);
      const cells = new Set<number>();
      packing.tile.forEach((_, index) => {
        const size = packing.size[index] as number;
        for (let n = 0; n < size * size; n++) {
          const row = (packing.row[index] as number) + Math.floor(n / size);
          cells.add(row * columns + (packing.column[index] as number) + (n % size));
        }
      });
      for (let cell = 0; cell < before; cell++) assert.ok(cells.has(cell), `cell ${cell} is empty`);
    }),
  );
});

test("tiles are listed in reading order", () => {
  fc.assert(
    fc.property(anyLayout, (layout) => {
      let previous = -1;
      for (let index = 0; index < layout.count; index++) {
        const place = locate(layout, index);
        const box = boxOf(layout, place.section, place.index);
        const rank = box.top * 10_000 + box.left;
        assert.ok(rank > previous);
        previous = rank;
      }
    }),
  );
});

test("what is seen of the wall is drawn, and little else", () => {
  const anyWindow = fc.tuple(fc.integer({ min: -500, max: 5000 }), fc.integer({ min: 0, max: 1000 }), fc.nat(300));
  fc.assert(
    fc.property(anyLayout, anyWindow, (layout, [top, height, focused]) => {
      const bottom = top + height;
      const drawn = new Set(
        findShown(layout, top, bottom, focused).flatMap(({ section, places }) =>
          places.map((index) => section.first + index),
        ),
      );
      for (let index = 0; index < layout.count; index++) {
        const place = locate(layout, index);
        const box = boxOf(layout, place.section, place.index);
        const isSeen = box.top < bottom && box.top + box.side > top;
        const isNear = box.top < bottom + 200 && box.top + box.side > top - 200;
        if (isSeen || index === focused) assert.ok(drawn.has(index), `tile ${index} is missing`);
        if (!isNear && index !== focused) assert.ok(!drawn.has(index), `tile ${index} is drawn for nothing`);
      }
    }),
  );
});

test("arrow keys reach every tile, and up and down lead to what lies above and below", () => {
  fc.assert(
    fc.property(anyLayout, fc.nat(), (layout, seed) => {
      fc.pre(layout.count > 0);
      const index = seed % layout.count;
      const box = (at: number) => boxOf(layout, locate(layout, at).section, locate(layout, at).index);
      assert.equal(moveFocus(layout, index, "ArrowRight"), Math.min(index + 1, layout.count - 1));
      assert.equal(moveFocus(layout, index, "ArrowLeft"), Math.max(index - 1, 0));
      assert.equal(moveFocus(layout, index, "Home"), 0);
      assert.equal(moveFocus(layout, index, "End"), layout.count - 1);
      const all = Array.from({ length: layout.count }, (_, at) => at);
      const below = all.filter((at) => box(at).top >= box(index).top + box(index).side);
      const down = moveFocus(layout, index, "ArrowDown");
      if (below.length === 0) assert.equal(down, index);
      else assert.equal(box(down).top, Math.min(...below.map((at) => box(at).top)));
      const above = all.filter((at) => box(at).top + box(at).side <= box(index).top);
      const up = moveFocus(layout, index, "ArrowUp");
      if (above.length === 0) assert.equal(up, index);
      else assert.equal(box(up).top + box(up).side, Math.max(...above.map((at) => box(at).top + box(at).side)));
    }),
  );
});

test("a key that does not move the focus leaves it", () => {
  const layout = layOut([[1, 1]], { columns: 2, cell: 50, gap: 4 }, 0);
  assert.equal(moveFocus(layout, 1, "Enter"), 1);
});

test("a greater weight never has a smaller tile, equal weights have equal ones, few are large", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30), { maxLength: 300 }), (weights) => {
      const sizes = sizeTiles(weights, findThresholds(weights));
      const least = Math.min(...weights);
      const sizeOf = new Map<number, number>();
      weights.forEach((weight, tile) => {
        const size = sizes[tile] as number;
        assert.equal(sizeOf.get(weight) ?? size, size);
        sizeOf.set(weight, size);
        if (weight === least) assert.equal(size, 1);
      });
      const ascending = [...sizeOf].sort(([a], [b]) => a - b).map(([, size]) => size);
      assert.deepEqual(
        ascending,
        ascending.toSorted((a, b) => a - b),
      );
      assert.ok(sizes.filter((size) => size === 3).length <= Math.ceil(weights.length * 0.02));
      assert.ok(sizes.filter((size) => size > 1).length <= Math.ceil(weights.length * 0.12));
    }),
  );
});

test("the most posted of a few pictures stands out", () => {
  const weights = [1, 5, 1, 2, 1, 1, 1, 1, 1, 1];
  assert.deepEqual([...sizeTiles(weights, findThresholds(weights))], [1, 3, 1, 2, 1, 1, 1, 1, 1, 1]);
});

test("cells fill the width exactly and are at least as large as wanted", () => {
  fc.assert(
    fc.property(fc.integer({ min: 200, max: 4000 }), fc.integer({ min: 40, max: 160 }), (width, wanted) => {
      const { columns, cell, gap } = fitGrid(width, wanted, 4);
      assert.ok(Math.abs(columns * (cell + gap) - gap - width) < 0.001);
      assert.ok(cell >= wanted);
    }),
  );
});
