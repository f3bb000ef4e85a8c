import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createLabelReader } from "../src/labels.ts";
import { SENTIMENTS, sortTallies, type Tally, tallySentiments } from "../src/sentiments.ts";
import { countBy, listPosts, makeLake, selectSome } from "./naive.ts";

const lake = makeLake();

test("sentiment by label counts a post once for each label of its photos", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const selection = selectSome(lake, seed);
      const posts = listPosts(lake, selection);
      const tallies = tallySentiments(
        lake,
        selection.posts,
        lake.names.labels.length,
        createLabelReader(lake, selection),
      );
      for (const [key, { name }] of lake.names.labels.entries()) {
        const own = posts.filter((post) => post.photos.some((photo) => photo.labels.includes(name)));
        const tally = tallies.find((candidate) => candidate.key === key);
        if (own.length === 0) {
          assert.equal(tally, undefined);
          continue;
        }
        const counts = countBy(own, (post) => post.sentiment);
        const scored = own.filter((post) => post.sentiment !== "unknown");
        assert.deepEqual(
          { ...tally, meanBalance: undefined },
          {
            key,
            posts: own.length,
            ...Object.fromEntries(SENTIMENTS.map((sentiment) => [sentiment, counts[sentiment] ?? 0])),
            notAnalysed: counts.unknown ?? 0,
            meanBalance: undefined,
          },
        );
        const mean = scored.reduce((sum, post) => sum + post.balance, 0) / scored.length;
        assert.ok(Number.isNaN(mean) || Math.abs(mean - (tally?.meanBalance as number)) < 1e-9);
      }
    }),
    { numRuns: 30 },
  );
});

const tally = (name: string, POSITIVE: number, NEGATIVE: number, notAnalysed = 0): Tally & { name: string } => ({
  key: 0,
  name,
  posts: POSITIVE + NEGATIVE + notAnalysed,
  POSITIVE,
  NEGATIVE,
  MIXED: 0,
  NEUTRAL: 0,
  notAnalysed,
  meanBalance: 0,
});

test("ordered by share, groups of few posts with a sentiment are left out", () => {
  const tallies = [tally("many", 5, 5), tally("few", 4, 0, 9), tally("good", 5, 0), tally("bad", 1, 5)];
  const names = (order: "posts" | "positive" | "negative") => sortTallies(tallies, order).map(({ name }) => name);
  assert.deepEqual(names("posts"), ["few", "many", "bad", "good"]);
  assert.deepEqual(names("positive"), ["good", "many", "bad"]);
  assert.deepEqual(names("negative"), ["bad", "many", "good"]);
});
