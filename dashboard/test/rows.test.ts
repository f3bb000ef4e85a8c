import assert from "node:assert/strict";
import { test } from "node:test";
import { checkLink, findPages } from "../src/data/rows.ts";
import { makeSample } from "./sample_lake.ts";

test("only the pages that hold the rows are read, each once", () => {
  const { index } = makeSample({ posts: 1, pictures: 1 });

  assert.deepEqual(findPages(index, "texts", [4001, 3, 1999, 2000, 4000]), [0, 1, 2]);
  assert.deepEqual(findPages(index, "texts", []), []);
});

test("a link is offered only if it leads to the web", () => {
  assert.equal(checkLink("https://x.com/i/status/1"), "https://x.com/i/status/1");
  for (const url of [null, "", "javascript:alert(1)", " https://x.com", "data:text/html,x", "//x.com"]) {
    assert.equal(checkLink(url), null);
  }
});
