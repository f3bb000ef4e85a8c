/** The hashtags of the posts. */

import { useMemo } from "preact/hooks";
import type { Lake } from "../data/lake.ts";
import { countNames } from "../numbers.ts";
import { PANELS } from "../panels.ts";
import { Bars } from "../parts/bars.tsx";
import { Panel } from "../parts/panel.tsx";
import { selectWithout } from "../state.ts";

export function Hashtags({ lake, limit = 12 }: { lake: Lake; limit?: number }) {
  const others = selectWithout("hashtag");
  const counts = useMemo(
    () => countNames(lake.posts.hashtags, others?.posts ?? new Uint8Array(), lake.names.hashtags),
    [lake, others],
  );
  const table = { columns: ["hashtag", "posts"], rows: counts.map(({ name, count }) => [name, count]) };
  return (
    <Panel panel={PANELS.topHashtags} table={table} empty="The posts of these days have no hashtags.">
      <Bars counts={counts} facet="hashtag" limit={limit} write={(name) => `#${name}`} unit="posts" />
    </Panel>
  );
}
