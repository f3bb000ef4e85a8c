/** Posts over time, stacked by what the reader chooses. */

import { useMemo } from "preact/hooks";
import { sentimentColor, seriesColor } from "../colors.ts";
import type { Lake } from "../data/lake.ts";
import { UNKNOWN } from "../data/lake.ts";
import { UNKNOWN_NAME } from "../facets.ts";
import { formatLanguage } from "../numbers.ts";
import { PANELS } from "../panels.ts";
import { Choice } from "../parts/choice.tsx";
import { DayChart } from "../parts/day_chart.tsx";
import { Legend } from "../parts/legend.tsx";
import { Panel } from "../parts/panel.tsx";
import { countSelected, dayName } from "../selection.ts";
import { place, selectWithout, setOptions } from "../state.ts";
import { chooseSpan, countDays, type DayCell, findDays, OTHERS, stackDays } from "../timeline.ts";

const WAYS = { platform: "Platform", language: "Language", sentiment: "Sentiment" };
type Way = keyof typeof WAYS;
const MOST_NAMES = 7;

export function PostsByDay({ lake }: { lake: Lake }) {
  const others = selectWithout("days");
  const cells = useMemo(() => (others === null ? [] : countDays(lake, others)), [lake, others]);
  const asked = place.value.options.by ?? "";
  const by: Way = asked in WAYS ? (asked as Way) : "platform";
  const days = useMemo(() => findDays(lake), [lake]);
  const span = days === null ? "day" : chooseSpan(...days);
  const stack = useMemo(() => stackDays(cells, by, span, MOST_NAMES), [cells, by, span]);
  const names = useMemo(
    () =>
      stack.names.map((name, rank) => ({
        name,
        color: by === "sentiment" ? sentimentColor(name) : seriesColor(name, rank),
        text: writeName(by, name),
      })),
    [stack, by],
  );
  return (
    <Panel panel={PANELS.postsByDay} table={tabulate(cells)} empty="Collect posts: photolake collect." isWide>
      <div class="controls">
        <Choice label="Colour" values={WAYS} chosen={by} onChoose={(value) => setOptions({ by: value })} />
        <Legend entries={names} facet={by} isPickable={(name) => name !== OTHERS} />
      </div>
      {days === null ? (
        <p class="hint">None of the posts has a time.</p>
      ) : (
        <DayChart
          label={`${countSelected(others?.posts ?? new Uint8Array())} posts by ${span} and ${by}; the table has the numbers`}
          bars={stack.bars}
          names={names}
          first={days[0]}
          last={days[1]}
          span={span}
        />
      )}
    </Panel>
  );
}

function writeName(by: Way, name: string): string {
  if (name === OTHERS || name === UNKNOWN_NAME) return name;
  return by === "language" ? formatLanguage(name) : name;
}

function tabulate(cells: DayCell[]) {
  return {
    columns: ["posted_on", "source_platform", "language", "sentiment", "posts", "posts_with_photos", "photos"],
    rows: cells.map((cell) => [
      cell.day === UNKNOWN ? null : dayName(cell.day),
      cell.platform,
      cell.language,
      cell.sentiment,
      cell.posts,
      cell.postsWithPhotos,
      cell.photos,
    ]),
  };
}
