/** Posts up to each time, a curve for each chosen picture, or for each of its platforms. */

import * as Plot from "@observablehq/plot";
import { useCallback } from "preact/hooks";
import type { Lake } from "../data/lake.ts";
import { formatCount, formatTime } from "../numbers.ts";
import { PANELS } from "../panels.ts";
import { Chart } from "../parts/chart.tsx";
import { Panel } from "../parts/panel.tsx";
import { drawCurves, type Spread, tabulateDays } from "../spread.ts";
import { place, setOptions } from "../state.ts";

interface SpreadCurvesProps {
  lake: Lake;
  spreads: Spread[];
  /** Place of each in the ranking, from 1: how the curves are named. */
  ranks: number[];
}

const DASHES = ["", "7 4", "2 3", "10 3 2 3"];

export function SpreadCurves({ lake, spreads, ranks }: SpreadCurvesProps) {
  const byPlatform = place.value.options.by === "platform";
  const end = Math.max(...spreads.map((spread) => spread.lastSeen).filter((time) => !Number.isNaN(time)));
  const curves = drawCurves(lake, spreads, byPlatform, end);
  const key = JSON.stringify(curves.map(({ spread, platform, points }) => [spread.group, platform, points]));
  const options = useCallback(() => {
    const names = spreads.map((_, n) => `Picture ${ranks[n]}`);
    const platforms = [...new Set(curves.map(({ platform }) => platform))];
    const marks = curves.map(({ spread, platform, points }) => {
      const n = spreads.indexOf(spread);
      return Plot.lineY(points, {
        x: "at",
        y: "posts",
        z: null,
        stroke: () => names[n] as string,
        strokeWidth: 2.2,
        strokeDasharray: DASHES[platforms.indexOf(platform) % DASHES.length] as string,
        curve: "step-after",
      });
    });
    const points = curves.flatMap(({ spread, platform, points }) =>
      points.map((point) => ({
        ...point,
        name: `${names[spreads.indexOf(spread)]}${platform === null ? "" : ` on ${platform}`}`,
      })),
    );
    return {
      height: 320,
      x: { type: "time" as const, label: null },
      y: { label: "posts", grid: true, tickFormat: formatCount, ticks: 6, zero: true },
      color: {
        type: "ordinal" as const,
        domain: names,
        range: names.map((_, n) => `var(--series-${n + 1})`),
        legend: true,
      },
      marks: [
        Plot.ruleY([0], { stroke: "var(--line)" }),
        ...marks,
        Plot.tip(
          points,
          Plot.pointer({
            x: "at",
            y: "posts",
            title: ({ name, posts, at }: (typeof points)[number]) =>
              `${name}\n${formatCount(posts)} posts\n${formatTime(at)}`,
          }),
        ),
      ],
    };
  }, [key]);
  const platforms = [...new Set(curves.map(({ platform }) => platform))];
  return (
    <Panel
      panel={PANELS.spreadByDay}
      table={tabulateDays(lake, spreads)}
      empty="No picture is shown by more than one of these posts."
      isWide
    >
      <div class="curve-tools">
        <button
          type="button"
          aria-pressed={byPlatform}
          onClick={() => setOptions({ by: byPlatform ? "" : "platform" })}
        >
          By platform
        </button>
        {byPlatform &&
          platforms.map((platform, n) => (
            <span key={platform} class="dash">
              <svg width="36" height="8" aria-hidden="true">
                <line x1="0" x2="36" y1="4" y2="4" stroke-dasharray={DASHES[n % DASHES.length]} />
              </svg>
              <bdi>{platform}</bdi>
            </span>
          ))}
      </div>
      <Chart label="Posts up to each time, by picture" options={options} />
    </Panel>
  );
}
