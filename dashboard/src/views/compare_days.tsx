/** The posts of both sides over time, in numbers or as shares of each side. */

import * as Plot from "@observablehq/plot";
import { useMemo } from "preact/hooks";
import { nameColumn } from "../comparison.ts";
import type { Lake } from "../data/lake.ts";
import { UNKNOWN } from "../data/lake.ts";
import { formatCount, formatDay, formatShare } from "../numbers.ts";
import { PANELS } from "../panels.ts";
import { Chart } from "../parts/chart.tsx";
import { Choice } from "../parts/choice.tsx";
import { Panel } from "../parts/panel.tsx";
import { dayName, type Selection } from "../selection.ts";
import { place, setOptions } from "../state.ts";
import { chooseSpan, countPhotosOfPosts, findDays, startOfSpan } from "../timeline.ts";
import { type ComparedSide, type CompareProps, SideName } from "./compare_side.tsx";

const WAYS = { posts: "Posts", share: "Share of each side" };
const DAY = 86_400_000;

interface DayCount {
  posts: number;
  postsWithPhotos: number;
  photos: number;
}

interface Point {
  letter: string;
  text: string;
  start: number;
  posts: number;
  share: number;
}

export function CompareDays({ lake, sides }: CompareProps) {
  const way = place.value.options.scale === "share" ? "share" : "posts";
  const counts = useMemo(() => sides.map(({ selection }) => countSideDays(lake, selection)), [lake, sides]);
  const days = useMemo(() => findDays(lake), [lake]);
  const options = useMemo(() => {
    const points =
      days === null ? [] : sides.flatMap((side, number) => listPoints(side, counts[number] as DayCounts, days));
    return () => drawLines(points, sides, way, days === null ? "day" : chooseSpan(...days));
  }, [counts, days, sides, way]);
  return (
    <Panel panel={PANELS.compareDays} table={tabulate(sides, counts)} empty="Neither side has a post.">
      <div class="controls">
        <Choice label="Scale" values={WAYS} chosen={way} onChoose={(value) => setOptions({ scale: value })} />
        {sides.map((side) => (
          <SideName key={side.letter} side={side} />
        ))}
      </div>
      <Chart
        label={`Posts over time of ${sides.map(({ text }) => text).join(" and ")}; the table has the numbers`}
        options={options}
      />
    </Panel>
  );
}

type DayCounts = Map<number, DayCount>;

function countSideDays(lake: Lake, selection: Selection): DayCounts {
  const photosOf = countPhotosOfPosts(lake, selection);
  const days: DayCounts = new Map();
  for (let post = 0; post < lake.posts.count; post++) {
    if (selection.posts[post] === 0) continue;
    const day = lake.posts.day[post] as number;
    const count = days.get(day) ?? { posts: 0, postsWithPhotos: 0, photos: 0 };
    days.set(day, count);
    const photos = photosOf[post] as number;
    count.posts += 1;
    count.photos += photos;
    if (photos > 0) count.postsWithPhotos += 1;
  }
  return days;
}

/** One point for every span of the lake, also for those without posts. */
function listPoints(side: ComparedSide, counts: DayCounts, [first, last]: [number, number]): Point[] {
  const span = chooseSpan(first, last);
  const sums = new Map<number, number>();
  for (let day = first; day <= last; day++) {
    const start = startOfSpan(day, span);
    sums.set(start, (sums.get(start) ?? 0) + (counts.get(day)?.posts ?? 0));
  }
  const all = Math.max(
    1,
    Array.from(sums.values()).reduce((sum, posts) => sum + posts, 0),
  );
  return Array.from(sums, ([start, posts]) => ({
    letter: side.letter,
    text: side.text,
    start,
    posts,
    share: posts / all,
  }));
}

function drawLines(points: Point[], sides: CompareProps["sides"], way: "posts" | "share", span: string) {
  return {
    height: 260,
    marginLeft: 48,
    x: { type: "utc", label: null },
    y: {
      grid: true,
      ticks: 5,
      tickFormat: way === "share" ? "~%" : "~s",
      label: way === "share" ? `share of the side's posts a ${span}` : `posts a ${span}`,
    },
    color: { domain: sides.map(({ letter }) => letter), range: sides.map(({ color }) => color) },
    marks: [
      Plot.ruleY([0], { stroke: "var(--quiet)" }),
      Plot.lineY(points, {
        x: ({ start }: Point) => new Date(start * DAY),
        y: way,
        z: "letter",
        stroke: "letter",
        strokeWidth: 2,
        marker: points.length < 80 ? "dot" : "none",
        title: ({ text, start, posts, share }: Point) =>
          `${formatDay(start)}\n${text}: ${formatCount(posts)} posts, ${formatShare(share, 1)}`,
        tip: true,
      }),
    ],
  } as Plot.PlotOptions;
}

function tabulate(sides: CompareProps["sides"], counts: DayCounts[]) {
  const named = sides.map(({ name }, number) => ({ name, days: counts[number] as DayCounts }));
  const last = (day: number) => (day === UNKNOWN ? Number.POSITIVE_INFINITY : day);
  return {
    columns: [nameColumn(sides), "posted_on", "posts", "posts_with_photos", "photos"],
    rows: named
      .sort((one, other) => (one.name < other.name ? -1 : 1))
      .flatMap(({ name, days }) =>
        Array.from(days)
          .sort(([one], [other]) => last(one) - last(other))
          .map(([day, { posts, postsWithPhotos, photos }]) => [
            name,
            day === UNKNOWN ? null : dayName(day),
            posts,
            postsWithPhotos,
            photos,
          ]),
      ),
  };
}
