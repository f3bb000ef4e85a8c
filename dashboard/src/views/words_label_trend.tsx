/** How labels come and go: one small chart a label, all on the same scale of days. */

import * as Plot from "@observablehq/plot";
import { useMemo } from "preact/hooks";
import type { Lake } from "../data/lake.ts";
import { type LabelTrend, listTrends } from "../labels.ts";
import { PANELS } from "../panels.ts";
import { Chart } from "../parts/chart.tsx";
import { Panel } from "../parts/panel.tsx";
import { dayName } from "../selection.ts";
import { filters, selectWithout } from "../state.ts";
import { chooseSpan, findDays, lengthOf, startOfSpan } from "../timeline.ts";

const SHOWN = 8;
const ROW_HEIGHT = 62;
const DAY = 86_400_000;

export function LabelTrends({ lake }: { lake: Lake }) {
  const others = selectWithout("label");
  const days = useMemo(() => findDays(lake), [lake]);
  const trends = others === null ? [] : listTrends(lake, others);
  const chosen = filters.value.facets.label ?? [];
  const picked = trends.filter(({ name }) => chosen.includes(name));
  const shown = picked.length > 0 ? picked : trends.slice(0, SHOWN);
  const key = shown.map(({ name }) => name).join("\n");
  const options = useMemo(() => drawTrends(shown, days?.[0] ?? 0), [trends, key]);
  return (
    <Panel
      panel={PANELS.labelTrend}
      table={tabulate(trends, days?.[0] ?? 0)}
      empty="No photo of these days has labels: is labels among ImageApis?"
    >
      <Chart
        label={`Photos by day of ${shown.map(({ name }) => name).join(", ")}; the table has the numbers`}
        options={options}
      />
    </Panel>
  );
}

function drawTrends(trends: LabelTrend[], first: number) {
  const length = trends[0]?.days.length ?? 0;
  const span = chooseSpan(first, first + length - 1);
  const points = trends.flatMap(({ name, days }) => sumSpans(days, first, span).map((point) => ({ ...point, name })));
  const names = trends.map(({ name }) => name);
  return (width: number): Plot.PlotOptions => ({
    height: 36 + ROW_HEIGHT * names.length,
    marginLeft: 40,
    marginRight: 8,
    marginTop: 8,
    x: { type: "utc", label: null },
    y: { label: null, ticks: 2, grid: true },
    fy: { domain: names, axis: null, padding: 0.22 },
    marks: [
      Plot.areaY(points, { fy: "name", x: "at", y: "photos", fill: "var(--accent)", fillOpacity: 0.2 }),
      Plot.lineY(points, {
        fy: "name",
        x: "at",
        y: "photos",
        stroke: "var(--accent)",
        strokeWidth: 1.5,
        title: (point: { name: string; at: Date; photos: number }) =>
          `${point.name}, ${point.at.toISOString().slice(0, 10)}: ${point.photos} photos`,
        tip: true,
      }),
      Plot.ruleY([0], { stroke: "var(--line)" }),
      Plot.text(names, {
        fy: (name: string) => name,
        text: (name: string) => shorten(name, width),
        frameAnchor: "top-left",
        dx: 6,
        dy: -3,
        fontWeight: 600,
        stroke: "var(--panel)",
        strokeWidth: 4,
        fill: "currentColor",
      }),
    ],
  });
}

function shorten(name: string, width: number): string {
  const letters = Math.floor(width / 12);
  return name.length > letters ? `${name.slice(0, letters)}…` : name;
}

function sumSpans(days: Int32Array, first: number, span: "day" | "week"): { at: Date; photos: number }[] {
  const sums = new Map<number, number>();
  for (const [place, photos] of days.entries()) {
    const start = startOfSpan(first + place, span);
    sums.set(start, (sums.get(start) ?? 0) + photos);
  }
  return Array.from(sums, ([start, photos]) => ({ at: new Date((start + (lengthOf(span) - 1) / 2) * DAY), photos }));
}

function tabulate(trends: LabelTrend[], first: number) {
  return {
    columns: ["label_name", "posted_on", "photos"],
    rows: trends.flatMap(({ name, days }) =>
      Array.from(days.entries(), ([place, photos]): [string, string, number] => [
        name,
        dayName(first + place),
        photos,
      ]).filter(([, , photos]) => photos > 0),
    ),
  };
}
