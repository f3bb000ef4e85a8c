/** What each query of the sources brought. */

import { useMemo } from "preact/hooks";
import type { Lake } from "../data/lake.ts";
import { PANELS } from "../panels.ts";
import { Bars } from "../parts/bars.tsx";
import { Panel } from "../parts/panel.tsx";
import { tabulateQueries, tallyQueries } from "../query_tallies.ts";
import { selectWithout } from "../state.ts";

export function Queries({ lake }: { lake: Lake }) {
  const others = selectWithout("query");
  const tallies = useMemo(() => (others === null ? [] : tallyQueries(lake, others)), [lake, others]);
  return (
    <Panel panel={PANELS.postsByQuery} table={tabulateQueries(tallies)} empty="Collect posts: photolake collect.">
      <Bars counts={tallies.map(({ name, posts }) => ({ name, count: posts }))} facet="query" unit="posts" />
    </Panel>
  );
}
