import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { buildLake, type Lake } from "../src/data/lake.ts";
import { NO_FILTERS } from "../src/filters.ts";
import { rankColor } from "../src/rainbow.ts";
import { type Selection, select } from "../src/selection.ts";
import {
  arrangeTiles,
  GROUPINGS,
  makeSingles,
  ORDERS,
  readOptions,
  stackTiles,
  type Tile,
  WEIGHTS,
} from "../src/views/wall_tiles.ts";
import { makeSample } from "./sample_lake.ts";

const sample = makeSample({ posts: 200, pictures: 80 });
const lake = buildLake(sample.index, [sample.posts], [sample.photos], [sample.pictures]);
const all = select(lake, NO_FILTERS);
const onX = select(lake, { ...NO_FILTERS, facets: { platform: ["x"] } });
const usual = readOptions({});

function makeTiles(of: Lake, selection: Selection, stacks: boolean): Tile[] {
  const singles = makeSingles(of, selection);
  return stacks ? stackTiles(of, selection, singles) : singles;
}

test("every selected picture is on the wall exactly once", () => {
  const options = fc.record({
    order: fc.constantFrom(...ORDERS),
    weight: fc.constantFrom(...WEIGHTS),
    grouping: fc.constantFrom(...GROUPINGS),
    stacks: fc.boolean(),
  });
  fc.assert(
    fc.property(options, fc.constantFrom(all, onX), (chosen, selection) => {
      const tiles = makeTiles(lake, selection, chosen.stacks);
      const sections = arrangeTiles(lake, tiles, { ...usual, ...chosen });
      const pictures = sections.flatMap((section) => section.tiles.flatMap((tile) => tile.members));
      assert.deepEqual(
        pictures.sort((a, b) => a - b),
        [...selection.pictures.keys()].filter((row) => selection.pictures[row] === 1),
      );
    }),
  );
});

test("near-duplicates share a tile that counts each post once", () => {
  for (const tile of makeTiles(lake, onX, true)) {
    const posts = new Set(
      sample.photos.post.filter(
        (post, photo) =>
          tile.members.includes(sample.photos.picture[photo] as number) && sample.posts.platform[post] === 0,
      ),
    );
    const times = [...posts].map((post) => sample.posts.at[post] as number);
    const balances = [...posts].map(
      (post) => (sample.posts.positive[post] as number) - (sample.posts.negative[post] as number),
    );
    assert.equal(tile.posts, posts.size);
    assert.equal(tile.firstSeen, Math.min(...times));
    assert.equal(tile.lastSeen, Math.max(...times));
    assert.equal(
      tile.likes,
      [...posts].map((post) => sample.posts.likes[post] as number).reduce((a, b) => a + b),
    );
    assert.ok(Math.abs(tile.balance - balances.reduce((a, b) => a + b) / posts.size) < 1e-9);
    assert.equal(new Set(tile.members.map((row) => sample.pictures.group[row])).size, 1);
  }
});

test("a picture that no post shows counts nothing and comes last in time", () => {
  const own = makeSample({ posts: 20, pictures: 3 });
  own.photos.picture = own.photos.picture.map((picture) => (picture === null ? null : picture % 2));
  const small = buildLake(own.index, [own.posts], [own.photos], [own.pictures]);
  const tiles = makeTiles(small, select(small, NO_FILTERS), true);
  const dropped = tiles.find((tile) => tile.picture === 2);
  assert.equal(dropped?.posts, 0);
  assert.ok(Number.isNaN(dropped?.firstSeen) && Number.isNaN(dropped?.balance) && Number.isNaN(dropped?.likes));
  for (const order of ["time", "newest", "sentiment"] as const) {
    assert.equal(arrangeTiles(small, tiles, { ...usual, order })[0]?.tiles.at(-1)?.picture, 2);
  }
});

test("each order sorts by what it names", () => {
  const tiles = makeTiles(lake, all, false).filter((tile) => tile.posts > 0);
  const read = (order: (typeof ORDERS)[number]) =>
    arrangeTiles(lake, tiles, { ...usual, order }).flatMap((s) => s.tiles);
  const isAscending = (values: number[]) => values.every((value, n) => n === 0 || value >= (values[n - 1] as number));
  assert.ok(isAscending(read("frequency").map((tile) => -tile.posts)));
  assert.ok(isAscending(read("time").map((tile) => tile.firstSeen)));
  assert.ok(isAscending(read("newest").map((tile) => -tile.firstSeen)));
  assert.ok(isAscending(read("color").map((tile) => rankColor(lake.pictures.palette[tile.picture]?.[0]))));
  assert.ok(isAscending(read("sentiment").map((tile) => -tile.balance)));
});

test("groups by label have the largest first and those without one last", () => {
  const sections = arrangeTiles(lake, makeTiles(lake, all, true), { ...usual, grouping: "label" });
  const counts = sections.slice(0, -1).map((section) => section.tiles.length);
  assert.deepEqual(
    counts,
    counts.toSorted((a, b) => b - a),
  );
  assert.equal(sections.at(-1)?.title, "No label");
  for (const section of sections) {
    for (const tile of section.tiles) {
      const labels = sample.pictures.labels[tile.picture] as [number, number][];
      const surest = labels.toSorted((a, b) => b[1] - a[1])[0];
      assert.equal(surest === undefined ? "No label" : sample.index.names.labels[surest[0]]?.name, section.title);
    }
  }
});

test("groups by day go with time", () => {
  const tiles = makeTiles(lake, onX, true);
  const days = (order: "time" | "newest") =>
    arrangeTiles(lake, tiles, { ...usual, order, grouping: "day" }).map((section) => section.title);
  assert.deepEqual(days("time"), days("newest").toReversed());
  assert.deepEqual(days("time"), days("time").toSorted());
});

test("options that the page does not know are as usual", () => {
  assert.deepEqual(
    readOptions({ order: "x", weight: "constructor", grouping: "", side: "1e9", stacks: "maybe" }),
    usual,
  );
  assert.equal(readOptions({ side: "nothing" }).side, null);
  assert.equal(readOptions({ order: "label" }).grouping, "label");
});
