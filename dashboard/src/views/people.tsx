/** The faces in the photos in aggregate: how many, and what Rekognition guesses from their looks. Nobody is picked out. */

import * as Plot from "@observablehq/plot";
import { useCallback } from "preact/hooks";
import type { Table } from "../csv.ts";
import type { Lake } from "../data/lake.ts";
import { UNKNOWN_NAME } from "../facets.ts";
import { formatCount, formatShare } from "../numbers.ts";
import { PANELS } from "../panels.ts";
import { Bars } from "../parts/bars.tsx";
import { Chart } from "../parts/chart.tsx";
import { Figures } from "../parts/figures.tsx";
import { Panel } from "../parts/panel.tsx";
import { type SourceShare, SourceShares } from "../parts/source_shares.tsx";
import * as people from "../people.ts";
import type { Selection } from "../selection.ts";
import { selectWithout } from "../state.ts";

export function hasPeople(lake: Lake): boolean {
  return lake.index.imageApis.includes("faces") || lake.index.imageApis.includes("celebrities");
}

export function People({ lake, selection }: { lake: Lake; selection: Selection }) {
  const hasFaces = lake.index.imageApis.includes("faces");
  const hasCelebrities = lake.index.imageApis.includes("celebrities");
  return (
    <div class="panels people">
      {hasFaces ? (
        <Faces lake={lake} selection={selection} />
      ) : (
        <Off api="faces" what="Faces are not looked for in this lake" />
      )}
      {hasCelebrities ? (
        <Celebrities lake={lake} />
      ) : (
        <Off api="celebrities" what="Celebrities are not looked for in this lake" />
      )}
    </div>
  );
}

function Off({ api, what }: { api: string; what: string }) {
  return (
    <p class="caveat">
      {what}. Add <code>{api}</code> to the setting <code>ImageApis</code> to have it done for new images.
    </p>
  );
}

function Faces({ lake, selection }: { lake: Lake; selection: Selection }) {
  const totals = people.countFaces(lake, selection.photos);
  const figures = [
    { label: "Faces in the photos", value: formatCount(totals.faces) },
    { label: "Photos with faces", value: formatCount(totals.photosWithFaces) },
    { label: "Of all photos", value: formatShare(totals.photosWithFaces, totals.photos) },
    { label: "Distinct pictures with faces", value: formatCount(totals.picturesWithFaces) },
    { label: "Faces in each such photo", value: writeMean(totals.faces, totals.photosWithFaces) },
  ];
  return (
    <>
      <Figures figures={figures} />
      <p class="caveat">
        Ages, genders, emotions and smiles are guesses from looks, made by a model. They do not say what anybody is or
        feels, they are wrong more often for some groups of people than for others, and the two genders are the only
        ones that the service names.
      </p>
      <Ages table={people.tabulateAges(lake, selection.photos)} />
      <Emotions lake={lake} />
      <Smiles table={people.tabulateSmiles(lake, selection.photos)} />
      <FacesPerPhoto table={people.tabulateFacesPerPhoto(lake, selection.photos)} />
      <FacesBySource lake={lake} selection={selection} />
    </>
  );
}

const mean = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });

function writeMean(sum: number, count: number): string {
  return count === 0 ? "–" : mean.format(sum / count);
}

const GENDER_COLORS = { range: ["var(--series-1)", "var(--series-2)", "var(--series-3)"], legend: true };
const NO_FACES = "No face was found in the photos of these posts.";

function Ages({ table }: { table: Table }) {
  const key = JSON.stringify(table.rows);
  const options = useCallback(() => {
    const groups = table.rows.map(([band, gender, faces]) => ({
      band: band ?? UNKNOWN_NAME,
      gender: gender ?? UNKNOWN_NAME,
      faces,
    }));
    const bands = [...people.AGE_BANDS, ...(groups.some(({ band }) => band === UNKNOWN_NAME) ? [UNKNOWN_NAME] : [])];
    return {
      height: 260,
      marginBottom: 34,
      x: { domain: bands, label: null, tickSize: 0, tickFormat: (band: string) => band.replace(" and over", "+") },
      y: { label: "faces", grid: true, tickFormat: formatCount, ticks: 5 },
      color: GENDER_COLORS,
      marks: [
        Plot.barY(groups, { x: "band", y: "faces", fill: "gender", inset: 1, tip: true }),
        Plot.ruleY([0], { stroke: "var(--line)" }),
      ],
    };
  }, [key]);
  const empty = `No group of ${people.SMALLEST_GROUP} faces or more is left. Smaller groups are not listed.`;
  return (
    <Panel panel={PANELS.agesAndGenders} table={table} empty={empty}>
      <Chart label="Faces by age band and gender" options={options} />
    </Panel>
  );
}

function Emotions({ lake }: { lake: Lake }) {
  const table = people.tabulateEmotions(lake, selectWithout("emotion")?.photos ?? new Uint8Array());
  return (
    <Panel panel={PANELS.emotionsOfFaces} table={table} empty={NO_FACES}>
      <Bars counts={people.readCounts(table, 0, 1)} facet="emotion" unit="faces" write={(name) => name.toLowerCase()} />
    </Panel>
  );
}

const SMILES = [
  ["smiling", "var(--series-4)"],
  ["not smiling", "var(--series-5)"],
  ["not known", "var(--series-3)"],
] as const;

function Smiles({ table }: { table: Table }) {
  const key = JSON.stringify(table.rows);
  const options = useCallback(() => {
    const parts = table.rows.flatMap(([gender, faces, , smiling, serious]) => {
      const unknown = Number(faces) - Number(smiling) - Number(serious);
      return [
        { gender: gender ?? UNKNOWN_NAME, part: "smiling", faces: Number(smiling) },
        { gender: gender ?? UNKNOWN_NAME, part: "not smiling", faces: Number(serious) },
        { gender: gender ?? UNKNOWN_NAME, part: "not known", faces: unknown },
      ].filter((each) => each.faces > 0);
    });
    const known = SMILES.filter(([part]) => parts.some((each) => each.part === part));
    return {
      height: 70 + 44 * table.rows.length,
      marginBottom: 42,
      marginLeft: 70,
      x: { label: "faces", grid: true, tickFormat: formatCount, ticks: 5 },
      y: { label: null, domain: table.rows.map(([gender]) => gender ?? UNKNOWN_NAME), tickSize: 0 },
      color: {
        domain: known.map(([part]) => part),
        range: known.map(([, color]) => color),
        legend: true,
      },
      marks: [Plot.barX(parts, { y: "gender", x: "faces", fill: "part", inset: 1, tip: true })],
    };
  }, [key]);
  return (
    <Panel panel={PANELS.smilesByGender} table={table} empty={NO_FACES}>
      <Chart label="Faces that smile, by gender" options={options} />
    </Panel>
  );
}

const MOST_FACES = 10;

function FacesPerPhoto({ table }: { table: Table }) {
  const key = JSON.stringify(table.rows);
  const options = useCallback(() => {
    const photos = Array.from({ length: MOST_FACES + 1 }, (_, faces) => ({ faces, photos: 0 }));
    for (const [faces, count] of table.rows) {
      const bar = photos[Math.min(MOST_FACES, Number(faces))];
      if (bar !== undefined) bar.photos += Number(count);
    }
    return {
      height: 220,
      marginBottom: 40,
      x: {
        label: "faces",
        tickSize: 0,
        type: "band" as const,
        tickFormat: (faces: number) => (faces === MOST_FACES ? `${faces}+` : String(faces)),
      },
      y: { label: "photos", grid: true, tickFormat: formatCount, ticks: 5 },
      marks: [
        Plot.barY(photos, { x: "faces", y: "photos", fill: "var(--accent)", inset: 1, tip: true }),
        Plot.ruleY([0], { stroke: "var(--line)" }),
      ],
    };
  }, [key]);
  return (
    <Panel panel={PANELS.facesPerPhoto} table={table} empty="No photo of these posts was analysed.">
      <Chart label="Photos by their number of faces" options={options} />
    </Panel>
  );
}

function FacesBySource({ lake, selection }: { lake: Lake; selection: Selection }) {
  const table = people.tabulateFacesBySource(lake, selection.photos);
  const shares = table.rows.map(
    ([platform, query, photos, withFaces]): SourceShare => ({
      platform: platform as string | null,
      query: query as string | null,
      all: Number(photos),
      part: Number(withFaces),
    }),
  );
  return (
    <Panel panel={PANELS.facesBySource} table={table} empty="No photo of these posts was analysed.">
      <SourceShares shares={shares} all="Photos" part="With faces" />
    </Panel>
  );
}

function Celebrities({ lake }: { lake: Lake }) {
  const table = people.tabulateCelebrities(lake, selectWithout("celebrity")?.photos ?? new Uint8Array());
  return (
    <Panel
      panel={PANELS.topCelebrities}
      table={table}
      empty="No celebrity was recognised in the photos of these posts."
    >
      <Bars counts={people.readCounts(table, 0, 1)} facet="celebrity" limit={people.MOST_CELEBRITIES} unit="posts" />
    </Panel>
  );
}
