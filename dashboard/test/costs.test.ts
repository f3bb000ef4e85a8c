import assert from "node:assert/strict";
import { test } from "node:test";
import { listCompared, readCosts, sumDollars } from "../src/costs.ts";

const answers = {
  cost_by_api: {
    columns: ["api", "units", "dollars_per_thousand", "dollars"],
    rows: [
      ["DetectLabels", 120, 1, 0.12],
      ["DetectSentiment", 600, 0.1, 0.06],
      ["DetectLabels (IMAGE_PROPERTIES)", 40, 0.75, 0.03],
      ["DetectCustomLabels", 0, 0, 0],
    ],
  },
  calls_of_2019: {
    columns: ["api", "calls"],
    rows: [
      ["DetectSentiment", 400],
      ["DetectLabels", 480],
    ],
  },
};

test("a call of 2019 costs what a call costs today, and for a text at least three units", () => {
  const of2019 = Object.fromEntries(readCosts(answers).map((cost) => [cost.api, cost.dollarsOf2019]));
  assert.equal(of2019.DetectLabels, 0.48);
  assert.ok(Math.abs((of2019.DetectSentiment as number) - 400 * 3 * 0.0001) < 1e-12);
  assert.equal(of2019["DetectLabels (IMAGE_PROPERTIES)"], null);
});

test("an API that neither method used is left out", () => {
  assert.deepEqual(
    readCosts(answers).map(({ api }) => api),
    ["DetectLabels", "DetectSentiment", "DetectLabels (IMAGE_PROPERTIES)"],
  );
});

test("the sums are those of the APIs", () => {
  const sums = sumDollars(readCosts(answers));
  assert.ok(Math.abs(sums.dollars - 0.21) < 1e-12);
  assert.ok(Math.abs(sums.of2019 - 0.6) < 1e-12);
});

test("an API of which nothing was bought spares nothing", () => {
  const rows = [...answers.cost_by_api.rows, ["RecognizeCelebrities", 0, 1, 0]];
  const calls = { ...answers.calls_of_2019, rows: [...answers.calls_of_2019.rows, ["RecognizeCelebrities", 15]] };
  const costs = readCosts({ cost_by_api: { ...answers.cost_by_api, rows }, calls_of_2019: calls });

  assert.ok(costs.some((cost) => cost.api === "RecognizeCelebrities" && cost.callsOf2019 === 15));
  assert.deepEqual(
    listCompared(costs).map((cost) => cost.api),
    ["DetectLabels", "DetectSentiment"],
  );
});

test("without answers there are no costs", () => {
  assert.deepEqual(readCosts({}), []);
});
