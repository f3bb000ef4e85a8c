import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { buildLake, type Lake, UNKNOWN } from "../src/data/lake.ts";
import { FACETS, readValues, UNKNOWN_NAME } from "../src/facets.ts";
import { type Filters, NO_FILTERS } from "../src/filters.ts";
import { countNames, nameOf } from "../src/numbers.ts";
import { countSelected, dayName, select } from "../src/selection.ts";
import { makeSample } from "./sample_lake.ts";

const sample = makeSample({ posts: 120, pictures: 40 });
const lake = buildLake(sample.index, [sample.posts], [sample.photos], [sample.pictures]);
const texts = sample.texts.text.map((text) => (text ?? "").toLowerCase());

/** Any filters that can be chosen on the page, and some that leave nothing. */
const anyFilters: fc.Arbitrary<Filters> = fc.record({
  since: fc.constantFrom("", "2026-11-05", "2026-11-20"),
  until: fc.constantFrom("", "2026-11-10", "2026-11-25"),
  words: fc.constantFrom("", "coffee", "coffee sea", "nowhere"),
  lines: fc.constantFrom("", "city", "photo day"),
  safety: fc.constantFrom("", "safe", "suspect"),
  facets: fc
    .uniqueArray(fc.constantFrom(...FACETS), { maxLength: 2 })
    .chain((facets) =>
      fc.tuple(
        ...facets.map((facet) =>
          fc
            .uniqueArray(fc.constantFrom(...new Set([...facet.names(lake), UNKNOWN_NAME])), {
              minLength: 1,
              maxLength: 2,
            })
            .map((names): [string, string[]] => [facet.id, names]),
        ),
      ),
    )
    .map((entries) => Object.fromEntries(entries)),
});

/** The same rules row by row, without columns and masks. */
function passesPost(lake: Lake, filters: Filters, row: number): boolean {
  const day = dayName(lake.posts.day[row] as number);
  const words = filters.words.split(" ").filter(Boolean);
  return (
    (filters.since === "" || day >= filters.since) &&
    (filters.until === "" || day <= filters.until) &&
    words.every((word) => texts[row]?.includes(word)) &&
    passesFacets(lake, filters, "post", row)
  );
}

function passesPicture(lake: Lake, filters: Filters, row: number): boolean {
  const lines = (lake.pictures.lines[row] as string[]).map((line) => line.toLowerCase());
  const words = filters.lines.split(" ").filter(Boolean);
  const isSuspect = (lake.pictures.moderationLabels[row] as unknown[]).length > 0;
  return (
    words.every((word) => lines.some((line) => line.includes(word))) &&
    (filters.safety === "" || (filters.safety === "suspect") === isSuspect) &&
    passesFacets(lake, filters, "picture", row)
  );
}

function passesFacets(lake: Lake, filters: Filters, of: string, row: number): boolean {
  return FACETS.filter((facet) => facet.of === of).every((facet) => {
    const chosen = filters.facets[facet.id] ?? [];
    const value = readValues(lake, facet)[row] as number | number[];
    const names = facet.names(lake);
    if (chosen.length === 0) return true;
    return typeof value === "number"
      ? chosen.includes(nameOf(names, value))
      : chosen.every((name) => value.some((number) => nameOf(names, number) === name));
  });
}

const asksPictures = (filters: Filters) =>
  filters.lines !== "" ||
  filters.safety !== "" ||
  FACETS.some((facet) => facet.of !== "post" && (filters.facets[facet.id] ?? []).length > 0);
const asksPosts = (filters: Filters) =>
  filters.since !== "" ||
  filters.until !== "" ||
  filters.words !== "" ||
  FACETS.some((facet) => facet.of !== "picture" && (filters.facets[facet.id] ?? []).length > 0);

test("without filters everything is selected", () => {
  const all = select(lake, NO_FILTERS);
  assert.equal(countSelected(all.posts), 120);
  assert.equal(countSelected(all.photos), lake.photos.count);
  assert.equal(countSelected(all.pictures), 40);
});

test("the selection is that of the rules applied row by row", () => {
  fc.assert(
    fc.property(anyFilters, (filters) => {
      const selected = select(lake, filters, texts);
      const photos = Array.from({ length: lake.photos.count }, (_, row) => {
        const picture = lake.photos.picture[row] as number;
        const isPictureIn = picture === UNKNOWN ? !isNarrowed(filters) : passesPicture(lake, filters, picture);
        const post = lake.photos.post[row] as number;
        return passesPost(lake, filters, post) && isPictureIn && passesFacets(lake, filters, "photo", row);
      });
      const posts = sample.posts.id.map(
        (_, row) =>
          passesPost(lake, filters, row) &&
          (!asksPictures(filters) || (lake.posts.photos[row] as number[]).some((photo) => photos[photo])),
      );
      const pictures = sample.pictures.id.map(
        (_, row) =>
          passesPicture(lake, filters, row) &&
          (!asksPosts(filters) || (lake.pictures.photos[row] as number[]).some((photo) => photos[photo])),
      );
      assert.deepEqual([...selected.photos].map(Boolean), photos);
      assert.deepEqual([...selected.posts].map(Boolean), posts);
      assert.deepEqual([...selected.pictures].map(Boolean), pictures);
    }),
    { numRuns: 500 },
  );
});

/** Whether the filters ask something of the pictures themselves. */
function isNarrowed(filters: Filters): boolean {
  return (
    filters.lines !== "" ||
    filters.safety !== "" ||
    FACETS.some((facet) => facet.of === "picture" && (filters.facets[facet.id] ?? []).length > 0)
  );
}

test("a chart of a facet shows what else could be picked in it", () => {
  const filters = { ...NO_FILTERS, facets: { platform: ["x"] } };
  const facet = FACETS.find((candidate) => candidate.id === "platform") as (typeof FACETS)[number];
  const counts = countNames(readValues(lake, facet), select(lake, filters, null, "platform").posts, facet.names(lake));
  assert.deepEqual(counts.map((count) => count.name).sort(), ["bluesky", "x"]);
});

test("every photo is listed by its post and by its picture, in the order of time", () => {
  assert.equal(lake.posts.photos.flat().length, lake.photos.count);
  assert.equal(lake.pictures.photos.flat().length, sample.photos.picture.filter((picture) => picture !== null).length);
  for (const photos of lake.pictures.photos) {
    const times = photos.map((photo) => lake.posts.at[lake.photos.post[photo] as number] as number);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
  }
});
