import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { countTexts, countWords, splitWords } from "../src/image_words.ts";
import { countBy, listPosts, makeLake, selectSome } from "./naive.ts";

const lake = makeLake();

test("a word has three letters, marks or digits and more, of any script", () => {
  assert.deepEqual(splitWords("50% OFF: Über-Café, no 12 写真展 हिन्दी"), ["off", "über", "café", "写真展", "हिन्दी"]);
  assert.deepEqual(splitWords("<b>a</b> …"), []);
});

test("words are counted by distinct pictures and by posts", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const selection = selectSome(lake, seed);
      const posts = listPosts(lake, selection);
      const counts = countWords(lake, selection);
      const wordsOf = (lines: string[]) => [...new Set(lines.flatMap(splitWords))];
      assert.deepEqual(
        Object.fromEntries(counts.map(({ word, posts }) => [word, posts])),
        countBy(
          posts.flatMap((post) => wordsOf(post.photos.flatMap((photo) => photo.lines))),
          (word) => word,
        ),
      );
      const pictures = new Map(posts.flatMap((post) => post.photos.map(({ picture, lines }) => [picture, lines])));
      assert.deepEqual(
        Object.fromEntries(counts.map(({ word, images }) => [word, images])),
        countBy([...pictures.values()].flatMap(wordsOf), (word) => word),
      );
    }),
    { numRuns: 30 },
  );
});

test("a picture's text is all of its lines, and counts once for each post", () => {
  const selection = selectSome(lake, 2);
  const posts = listPosts(lake, selection);
  const texts = countTexts(lake, selection);
  for (const { picture, text, posts: count } of texts) {
    assert.equal(text, lake.pictures.lines[picture]?.join(" / "));
    assert.equal(count, posts.filter((post) => post.photos.some((photo) => photo.picture === picture)).length);
  }
  const shown = posts.flatMap((post) => post.photos).filter(({ lines }) => lines.length > 0);
  assert.equal(texts.length, new Set(shown.map(({ picture }) => picture)).size);
});
