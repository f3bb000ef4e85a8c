/** How much there is, where it is from, what became of it, and what it cost. */

import type { Lake } from "../data/lake.ts";
import { UNKNOWN } from "../data/lake.ts";
import { findFacet, readValues } from "../facets.ts";
import { countNames, formatCount, formatShare } from "../numbers.ts";
import { PANELS } from "../panels.ts";
import { Bars } from "../parts/bars.tsx";
import { Panel } from "../parts/panel.tsx";
import { countSelected, type Selection } from "../selection.ts";
import { selectWithout } from "../state.ts";
import { countPhotosOfPosts } from "../timeline.ts";
import { Costs, Spared } from "./overview_costs.tsx";
import { PostsByDay } from "./overview_days.tsx";
import { Queries } from "./overview_queries.tsx";
import { SentimentByLanguage } from "./overview_sentiment.tsx";
import { Hashtags } from "./words_hashtags.tsx";

export function Overview({ lake, selection }: { lake: Lake; selection: Selection }) {
  const posts = countSelected(selection.posts);
  const withPhotos = countPhotosOfPosts(lake, selection).reduce((sum, photos) => sum + (photos > 0 ? 1 : 0), 0);
  const platforms = countNames(lake.posts.platform, selection.posts, lake.names.platforms);
  return (
    <div class="panels">
      <dl class="numbers">
        <Figure label="Posts" value={formatCount(posts)} />
        <Figure label="Photos" value={formatCount(countSelected(selection.photos))} />
        <Figure label="Posts with photos" value={formatShare(withPhotos, posts)} />
        <Figure label="Distinct pictures" value={formatCount(countSelected(selection.pictures))} />
        <Figure label={platforms.length === 1 ? "Platform" : "Platforms"} value={nameAll(platforms)} />
      </dl>
      <PostsByDay lake={lake} />
      <SentimentByLanguage lake={lake} selection={selection} />
      <PhotoStatuses lake={lake} />
      <Hashtags lake={lake} />
      {lake.names.queries.length > 0 && <Queries lake={lake} />}
      <Costs lake={lake} />
      <Spared lake={lake} />
    </div>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd dir="auto">{value}</dd>
    </div>
  );
}

/** Names of few platforms, the number of many. */
function nameAll(platforms: { name: string }[]): string {
  if (platforms.length === 0) return "–";
  return platforms.length > 3 ? formatCount(platforms.length) : platforms.map(({ name }) => name).join(", ");
}

function PhotoStatuses({ lake }: { lake: Lake }) {
  const facet = findFacet("status");
  const others = selectWithout("status");
  const mask = others?.photos ?? new Uint8Array();
  const counts = countNames(readValues(lake, facet), mask, facet.names(lake));
  const posts = countPostsOfStatuses(lake, mask);
  const table = {
    columns: ["status", "photos", "posts"],
    rows: counts.map(({ name, count }) => [name, count, posts.get(name) ?? 0]),
  };
  return (
    <Panel panel={PANELS.photoStatuses} table={table} empty="No post of these days has a photo.">
      <Bars counts={counts} facet="status" unit="photos" />
    </Panel>
  );
}

/** In how many posts each status occurs. */
function countPostsOfStatuses(lake: Lake, photos: Uint8Array): Map<string, number> {
  const names = lake.names.photoStatuses;
  const posts = new Int32Array(names.length);
  const lastPost = new Int32Array(names.length).fill(UNKNOWN);
  for (let post = 0; post < lake.posts.count; post++) {
    for (const photo of lake.posts.photos[post] ?? []) {
      const status = lake.photos.status[photo] as number;
      if (photos[photo] === 0 || lastPost[status] === post) continue;
      lastPost[status] = post;
      (posts[status] as number) += 1;
    }
  }
  return new Map(names.map((name, number) => [name, posts[number] as number]));
}
