import assert from "node:assert/strict";
import { test } from "node:test";
import { fillIn } from "../src/saved_queries.ts";

const QUERY = {
  description: "Which posts show an image?",
  sql: "-- which?\nselect '?' from tweets where image_id = ? and dt between '2026-11-01' and '2026-11-28'",
  command: "photolake query --saved image_posts --param 'image_id=…' --param since=2026-11-01",
};

test("a value stands in place of the question mark of its parameter, and of no other", () => {
  assert.deepEqual(fillIn(QUERY, { image_id: "ab12" }), {
    ...QUERY,
    sql: "-- which?\nselect '?' from tweets where image_id = 'ab12' and dt between '2026-11-01' and '2026-11-28'",
    command: "photolake query --saved image_posts --param image_id=ab12 --param since=2026-11-01",
  });
});

test("quotes in a value end neither the literal nor the shell's word", () => {
  const filled = fillIn(QUERY, { image_id: "a'b $&" });

  assert.match(filled.sql, /image_id = 'a''b \$&' and/);
  assert.match(filled.command, /--param 'image_id=a'"'"'b \$&' --param since/);
});

test("without values a query stays as it is", () => {
  assert.deepEqual(fillIn(QUERY, {}), QUERY);
});
