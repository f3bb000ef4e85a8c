/** What the calls cost, and what those of the method of 2019 would have cost: from the answers of two saved queries. */

import type { Answer, Index } from "./data/format.ts";

export interface ApiCost {
  api: string;
  /** Calls that the method of 2019 would have made; null if it did not know the API. */
  callsOf2019: number | null;
  /** At list prices, at least: of a text the least that a call can cost is counted. */
  dollarsOf2019: number | null;
  /** What was bought: images, or units of 100 characters. */
  units: number;
  dollars: number;
  isOfText: boolean;
}

/** Comprehend bills at least three units for a text: https://aws.amazon.com/comprehend/pricing/ */
const LEAST_UNITS = 3;
const OF_TEXT = new Set(["DetectSentiment", "DetectEntities"]);

/** The APIs that either method uses, the dearest first; empty if an answer is missing. */
export function readCosts(answers: Index["answers"]): ApiCost[] {
  const costs = readRows(answers.cost_by_api);
  const of2019 = new Map(readRows(answers.calls_of_2019).map((row) => [row.api, Number(row.calls)]));
  return costs
    .map((row) => {
      const api = String(row.api);
      const calls = of2019.get(api) ?? null;
      const price = Number(row.dollars_per_thousand) / 1000;
      const isOfText = OF_TEXT.has(api);
      return {
        api,
        callsOf2019: calls,
        dollarsOf2019: calls === null ? null : calls * (isOfText ? LEAST_UNITS : 1) * price,
        units: Number(row.units),
        dollars: Number(row.dollars),
        isOfText,
      };
    })
    .filter((cost) => cost.units > 0 || (cost.callsOf2019 ?? 0) > 0)
    .sort((a, b) => spent(b) - spent(a) || (a.api < b.api ? -1 : 1));
}

const spent = (cost: ApiCost) => Math.max(cost.dollars, cost.dollarsOf2019 ?? 0);

/**
 * What both methods ask for. An API of which nothing was bought is switched off, or no local model answers it: that
 * spares nothing.
 */
export function listCompared(costs: ApiCost[]): ApiCost[] {
  return costs.filter((cost) => cost.dollarsOf2019 !== null && cost.units > 0);
}

export function sumDollars(costs: ApiCost[]): { dollars: number; of2019: number } {
  return {
    dollars: costs.reduce((sum, cost) => sum + cost.dollars, 0),
    of2019: costs.reduce((sum, cost) => sum + (cost.dollarsOf2019 ?? 0), 0),
  };
}

function readRows(answer: Answer | undefined): Record<string, string | number | null>[] {
  return (answer?.rows ?? []).map((row) =>
    Object.fromEntries((answer?.columns ?? []).map((column, place) => [column, row[place] ?? null])),
  );
}
