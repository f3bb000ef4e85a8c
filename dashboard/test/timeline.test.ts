import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { UNKNOWN } from "../src/data/lake.ts";
import { dayName, dayNumber } from "../src/selection.ts";
import {
  type Bar,
  chooseSpan,
  countDays,
  type DayCell,
  findDays,
  lengthOf,
  listShown,
  nameRange,
  OTHERS,
  stackDays,
  startOfSpan,
} from "../src/timeline.ts";
import { countBy, listPosts, makeLake, selectSome } from "./naive.ts";

const lake = makeLake();
const anyDay = fc.integer({ min: -30_000, max: 60_000 });

test("the cells of the days are those of the posts counted one by one, in order", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const selection = selectSome(lake, seed);
      const posts = listPosts(lake, selection);
      const cells = countDays(lake, selection);
      const keyOf = (day: string | null, ...names: string[]) => [day ?? "~", ...names].join("|");
      const keys = cells.map(({ day, platform, language, sentiment }) =>
        keyOf(day === UNKNOWN ? null : dayName(day), platform, language, sentiment),
      );
      assert.deepEqual(keys, keys.toSorted());
      assert.deepEqual(
        Object.fromEntries(cells.map((cell, row) => [keys[row], cell.posts])),
        countBy(posts, (post) => keyOf(post.day, post.platform, post.language, post.sentiment)),
      );
      const sum = (read: (cell: DayCell) => number) => cells.reduce((total, cell) => total + read(cell), 0);
      assert.equal(
        sum((cell) => cell.photos),
        posts.flatMap((post) => post.photos).length,
      );
      assert.equal(
        sum((cell) => cell.postsWithPhotos),
        posts.filter((post) => post.photos.length > 0).length,
      );
    }),
    { numRuns: 50 },
  );
});

test("posts whose time is not known are a day of their own, after all others", () => {
  const timeless = makeLake(30, 5);
  timeless.posts.day.fill(UNKNOWN, 0, 10);
  const cells = countDays(timeless, selectSome(timeless, 1));
  const firstUnknown = cells.findIndex((cell) => cell.day === UNKNOWN);
  assert.ok(firstUnknown > 0);
  assert.ok(cells.slice(firstUnknown).every((cell) => cell.day === UNKNOWN));
});

test("a week begins on Monday and has seven days", () => {
  fc.assert(
    fc.property(anyDay, (day) => {
      const start = startOfSpan(day, "week");
      assert.equal(new Date(start * 86_400_000).getUTCDay(), 1);
      assert.ok(start <= day && day < start + lengthOf("week"));
      assert.equal(startOfSpan(day, "day"), day);
    }),
  );
});

test("more days than can be told apart are drawn as weeks", () => {
  assert.equal(chooseSpan(0, 149), "day");
  assert.equal(chooseSpan(0, 150), "week");
});

test("a range is named from its first to its last day, whichever was chosen first", () => {
  fc.assert(
    fc.property(anyDay, anyDay, (one, other) => {
      const { since, until } = nameRange(one, other);
      assert.deepEqual([dayNumber(since), dayNumber(until)], [Math.min(one, other), Math.max(one, other)]);
    }),
  );
});

test("the bars of a stack add up to the posts of the days, with names that are not listed put together", () => {
  const cells = countDays(lake, selectSome(lake, 3));
  const dated = cells.filter(({ day }) => day !== UNKNOWN);
  const sum = (bars: { posts: number }[]) => bars.reduce((total, { posts }) => total + posts, 0);
  for (const span of ["day", "week"] as const) {
    const bars = stackDays(cells, "language", span, ["en", "ja"]);
    assert.equal(sum(bars), sum(dated));
    assert.equal(sum(bars.filter(({ name }) => name === "ja")), sum(dated.filter(({ language }) => language === "ja")));
    assert.deepEqual([...new Set(bars.map(({ name }) => name))].sort(), ["en", "ja", OTHERS]);
    assert.equal(new Set(bars.map((bar: Bar) => `${bar.start} ${bar.name}`)).size, bars.length);
  }
});

test("the most frequent names are shown, and chosen ones however rare", () => {
  assert.deepEqual(listShown(["a", "b", "c"], [], 3), ["a", "b", "c"]);
  assert.deepEqual(listShown(["a", "b", "c", "d"], ["d", "a", "nobody"], 3), ["a", "b", "d"]);
});

test("a lake without times has no days", () => {
  const empty = makeLake(0, 0);
  assert.equal(findDays(empty), null);
  assert.deepEqual(findDays(lake), [Math.min(...lake.posts.day), Math.max(...lake.posts.day)]);
});
