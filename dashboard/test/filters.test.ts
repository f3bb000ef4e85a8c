import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FACETS } from "../src/facets.ts";
import { formatHash, NO_FILTERS, parseHash, toggleName } from "../src/filters.ts";

const text = fc.string({ unit: "grapheme" });

test("every state of the page comes back from its permalink", () => {
  const facets = fc
    .uniqueArray(fc.constantFrom(...FACETS.map((facet) => facet.id)))
    .chain((ids) =>
      fc.tuple(...ids.map((id) => fc.array(text, { minLength: 1 }).map((names): [string, string[]] => [id, names]))),
    )
    .map((entries) => Object.fromEntries(entries));
  const filters = fc.record(
    { since: text, until: text, words: text, lines: text, safety: text, facets },
    { noNullPrototype: true },
  );
  const place = fc.record(
    { view: fc.constantFrom("", "wall", "picture"), options: fc.record({ order: text }, { noNullPrototype: true }) },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(place, filters, (place, filters) => {
      const options = place.options.order === "" ? {} : place.options;
      assert.deepEqual(parseHash(formatHash(place, filters)), { place: { ...place, options }, filters });
    }),
  );
});

test("a name that is picked twice is no longer chosen", () => {
  const once = toggleName(NO_FILTERS, "label", "Dog");
  assert.deepEqual(once.facets, { label: ["Dog"] });
  assert.deepEqual(toggleName(once, "label", "Dog"), NO_FILTERS);
});

test("an address that nobody made shows the page without filters", () => {
  for (const hash of ["", "#", "#?%", "#/nowhere", "##//"]) assert.deepEqual(parseHash(hash).filters, NO_FILTERS);
});
