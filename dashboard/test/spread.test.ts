import assert from "node:assert/strict";
import { test } from "node:test";
import { buildLake } from "../src/data/lake.ts";
import { nameGroups } from "../src/facets.ts";
import { NO_FILTERS } from "../src/filters.ts";
import { select } from "../src/selection.ts";
import { drawCurves, rankSpreads, tabulateDays, tabulateSpreads } from "../src/spread.ts";
import { makeSample } from "./sample_lake.ts";

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 2, 22);

/** Pictures 0 and 1 are near-duplicates, shown by four posts; picture 2 is shown by two, picture 3 by one. */
function makeLake() {
  const sample = makeSample({ posts: 7, pictures: 4 });
  sample.posts.at = [START, START + HOUR, START + 3 * HOUR, START + 4 * HOUR, START + 5 * HOUR, START + 6 * HOUR, null];
  sample.posts.platform = [1, 0, 0, 0, 0, 0, 0];
  sample.posts.author = [5, 6, 5, null, 1, 1, 1];
  sample.pictures.group = [4, 4, 9, 2];
  sample.photos = {
    post: [0, 1, 2, 2, 3, 4, 5, 6],
    picture: [1, 0, 0, 1, 0, 2, 3, 2],
    status: [0, 0, 0, 0, 0, 0, 0, 0],
    kind: [0, 0, 0, 0, 0, 0, 0, 0],
  };
  sample.index.rows.photos = sample.photos.post.length;
  return buildLake(sample.index, [sample.posts], [sample.photos], [sample.pictures]);
}

test("near-duplicates spread as one picture, under the one that was first", () => {
  const lake = makeLake();
  const { id } = lake.pictures;
  const spreads = rankSpreads(lake, select(lake, NO_FILTERS));

  assert.deepEqual(spreads[0], {
    group: 4,
    first: 1,
    pictures: [1, 0],
    posts: [0, 1, 2, 3],
    authors: 2,
    firstSeen: START,
    lastSeen: START + 4 * HOUR,
  });
  assert.deepEqual(tabulateSpreads(lake, spreads).rows, [
    [id[1], 2, 4, 2, "2026-11-02 22:00:00.000", "2026-11-03 02:00:00.000", 4],
    [id[2], 1, 2, 1, "2026-11-03 03:00:00.000", "2026-11-03 03:00:00.000", 0],
  ]);
});

test("only posts that the filters leave count", () => {
  const lake = makeLake();
  const spreads = rankSpreads(lake, select(lake, { ...NO_FILTERS, facets: { platform: ["x"] } }));

  assert.deepEqual(
    spreads.map(({ first, posts }) => [first, posts]),
    [
      [0, [1, 2, 3]],
      [2, [4, 6]],
    ],
  );
});

test("the filter by a group leaves its pictures and their posts", () => {
  const lake = makeLake();
  const name = nameGroups(lake)[4] as string;
  const left = select(lake, { ...NO_FILTERS, facets: { group: [name] } });

  assert.equal(name, lake.pictures.id[0]?.slice(0, 12));
  assert.deepEqual([...left.pictures], [1, 1, 0, 0]);
  assert.deepEqual([...left.posts], [1, 1, 1, 1, 0, 0, 0]);
});

test("a curve rises by one with each post, and goes on to the end", () => {
  const lake = makeLake();
  const spreads = rankSpreads(lake, select(lake, NO_FILTERS));
  const end = START + 9 * HOUR;

  assert.deepEqual(
    drawCurves(lake, spreads, false, end).map(({ points }) =>
      points.map(({ at, posts }) => [(at - START) / HOUR, posts]),
    ),
    [
      [
        [0, 1],
        [1, 2],
        [3, 3],
        [4, 4],
        [9, 4],
      ],
      [
        [5, 1],
        [9, 1],
      ],
    ],
  );
  assert.deepEqual(
    drawCurves(lake, spreads, true, end).map(({ platform, points }) => [platform, points.at(-1)?.posts]),
    [
      ["bluesky", 1],
      ["x", 3],
      ["x", 1],
    ],
  );
});

test("the posts of each day and platform are counted, and added up", () => {
  const lake = makeLake();
  const [furthest] = rankSpreads(lake, select(lake, NO_FILTERS));

  assert.deepEqual(tabulateDays(lake, furthest === undefined ? [] : [furthest]).rows, [
    [lake.pictures.id[1], "2026-11-02", "bluesky", 1, 1],
    [lake.pictures.id[1], "2026-11-02", "x", 1, 1],
    [lake.pictures.id[1], "2026-11-03", "x", 2, 3],
  ]);
});
