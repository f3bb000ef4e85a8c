import assert from "node:assert/strict";
import { test } from "node:test";
import type { Face, Scored } from "../src/data/format.ts";
import { buildLake } from "../src/data/lake.ts";
import { NO_FILTERS } from "../src/filters.ts";
import * as people from "../src/people.ts";
import { select } from "../src/selection.ts";
import { makeSample } from "./sample_lake.ts";

const FEMALE = 0;
const MALE = 1;
const HAPPY = 0;
const SAD = 2;

/** Three posts of two platforms; the first two show picture 0, the third shows pictures 1 and 2, and a lost photo. */
function makeLake(faces: Face[][], celebrities: Scored[][] = []) {
  const sample = makeSample({ posts: 3, pictures: 3 });
  sample.posts.platform = [0, 1, 1];
  sample.posts.query = [0, null, 0];
  sample.posts.author = [7, 7, null];
  sample.photos = {
    post: [0, 1, 2, 2, 2],
    picture: [0, 0, 1, 2, null],
    status: [0, 0, 0, 0, 2],
    kind: [0, 0, 0, 0, 0],
  };
  sample.pictures.faces = [0, 1, 2].map((row) => faces[row] ?? []);
  sample.pictures.celebrities = [0, 1, 2].map((row) => celebrities[row] ?? []);
  sample.index.rows.photos = sample.photos.post.length;
  return buildLake(sample.index, [sample.posts], [sample.photos], [sample.pictures]);
}

const woman: Face = [20, 30, FEMALE, HAPPY, 1];
const man: Face = [30, 41, MALE, SAD, 0];
const nobody: Face = [null, null, null, null, null];

test("a face counts once for each photo that shows it", () => {
  const lake = makeLake([[woman], [man, nobody]]);
  const { photos } = select(lake, NO_FILTERS);

  assert.deepEqual(people.countFaces(lake, photos), { photos: 4, photosWithFaces: 3, faces: 4, picturesWithFaces: 2 });
  assert.deepEqual(people.tabulateFacesPerPhoto(lake, photos).rows, [
    [0, 1, 1],
    [1, 2, 1],
    [2, 1, 1],
  ]);
});

test("faces are counted by emotion and by gender, what is not known last", () => {
  const lake = makeLake([[woman], [man, nobody]]);
  const { photos } = select(lake, NO_FILTERS);

  assert.deepEqual(people.tabulateEmotions(lake, photos).rows, [
    ["HAPPY", 2, 1, 2],
    ["SAD", 1, 1, 0],
    [null, 1, 1, 0],
  ]);
  assert.deepEqual(people.tabulateSmiles(lake, photos).rows, [
    ["Female", 2, 1, 2, 0],
    ["Male", 1, 1, 0, 1],
    [null, 1, 1, 0, 0],
  ]);
});

test("fewer than five faces of an age and a gender are not listed", () => {
  const four = makeLake([[woman, woman], []]);
  const five = makeLake([
    [woman, woman],
    [woman, man],
  ]);

  assert.deepEqual(people.tabulateAges(four, select(four, NO_FILTERS).photos).rows, []);
  assert.deepEqual(people.tabulateAges(five, select(five, NO_FILTERS).photos).rows, [["25-34", "Female", 5, 2]]);
});

test("an age range belongs to the band of its middle", () => {
  const band = (low: number | null, high: number | null) => people.findAgeBand([low, high, null, null, null]);

  assert.deepEqual(
    [band(0, 3), band(14, 21), band(15, 21), band(20, 29), band(60, 69), band(60, 70), band(90, 120), band(null, 4)],
    ["0-17", "0-17", "18-24", "18-24", "55-64", "65 and over", "65 and over", null],
  );
});

test("photos with faces are counted by platform and query", () => {
  const lake = makeLake([[woman], [man, nobody]]);

  assert.deepEqual(people.tabulateFacesBySource(lake, select(lake, NO_FILTERS).photos).rows, [
    ["bluesky", "coffee", 2, 1, 2, 0],
    ["bluesky", null, 1, 1, 1, 1],
    ["x", "coffee", 1, 1, 1, 1],
  ]);
});

test("celebrities are counted by posts and by known authors", () => {
  const lake = makeLake(
    [],
    [
      [
        [1, 91.26],
        [1, 95],
      ],
      [[0, 99]],
      [[0, 98]],
    ],
  );

  assert.deepEqual(people.tabulateCelebrities(lake, select(lake, NO_FILTERS).photos).rows, [
    ["Another Celebrity", 2, 1, 95],
    ["A Celebrity", 1, 0, 99],
  ]);
});
