import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { UNKNOWN } from "../src/data/lake.ts";
import { countPairs, isParentAndChild, orderBySimilarity, similarity } from "../src/label_pairs.ts";
import { countLabelDays, countLabels, countPhotosOfPictures, countPostsOfPictures } from "../src/labels.ts";
import { dayNumber } from "../src/selection.ts";
import { findDays } from "../src/timeline.ts";
import { countBy, listPosts, makeLake, selectSome } from "./naive.ts";

const lake = makeLake();
const anySelection = fc.integer().map((seed) => selectSome(lake, seed));

test("labels are counted by photos and by posts", () => {
  fc.assert(
    fc.property(anySelection, (selection) => {
      const posts = listPosts(lake, selection);
      const photos = posts.flatMap((post) => post.photos);
      const counts = countLabels(lake, selection);
      assert.deepEqual(
        Object.fromEntries(counts.map(({ name, photos }) => [name, photos])),
        countBy(
          photos.flatMap((photo) => photo.labels),
          (name) => name,
        ),
      );
      assert.deepEqual(
        Object.fromEntries(counts.map(({ name, posts }) => [name, posts])),
        countBy(
          posts.flatMap((post) => [...new Set(post.photos.flatMap((photo) => photo.labels))]),
          (name) => name,
        ),
      );
    }),
    { numRuns: 30 },
  );
});

test("pictures are counted by the photos and by the posts that show them", () => {
  fc.assert(
    fc.property(anySelection, (selection) => {
      const posts = listPosts(lake, selection);
      const shown = posts.flatMap((post) => post.photos).filter(({ picture }) => picture !== UNKNOWN);
      const byPhotos = countBy(shown, ({ picture }) => String(picture));
      const byPosts = countBy(
        posts.flatMap((post) => [...new Set(post.photos.map(({ picture }) => picture))]),
        String,
      );
      const expected = (counts: Record<string, number>) => lake.pictures.id.map((_, row) => counts[row] ?? 0);
      assert.deepEqual([...countPhotosOfPictures(lake, selection)], expected(byPhotos));
      assert.deepEqual([...countPostsOfPictures(lake, selection)], expected(byPosts));
    }),
    { numRuns: 30 },
  );
});

test("the photos of a label are counted by the days of their posts", () => {
  const selection = selectSome(lake, 7);
  const [first, last] = findDays(lake) as [number, number];
  const labels = countLabels(lake, selection).map(({ label }) => label);
  const days = countLabelDays(lake, selection, labels, first, last);
  for (const [row, label] of labels.entries()) {
    const expected = new Int32Array(last - first + 1);
    for (const post of listPosts(lake, selection)) {
      const seen = post.photos.filter(({ labels }) => labels.includes(lake.names.labels[label]?.name as string));
      (expected[dayNumber(post.day as string) - first] as number) += seen.length;
    }
    assert.deepEqual(days[row], expected);
  }
});

test("pairs of labels are counted by photos, without parent and child, the most frequent first", () => {
  fc.assert(
    fc.property(anySelection, fc.integer({ min: 1, max: 40 }), (selection, limit) => {
      const photos = listPosts(lake, selection).flatMap((post) => post.photos);
      const pairs = photos.flatMap(({ labels }) =>
        labels.flatMap((one) => labels.filter((other) => one < other).map((other) => `${one}+${other}`)),
      );
      const expected = Object.entries(countBy(pairs, (pair) => pair))
        .filter(([pair]) => pair !== "Face+Person")
        .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
        .slice(0, limit);
      const found = countPairs(lake, countPhotosOfPictures(lake, selection)).listPairs(limit);
      assert.deepEqual(
        found.map(({ name, other, photos }) => [`${name}+${other}`, photos]),
        expected,
      );
    }),
    { numRuns: 30 },
  );
});

test("the similarity of two labels is the share of their photos that have both", () => {
  const selection = selectSome(lake, 5);
  const photos = listPosts(lake, selection).flatMap((post) => post.photos);
  const pairs = countPairs(lake, countPhotosOfPictures(lake, selection));
  const has = (label: number) => (photo: (typeof photos)[number]) =>
    photo.labels.includes(lake.names.labels[label]?.name as string);
  for (const [one, other] of [
    [0, 3],
    [2, 0],
    [3, 3],
  ] as const) {
    const either = photos.filter((photo) => has(one)(photo) || has(other)(photo));
    const both = photos.filter((photo) => has(one)(photo) && has(other)(photo));
    assert.equal(similarity(pairs, one, other), both.length / either.length);
  }
});

test("an order by similarity keeps every item, and like with like", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { maxLength: 12 }), (items) => {
      // Items of the same remainder are alike.
      const ordered = orderBySimilarity(items, (one, other) => (one % 3 === other % 3 ? 1 : 0));
      assert.deepEqual(
        ordered.toSorted((a, b) => a - b),
        items.toSorted((a, b) => a - b),
      );
      const groups = ordered.map((item) => item % 3).filter((group, place, all) => group !== all[place - 1]);
      assert.equal(groups.length, new Set(groups).size);
    }),
  );
});

test("parent and child are known as such either way round", () => {
  const number = (name: string) => lake.names.labels.findIndex((label) => label.name === name);
  assert.equal(isParentAndChild(lake, number("Face"), number("Person")), true);
  assert.equal(isParentAndChild(lake, number("Person"), number("Face")), true);
  assert.equal(isParentAndChild(lake, number("Person"), number("Dog")), false);
});
