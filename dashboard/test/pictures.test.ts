import assert from "node:assert/strict";
import { test } from "node:test";
import { buildLake, type Lake, UNKNOWN } from "../src/data/lake.ts";
import { describePicture, firstColor, nameSuspicions, surestLabel } from "../src/pictures.ts";
import { makeSample } from "./sample_lake.ts";

function makeLake(picture: Partial<{ alt: string | null; labels: [number, number][]; palette: string[] }>): Lake {
  const sample = makeSample({ posts: 1, pictures: 1 });
  sample.pictures.alt = [picture.alt ?? null];
  sample.pictures.labels = [picture.labels ?? []];
  sample.pictures.palette = [picture.palette ?? []];
  sample.pictures.moderationLabels = [
    [
      [0, 61],
      [2, 99],
    ],
  ];
  return buildLake(sample.index, [sample.posts], [sample.photos], [sample.pictures]);
}

test("a picture is described by its author, else by its surest labels, else as a picture", () => {
  const labels: [number, number][] = [
    [3, 55],
    [6, 97],
  ];
  assert.equal(describePicture(makeLake({ alt: "My dog", labels }), 0), "My dog");
  assert.equal(describePicture(makeLake({ alt: "  ", labels }), 0), "Dog, Car");
  assert.equal(describePicture(makeLake({}), 0), "picture");
});

test("suspect content is named by its surest label first", () => {
  assert.equal(nameSuspicions(makeLake({}), 0), "Weapons, Alcohol");
});

test("the surest label of a picture without labels is unknown", () => {
  assert.equal(surestLabel([]), UNKNOWN);
  assert.equal(
    surestLabel([
      [4, 70],
      [5, 90],
      [6, 80],
    ]),
    5,
  );
});

test("only a colour becomes a style", () => {
  assert.equal(firstColor(makeLake({ palette: ["#A0b1c2", "#000000"] }), 0), "#A0b1c2");
  assert.equal(firstColor(makeLake({ palette: ["url(https://example.com)"] }), 0), null);
  assert.equal(firstColor(makeLake({}), 0), null);
});
