/** How much there is, where it is from, and what became of it. */

import type { Lake } from "../data/lake.ts";
import { findFacet, readValues } from "../facets.ts";
import { countNames, formatCount, formatShare } from "../numbers.ts";
import { PANELS } from "../panels.ts";
import { Bars } from "../parts/bars.tsx";
import { Panel } from "../parts/panel.tsx";
import { countSelected, type Selection } from "../selection.ts";
import { selectWithout } from "../state.ts";

export function Overview({ lake, selection }: { lake: Lake; selection: Selection }) {
  const posts = countSelected(selection.posts);
  const photos = countSelected(selection.photos);
  let withPhotos = 0;
  for (let row = 0; row < lake.posts.count; row++) {
    if (selection.posts[row] === 1 && (lake.posts.photos[row]?.length ?? 0) > 0) withPhotos += 1;
  }
  return (
    <div class="panels">
      <dl class="numbers">
        <Figure label="Posts" value={formatCount(posts)} />
        <Figure label="Photos" value={formatCount(photos)} />
        <Figure label="Posts with photos" value={formatShare(withPhotos, posts)} />
        <Figure label="Distinct pictures" value={formatCount(countSelected(selection.pictures))} />
      </dl>
      <PhotoStatuses lake={lake} />
    </div>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function PhotoStatuses({ lake }: { lake: Lake }) {
  const facet = findFacet("status");
  const mask = selectWithout("status")?.photos ?? new Uint8Array();
  const counts = countNames(readValues(lake, facet), mask, facet.names(lake));
  const table = { columns: ["status", "photos"], rows: counts.map(({ name, count }) => [name, count]) };
  return (
    <Panel panel={PANELS.photoStatuses} table={table} empty="No post of these days has a photo.">
      <Bars counts={counts} facet="status" unit="photos" />
    </Panel>
  );
}
