/** Posts by day as stacked bars. Dragging over it picks a range of days, a click one; the buttons do it by keyboard. */

import * as Plot from "@observablehq/plot";
import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import { formatCount, formatDay } from "../numbers.ts";
import { dayNumber } from "../selection.ts";
import { filters, setFilters } from "../state.ts";
import { type Bar, chooseTicks, lengthOf, nameRange, type Span, startOfSpan } from "../timeline.ts";
import { Chart } from "./chart.tsx";

interface DayChartProps {
  label: string;
  bars: Bar[];
  /** Names in the order of the stack, with their colours and how they are written. */
  names: { name: string; color: string; text: string }[];
  /** First and last day that has posts. */
  first: number;
  last: number;
  span: Span;
}

/** Milliseconds. */
const DAY = 86_400_000;
const HEIGHT = 240;

export function DayChart({ label, bars, names, first, last, span }: DayChartProps) {
  const { since, until } = filters.value;
  const from = since === "" ? first : dayNumber(since);
  const to = until === "" ? last : dayNumber(until);
  const options = useMemo(
    () => (width: number) => drawBars({ bars, names, first, last, span, from, to, width }),
    [bars, names, first, last, span, from, to],
  );
  const brush = useBrush(first, last, span);
  return (
    <div class="day-chart">
      {/* The buttons below do by keyboard what a pointer does here. */}
      <div class="brushed" {...brush.listeners}>
        <Chart label={label} options={options} onDraw={brush.onDraw} />
        {brush.drawn !== null && <div class="brush" style={brush.drawn} />}
      </div>
      <RangeButtons first={first} last={last} from={from} to={to} />
    </div>
  );
}

interface Drawing extends Omit<DayChartProps, "label"> {
  from: number;
  to: number;
  width: number;
}

function drawBars({ bars, names, first, last, span, from, to, width }: Drawing): Plot.PlotOptions {
  const length = lengthOf(span);
  const text = new Map(names.map((entry) => [entry.name, entry.text]));
  const start = startOfSpan(first, span);
  const end = startOfSpan(last, span) + length;
  const outside = [
    { x1: start, x2: Math.max(start, from) },
    { x1: Math.min(end, to + 1), x2: end },
  ].filter(({ x1, x2 }) => x2 > x1);
  const at = (day: number) => new Date(day * DAY);
  return {
    height: HEIGHT,
    marginLeft: 48,
    marginRight: 8,
    x: { type: "utc", domain: [at(start), at(end)], label: null, ...chooseTicks(end - start, width) },
    y: { grid: true, label: `posts a ${span}`, ticks: 5, tickFormat: "~s" },
    color: { domain: names.map(({ name }) => name), range: names.map(({ color }) => color) },
    marks: [
      Plot.ruleY([0], { stroke: "var(--quiet)" }),
      Plot.rectY(
        bars,
        Plot.stackY({
          x1: (bar: Bar) => at(bar.start),
          x2: (bar: Bar) => at(bar.start + length),
          y: "posts",
          fill: "name",
          order: names.map(({ name }) => name),
          insetLeft: width / ((end - start) / length) > 6 ? 1 : 0,
          title: (bar: Bar) =>
            `${formatDay(bar.start)}${span === "week" ? " and six days" : ""}\n${text.get(bar.name) ?? bar.name}: ${formatCount(bar.posts)} posts`,
          tip: true,
        }),
      ),
      Plot.rect(outside, {
        x1: ({ x1 }: { x1: number }) => at(x1),
        x2: ({ x2 }: { x2: number }) => at(x2),
        fill: "var(--panel)",
        fillOpacity: 0.7,
        pointerEvents: "none",
      }),
    ],
  };
}

/** A range that is being drawn by a pointer, in pixels, and what hears the pointer. */
function useBrush(first: number, last: number, span: Span) {
  const plot = useRef<ReturnType<typeof Plot.plot> | null>(null);
  const [ends, setEnds] = useState<[start: number, now: number] | null>(null);
  const onDraw = useCallback((drawn: ReturnType<typeof Plot.plot>) => {
    plot.current = drawn;
  }, []);
  const place = (event: PointerEvent) => event.clientX - (plot.current?.getBoundingClientRect().left ?? 0);
  const dayAt = (pixel: number) => {
    const time = plot.current?.scale("x")?.invert?.(pixel) as Date | undefined;
    const day = startOfSpan(Math.floor((time?.getTime() ?? 0) / DAY), span);
    return Math.min(last, Math.max(startOfSpan(first, span), day));
  };
  const finish = () => {
    if (ends === null) return;
    setEnds(null);
    const [one, other] = ends.map(dayAt).sort((a, b) => a - b) as [number, number];
    const range = nameRange(Math.max(first, one), Math.min(last, other + lengthOf(span) - 1));
    const isSame = filters.value.since === range.since && filters.value.until === range.until;
    setFilters({ ...filters.value, ...(isSame ? { since: "", until: "" } : range) });
  };
  const listeners = {
    // Plot's tip keeps the event to itself: https://github.com/observablehq/plot/blob/main/src/interactions/pointer.js
    onPointerDownCapture: (event: PointerEvent) => {
      if (event.button !== 0 || !event.isPrimary) return;
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      setEnds([place(event), place(event)]);
    },
    onPointerMove: (event: PointerEvent) => {
      if (ends !== null) setEnds([ends[0], place(event)]);
    },
    onPointerUp: finish,
    onPointerCancel: () => setEnds(null),
  };
  const drawn =
    ends === null ? null : { left: `${Math.min(...ends)}px`, width: `${Math.max(2, Math.abs(ends[1] - ends[0]))}px` };
  return { listeners, onDraw, drawn };
}

interface RangeButtonsProps {
  first: number;
  last: number;
  from: number;
  to: number;
}

function RangeButtons({ first, last, from, to }: RangeButtonsProps) {
  const choose = (one: number, other: number) => setFilters({ ...filters.value, ...nameRange(one, other) });
  const length = Math.max(1, to - from + 1);
  const isAll = filters.value.since === "" && filters.value.until === "";
  return (
    <div class="range">
      <button
        type="button"
        disabled={isAll || from <= first}
        onClick={() => choose(Math.max(first, from - length), Math.max(first, from - length) + length - 1)}
      >
        <span aria-hidden="true">←</span> Earlier
      </button>
      <button
        type="button"
        disabled={isAll || to >= last}
        onClick={() => choose(Math.min(last, to + length) - length + 1, Math.min(last, to + length))}
      >
        Later <span aria-hidden="true">→</span>
      </button>
      <button type="button" onClick={() => choose(Math.max(first, last - 6), last)}>
        Last 7 days
      </button>
      <button type="button" disabled={isAll} onClick={() => setFilters({ ...filters.value, since: "", until: "" })}>
        All days
      </button>
      <span class="hint">
        {isAll ? "Drag over days to pick them, or set From and To above." : `${formatDay(from)} – ${formatDay(to)}`}
      </span>
    </div>
  );
}
