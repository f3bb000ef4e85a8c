/** Posts over time, stacked by what the reader chooses. */

import { useMemo } from "preact/hooks";
import { sentimentColor, seriesColor } from "../colors.ts";
import type { Lake } from "../data/lake.ts";
import { UNKNOWN } from "../data/lake.ts";
import { findFacet, readValues, UNKNOWN_NAME } from "../facets.ts";
import { countNames, formatLanguage } from "../numbers.ts";
import { PANELS } from "../panels.ts";
import { Choice } from "../parts/choice.tsx";
import { DayChart } from "../parts/day_chart.tsx";
import { Legend } from "../parts/legend.tsx";
import { Panel } from "../parts/panel.tsx";
import { countSelected, dayName } from "../selection.ts";
import { filters, place, selectWithout, setOptions } from "../state.ts";
import { chooseSpan, countDays, type DayCell, findDays, listShown, OTHERS, stackDays } from "../timeline.ts";

const WAYS = { platform: "Platform", language: "Language", sentiment: "Sentiment" };
type Way = keyof typeof WAYS;
const MOST_NAMES = 7;

export function PostsByDay({ lake }: { lake: Lake }) {
  const others = selectWithout("days");
  const cells = useMemo(() => (others === null ? [] : countDays(lake, others)), [lake, others]);
  const asked = place.value.options.by ?? "";
  const by: Way = Object.hasOwn(WAYS, asked) ? (asked as Way) : "platform";
  const days = useMemo(() => findDays(lake), [lake]);
  const span = days === null ? "day" : chooseSpan(...days);
  // Ranked without filters, so that a name keeps its colour.
  const facet = findFacet(by);
  const ranked = useMemo(() => {
    const everything = new Uint8Array(lake.posts.count).fill(1);
    return countNames(readValues(lake, facet), everything, facet.names(lake)).map(({ name }) => name);
  }, [lake, facet]);
  const chosen = (filters.value.facets[by] ?? []).join("\n");
  const listed = useMemo(
    () => listShown(ranked, chosen === "" ? [] : chosen.split("\n"), MOST_NAMES),
    [ranked, chosen],
  );
  const bars = useMemo(() => stackDays(cells, by, span, listed), [cells, by, span, listed]);
  const names = useMemo(
    () =>
      (listed.length < ranked.length ? [...listed, OTHERS] : listed).map((name) => ({
        name,
        color: by === "sentiment" ? sentimentColor(name) : seriesColor(name, ranked.indexOf(name)),
        text: writeName(by, name),
      })),
    [listed, ranked, by],
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
          bars={bars}
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
