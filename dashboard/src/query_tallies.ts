/** What each query of the sources brought: the rows of the saved query posts_by_query. */

import type { Table } from "./csv.ts";
import type { Lake } from "./data/lake.ts";
import { rankNames } from "./name_ranks.ts";
import type { Selection } from "./selection.ts";
import { sortTallies, type Tally, tallySentiments } from "./sentiments.ts";
import { countPhotosOfPosts } from "./timeline.ts";

export interface QueryTally extends Tally {
  name: string;
  postsWithPhotos: number;
  photos: number;
}

export function tallyQueries(lake: Lake, selection: Selection): QueryTally[] {
  const queries = rankNames(lake.names.queries);
  const photosOf = countPhotosOfPosts(lake, selection);
  const photos = new Int32Array(queries.names.length);
  const postsWithPhotos = new Int32Array(queries.names.length);
  const tallies = tallySentiments(lake, selection.posts, queries.names.length, (post, found) => {
    const rank = queries.rank(lake.posts.query[post] as number);
    const shown = photosOf[post] as number;
    (photos[rank] as number) += shown;
    if (shown > 0) (postsWithPhotos[rank] as number) += 1;
    found(rank);
  });
  return sortTallies(
    tallies.map((tally) => ({
      ...tally,
      name: queries.names[tally.key] as string,
      postsWithPhotos: postsWithPhotos[tally.key] as number,
      photos: photos[tally.key] as number,
    })),
    "posts",
  );
}

export function tabulateQueries(tallies: QueryTally[]): Table {
  return {
    columns: [
      "matched_query",
      "posts",
      "posts_with_photos",
      "photos",
      "positive",
      "negative",
      "neutral",
      "mixed",
      "not_analysed",
    ],
    rows: tallies.map((tally) => [
      tally.name,
      tally.posts,
      tally.postsWithPhotos,
      tally.photos,
      tally.POSITIVE,
      tally.NEGATIVE,
      tally.NEUTRAL,
      tally.MIXED,
      tally.notAnalysed,
    ]),
  };
}
