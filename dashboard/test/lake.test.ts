import assert from "node:assert/strict";
import { test } from "node:test";
import { buildLake, LakeBuilder, UNKNOWN } from "../src/data/lake.ts";
import { makeSample } from "./sample_lake.ts";

const sample = makeSample({ posts: 50, pictures: 20 });

/** Part of a page: the rows from `first` on, up to `end`. */
function cut<Page extends object>(page: Page, first: number, end?: number): Page {
  return Object.fromEntries(Object.entries(page).map(([name, values]) => [name, values.slice(first, end)])) as Page;
}

test("pages give the same lake as one page with all rows", () => {
  const { index, posts, photos, pictures } = sample;
  const builder = new LakeBuilder(index);
  for (const page of [cut(posts, 0, 7), cut(posts, 7, 7), cut(posts, 7)]) builder.addPosts(page);
  for (const page of [cut(photos, 0, 30), cut(photos, 30)]) builder.addPhotos(page);
  for (const page of [cut(pictures, 0, 19), cut(pictures, 19)]) builder.addPictures(page);
  assert.deepEqual(builder.finish(), buildLake(index, [posts], [photos], [pictures]));
});

test("what is not known is told from zero", () => {
  const posts = {
    ...sample.posts,
    likes: sample.posts.likes.map(() => null),
    platform: sample.posts.id.map(() => null),
  };
  const lake = buildLake(sample.index, [{ ...posts, at: posts.at.map(() => null) }], [], []);
  assert.ok(lake.posts.likes.every(Number.isNaN) && lake.posts.at.every(Number.isNaN));
  assert.ok(lake.posts.platform.every((value) => value === UNKNOWN) && lake.posts.day.every((day) => day === UNKNOWN));
});

test("data that lacks rows is refused", () => {
  const builder = new LakeBuilder(sample.index);
  builder.addPosts(sample.posts);
  builder.addPhotos(cut(sample.photos, 1));
  builder.addPictures(sample.pictures);
  assert.throws(() => builder.finish(), /build it anew/);
});
