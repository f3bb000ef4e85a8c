import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { buildLake } from "../src/data/lake.ts";
import { NO_FILTERS } from "../src/filters.ts";
import { select } from "../src/selection.ts";
import * as suspicions from "../src/suspicions.ts";
import { makeSample } from "./sample_lake.ts";

const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 2);

/** Four posts on two days; picture 0 is suspect and shown twice, picture 1 is not, picture 2 is and shown once. */
function makeLake() {
  const sample = makeSample({ posts: 4, pictures: 3 });
  sample.posts.at = [START, START + 1, START + DAY, null];
  sample.posts.platform = [0, 0, 1, 0];
  sample.posts.query = [0, 0, null, 0];
  sample.photos = {
    post: [0, 1, 2, 3, 3],
    picture: [0, 1, 0, 2, null],
    status: [0, 0, 0, 0, 2],
    kind: [0, 0, 0, 0, 0],
  };
  sample.pictures.moderationLabels = [
    [
      [0, 80.5],
      [3, 75.25],
    ],
    [],
    [[2, 99]],
  ];
  sample.index.rows.photos = sample.photos.post.length;
  return buildLake(sample.index, [sample.posts], [sample.photos], [sample.pictures]);
}

test("suspect content is counted by photo, picture and post", () => {
  const lake = makeLake();

  assert.deepEqual(suspicions.countSuspect(lake, select(lake, NO_FILTERS).photos), {
    photos: 4,
    suspectPhotos: 3,
    suspectPictures: 2,
    suspectPosts: 3,
  });
});

test("labels are counted, and stand below the label that includes them", () => {
  const lake = makeLake();
  const labels = suspicions.countLabels(lake, select(lake, NO_FILTERS).photos);

  assert.deepEqual(suspicions.tabulateLabels(labels).rows, [
    ["Alcohol", null, 2, 2, 1, 80.5],
    ["Alcoholic Beverages", "Alcohol", 2, 2, 1, 75.25],
    ["Weapons", "Violence", 1, 1, 1, 99],
  ]);
  assert.deepEqual(
    suspicions.buildTree(labels).map((node) => [node.label.name, node.children.map((child) => child.label.name)]),
    [
      ["Alcohol", ["Alcoholic Beverages"]],
      ["Weapons", []],
    ],
  );
});

test("every label stands in the tree once, whatever its parent is said to be", () => {
  const names = ["a", "b", "c", "d"];
  const anyLabels = fc.tuple(...names.map(() => fc.constantFrom(null, "elsewhere", ...names))).map((parents) =>
    names.map((name, n) => ({
      name,
      parent: parents[n] as string | null,
      photos: 1,
      posts: 1,
      pictures: 1,
      best: 9,
    })),
  );
  const list = (nodes: suspicions.LabelNode[]): string[] =>
    nodes.flatMap((node) => [node.label.name, ...list(node.children)]);

  fc.assert(fc.property(anyLabels, (labels) => assert.deepEqual(list(suspicions.buildTree(labels)).sort(), names)));
});

test("photos are counted by the day of their post, and by source", () => {
  const lake = makeLake();
  const { photos } = select(lake, NO_FILTERS);

  assert.deepEqual(suspicions.tabulateDays(lake, photos).rows, [
    ["2026-11-02", 2, 1],
    ["2026-11-03", 1, 1],
  ]);
  assert.deepEqual(suspicions.tabulateSources(lake, photos).rows, [
    ["x", "coffee", 3, 2],
    ["bluesky", null, 1, 1],
  ]);
});

test("suspect pictures are listed by the number of their posts", () => {
  const lake = makeLake();
  const { id } = lake.pictures;

  assert.deepEqual(
    suspicions.tabulatePictures(lake, suspicions.rankSuspect(lake, select(lake, NO_FILTERS).photos)).rows,
    [
      [id[0], "Alcohol, Alcoholic Beverages", 80.5, 2, "2026-11-02 00:00:00.000"],
      [id[2], "Weapons", 99, 1, null],
    ],
  );
});
