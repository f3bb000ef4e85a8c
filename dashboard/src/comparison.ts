/** Two sides of a comparison: what each is, which posts it has, and which labels set them apart. */

import type { Lake } from "./data/lake.ts";
import { findFacet, readValues } from "./facets.ts";
import type { Filters } from "./filters.ts";
import { countPostsOfLabels } from "./labels.ts";
import { countNames } from "./numbers.ts";
import type { Selection } from "./selection.ts";

export interface Side {
  /** Id of the facet. */
  facet: string;
  name: string;
}

/** What can be compared, the first one first where a lake has two of it. */
export const SIDE_FACETS = ["query", "hashtag", "entity", "label", "platform", "language", "sentiment"];

/** `hashtag:coffee`, as it stands in the URL; null if it is not a side. */
export function parseSide(text: string | undefined): Side | null {
  const [facet = "", name = ""] = (text ?? "").split(/:(.*)/s);
  return SIDE_FACETS.includes(facet) && name !== "" ? { facet, name } : null;
}

export function formatSide(side: Side): string {
  return `${side.facet}:${side.name}`;
}

/** The columns of the saved queries that hold the names of a side. */
const COLUMNS: Record<string, string> = {
  query: "matched_query",
  label: "label_name",
  platform: "source_platform",
};

/** What the column of the sides is called in tables. */
export function nameColumn(sides: Side[]): string {
  const facets = new Set(sides.map(({ facet }) => facet));
  const facet = facets.size === 1 ? (sides[0] as Side).facet : "side";
  return COLUMNS[facet] ?? facet;
}

/** The names of a facet that a side can have, the most frequent first. */
export function listNames(lake: Lake, facet: string, selection: Selection): { name: string; count: number }[] {
  const found = findFacet(facet);
  const mask = found.of === "picture" ? selection.pictures : selection.posts;
  const counts = countNames(readValues(lake, found), mask, found.names(lake));
  // Handles are accounts, which this page does not compare.
  return facet === "entity" ? counts.filter(({ name }) => !name.includes("@")) : counts;
}

/** The sides that are asked for; what is not, is the most frequent of the kind. Null if there are no two. */
export function chooseSides(
  lake: Lake,
  all: Selection,
  asked: { a: Side | null; b: Side | null },
): [a: Side, b: Side] | null {
  if (asked.a !== null && asked.b !== null) return [asked.a, asked.b];
  const one = asked.a ?? asked.b;
  for (const facet of one === null ? SIDE_FACETS : [one.facet]) {
    const [first, second] = listNames(lake, facet, all)
      .filter(({ name }) => name !== one?.name)
      .map(({ name }) => ({ facet, name }));
    if (first === undefined) continue;
    if (asked.a !== null) return [asked.a, first];
    if (asked.b !== null) return [first, asked.b];
    if (second !== undefined) return [first, second];
  }
  return null;
}

/**
 * The filters that leave the posts of a side.
 *
 * A post has one language but many hashtags. So a side takes the place of what is chosen of its own facet if rows have
 * one value of it, and is added to it if they have lists.
 */
export function narrowToSide(lake: Lake, filters: Filters, side: Side): Filters {
  const chosen = filters.facets[side.facet] ?? [];
  const isList = typeof readValues(lake, findFacet(side.facet))[0] === "object";
  const names = isList && !chosen.includes(side.name) ? [...chosen, side.name] : [side.name];
  return { ...filters, facets: { ...filters.facets, [side.facet]: names } };
}

export interface LabelDifference {
  name: string;
  /** Posts of each side whose photos show the label. */
  postsA: number;
  postsB: number;
  /** Percent of the posts whose photos have labels. */
  percentA: number;
  percentB: number;
  /** Log odds ratio in standard errors, with two decimals; above 0 the label is of side A. */
  z: number;
}

/** Posts with the shares of both sides together that each side gets: see `compareLabels`. */
const ADDED_POSTS = 100;
const FEWEST_POSTS = 5;

/**
 * The labels by how surely they are of one side: first those of A, last those of B, then by name.
 *
 * The measure is the log odds ratio with an informative prior, in standard errors, after Monroe, Colaresi and Quinn,
 * "Fightin' Words" (2008), https://doi.org/10.1093/pan/mpn018 ; here of posts that show a label, not of words. The saved
 * query labels_by_query computes the same. Labels of fewer than 5 posts are left out.
 */
export function compareLabels(lake: Lake, a: Selection, b: Selection): LabelDifference[] {
  const inA = countPostsOfLabels(lake, a);
  const inB = countPostsOfLabels(lake, b);
  if (inA.all === 0 || inB.all === 0) return [];
  const found: LabelDifference[] = [];
  for (const [label, { name }] of lake.names.labels.entries()) {
    const [postsA, postsB] = [inA.posts[label] as number, inB.posts[label] as number];
    if (postsA + postsB < FEWEST_POSTS) continue;
    found.push({
      name,
      postsA,
      postsB,
      percentA: (100 * postsA) / inA.all,
      percentB: (100 * postsB) / inB.all,
      z: Math.round(100 * compareShares(postsA, inA.all, postsB, inB.all)) / 100,
    });
  }
  return found.sort((one, other) => other.z - one.z || (one.name < other.name ? -1 : 1));
}

/** The log odds ratio of two shares in standard errors; one more post with and one without keep it finite. */
export function compareShares(withA: number, allA: number, withB: number, allB: number): number {
  const added = (ADDED_POSTS * (withA + withB + 1)) / (allA + allB + 2);
  const cells = [
    withA + added,
    allA - withA + ADDED_POSTS - added,
    withB + added,
    allB - withB + ADDED_POSTS - added,
  ] as const;
  const ratio = Math.log(cells[0] / cells[1]) - Math.log(cells[2] / cells[3]);
  return ratio / Math.sqrt(cells.reduce((sum, cell) => sum + 1 / cell, 0));
}
