/** What moderation found in the photos. Its pictures are blurred until the reader asks for one. */

import * as Plot from "@observablehq/plot";
import { useCallback, useState } from "preact/hooks";
import type { Table } from "../csv.ts";
import type { Lake } from "../data/lake.ts";
import { formatConfidence, formatCount, formatShare } from "../numbers.ts";
import { PANELS } from "../panels.ts";
import { Chart } from "../parts/chart.tsx";
import { Figures } from "../parts/figures.tsx";
import { Panel } from "../parts/panel.tsx";
import { type SourceShare, SourceShares } from "../parts/source_shares.tsx";
import { SuspectSetting } from "../parts/suspect_setting.tsx";
import { Thumbnail } from "../parts/thumbnail.tsx";
import type { Selection } from "../selection.ts";
import { filters, linkTo, pick, selectWithout } from "../state.ts";
import * as suspicions from "../suspicions.ts";
import { chooseTicks } from "../timeline.ts";

export function hasModeration(lake: Lake): boolean {
  return lake.index.imageApis.includes("moderation");
}

export function Suspect({ lake, selection }: { lake: Lake; selection: Selection }) {
  if (!hasModeration(lake)) {
    return (
      <p class="caveat">
        Suspect content is not looked for in this lake. Add <code>moderation</code> to the setting{" "}
        <code>ImageApis</code> to have it done for new images.
      </p>
    );
  }
  const totals = suspicions.countSuspect(lake, selection.photos);
  const figures = [
    { label: "Suspect photos", value: formatCount(totals.suspectPhotos) },
    { label: "Of all photos", value: formatShare(totals.suspectPhotos, totals.photos) },
    { label: "Distinct pictures", value: formatCount(totals.suspectPictures) },
    { label: "Posts that show one", value: formatCount(totals.suspectPosts) },
  ];
  return (
    <div class="panels suspect">
      <Figures figures={figures} />
      <Gallery lake={lake} selection={selection} />
      <Labels lake={lake} />
      <Days table={suspicions.tabulateDays(lake, selection.photos)} />
      <Sources table={suspicions.tabulateSources(lake, selection.photos)} />
    </div>
  );
}

const STEP = 24;
const NOTHING = "Moderation found nothing suspect in the photos of these posts.";

function Gallery({ lake, selection }: { lake: Lake; selection: Selection }) {
  const [limit, setLimit] = useState(STEP);
  const pictures = suspicions.rankSuspect(lake, selection.photos);
  return (
    <Panel panel={PANELS.suspectImages} table={suspicions.tabulatePictures(lake, pictures)} empty={NOTHING} isWide>
      <ul class="thumbnails">
        {pictures.slice(0, limit).map(({ picture, labels, best, posts }) => (
          <li key={picture}>
            <Thumbnail
              lake={lake}
              picture={picture}
              href={linkTo("picture", { id: lake.pictures.id[picture] as string })}
            />
            <p class="caption" title={labels.join(", ")} dir="auto">
              {labels.join(", ")}
            </p>
            <p class="quiet">
              {formatConfidence(best)} · {posts === 1 ? "1 post" : `${formatCount(posts)} posts`}
            </p>
          </li>
        ))}
      </ul>
      <div class="gallery-tools">
        {pictures.length > limit && (
          <button type="button" onClick={() => setLimit(limit + STEP)}>
            Show more: {formatCount(limit)} of {formatCount(pictures.length)} are shown
          </button>
        )}
        <SuspectSetting />
      </div>
    </Panel>
  );
}

function Labels({ lake }: { lake: Lake }) {
  const labels = suspicions.countLabels(lake, selectWithout("moderation")?.photos ?? new Uint8Array());
  const most = Math.max(1, ...labels.map((label) => label.photos));
  return (
    <Panel panel={PANELS.suspectLabels} table={suspicions.tabulateLabels(labels)} empty={NOTHING}>
      <div class="bars">
        <Branch nodes={suspicions.buildTree(labels)} most={most} />
      </div>
    </Panel>
  );
}

function Branch({ nodes, most }: { nodes: suspicions.LabelNode[]; most: number }) {
  const chosen = filters.value.facets.moderation ?? [];
  return (
    <ul class="branch">
      {nodes.map(({ label, children }) => (
        <li key={label.name}>
          <button
            type="button"
            class="row"
            aria-pressed={chosen.includes(label.name)}
            onClick={() => pick("moderation", label.name)}
          >
            <span class="name" dir="auto">
              {label.name}
            </span>
            <span class="bar" style={{ inlineSize: `${(100 * label.photos) / most}%` }} />
            <span class="count">
              {formatCount(label.photos)}
              <span class="hidden-words"> photos</span>
            </span>
          </button>
          {children.length > 0 && <Branch nodes={children} most={most} />}
        </li>
      ))}
    </ul>
  );
}

function Days({ table }: { table: Table }) {
  const key = JSON.stringify(table.rows);
  const options = useCallback(
    (width: number) => {
      const days = table.rows.map(([day, photos, suspect]) => ({
        day: new Date(`${day}T00:00:00Z`),
        suspect: Number(suspect),
        share: formatShare(Number(suspect), Number(photos)),
      }));
      const most = Math.max(1, ...days.map((day) => day.suspect));
      return {
        height: 240,
        x: { label: null, type: "utc" as const, ...chooseTicks(days.length, width) },
        y: { label: "photos", grid: true, tickFormat: formatCount, ticks: 5, domain: [0, most] },
        marks: [
          Plot.rectY(days, {
            x: "day",
            y: "suspect",
            interval: "day",
            fill: "var(--accent)",
            inset: 0.5,
            channels: { "of all photos": "share" },
            tip: true,
          }),
          Plot.ruleY([0], { stroke: "var(--line)" }),
        ],
      };
    },
    [key],
  );
  return (
    <Panel panel={PANELS.suspectByDay} table={table} empty={NOTHING}>
      <Chart label="Photos with suspect content by day" options={options} />
    </Panel>
  );
}

function Sources({ table }: { table: Table }) {
  const shares = table.rows.map(
    ([platform, query, photos, suspect]): SourceShare => ({
      platform: platform as string | null,
      query: query as string | null,
      all: Number(photos),
      part: Number(suspect),
    }),
  );
  return (
    <Panel panel={PANELS.suspectBySource} table={table} empty={NOTHING} isWide>
      <SourceShares shares={shares} all="Photos" part="Suspect" />
    </Panel>
  );
}
