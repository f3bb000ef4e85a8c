/** What the analysis found in a picture: entries of the lists beside it, and boxes on it. */

import type { BoundingBox, FaceDetail, ImageLabels } from "./data/format.ts";
import type { Lake } from "./data/lake.ts";
import { formatConfidence, nameOf } from "./numbers.ts";

export type FindingKind = "label" | "face" | "text" | "celebrity" | "custom";

export const FINDING_KINDS: { id: FindingKind; title: string; color: string }[] = [
  { id: "label", title: "Labels", color: "blue" },
  { id: "face", title: "Faces", color: "orange" },
  { id: "text", title: "Lines of text", color: "yellow" },
  { id: "celebrity", title: "Celebrities", color: "pink" },
  { id: "custom", title: "Custom labels", color: "green" },
];

export interface Finding {
  /** `face-0`: the kind, and the place in the response. */
  key: string;
  kind: FindingKind;
  name: string;
  /** Percent; null if the service does not say. */
  confidence: number | null;
  details: string[];
  /** Shares of the picture's sides, all within the picture. */
  boxes: Box[];
}

export interface Box {
  /** `face-0`; `label-0-2` for the third box of a label. */
  key: string;
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Findings with their boxes, from the response. Its JSON is a service's: anything in it may be missing. */
export function readFindings(found: ImageLabels): Finding[] {
  return [
    ...list(found.labels).map((label, n) => {
      const parents = list(label.parents).flatMap((parent) => (parent.name ? [parent.name] : []));
      const boxes = list(label.instances).map((instance) => instance.boundingbox);
      return makeFinding("label", n, label.name, label.confidence, parents, boxes, true);
    }),
    ...list(found.facedetails).map((face, n) =>
      makeFinding("face", n, `Face ${n + 1}`, face.confidence, describeFace(face), [face.boundingbox]),
    ),
    ...list(found.textdetections)
      .filter((line) => line.type === "LINE")
      .map((line, n) =>
        makeFinding("text", n, line.detectedtext, line.confidence, [], [line.geometry?.boundingbox ?? undefined]),
      ),
    ...list(found.celebrityrecognition?.celebrityfaces).map((celebrity, n) =>
      makeFinding("celebrity", n, celebrity.name, celebrity.matchconfidence, [], [celebrity.face?.boundingbox]),
    ),
    ...list(found.customlabels).map((label, n) =>
      makeFinding("custom", n, label.name, label.confidence, [], [label.geometry?.boundingbox ?? undefined]),
    ),
  ];
}

/** The same findings without boxes, from what is known of every picture: until the response is read, or without one. */
export function listFindings(lake: Lake, picture: number): Finding[] {
  const { names, pictures } = lake;
  return [
    ...(pictures.labels[picture] ?? []).map(([name, confidence], n) => {
      const label = names.labels[name];
      return makeFinding("label", n, label?.name, confidence, label?.parents ?? [], []);
    }),
    ...(pictures.faces[picture] ?? []).map(([low, high, gender, emotion, smiles], n) => {
      const details = describeFace({
        agerange: { low, high },
        gender: { value: gender === null ? null : nameOf(names.genders, gender) },
        emotions: emotion === null ? [] : [{ type: nameOf(names.emotions, emotion) }],
        smile: { value: smiles === null ? null : smiles === 1 },
      });
      return makeFinding("face", n, `Face ${n + 1}`, null, details, []);
    }),
    ...(pictures.lines[picture] ?? []).map((line, n) => makeFinding("text", n, line, null, [], [])),
    ...(pictures.celebrities[picture] ?? []).map(([name, confidence], n) =>
      makeFinding("celebrity", n, nameOf(names.celebrities, name), confidence, [], []),
    ),
  ];
}

/** Age range, gender, the three strongest emotions of one percent and more, smile: as the service guesses them. */
export function describeFace(face: FaceDetail): string[] {
  const { low, high } = face.agerange ?? {};
  const emotions = list(face.emotions)
    .toSorted((a, b) => (b.confidence ?? 0) - (a.confidence ?? 0))
    .filter(({ confidence }) => !isNumber(confidence) || confidence >= 1)
    .slice(0, 3)
    .flatMap(({ type, confidence }) => (type ? [withPercent(type.toLowerCase(), confidence)] : []));
  return [
    isNumber(low) && isNumber(high) ? `${low} to ${high} years` : "",
    face.gender?.value ? withPercent(face.gender.value.toLowerCase(), face.gender.confidence) : "",
    emotions.join(", "),
    face.smile?.value === true ? "smiles" : face.smile?.value === false ? "does not smile" : "",
  ].filter(Boolean);
}

/** All boxes in the order in which they are drawn: the largest first, so that none is hidden under a larger one. */
export function stackBoxes(findings: Finding[]): { finding: Finding; box: Box }[] {
  return findings
    .flatMap((finding) => finding.boxes.map((box) => ({ finding, box })))
    .sort((a, b) => b.box.width * b.box.height - a.box.width * a.box.height);
}

function makeFinding(
  kind: FindingKind,
  number: number,
  name: string | null | undefined,
  confidence: number | null | undefined,
  details: string[],
  boxes: (BoundingBox | null | undefined)[],
  hasMany = false,
): Finding {
  const key = `${kind}-${number}`;
  return {
    key,
    kind,
    name: name || "unnamed",
    confidence: isNumber(confidence) ? confidence : null,
    details,
    boxes: boxes.flatMap((box, n) => clipBox(box, hasMany ? `${key}-${n}` : key)),
  };
}

/** The part within the picture: Rekognition's boxes may reach beyond its edges. */
function clipBox(box: BoundingBox | null | undefined, key: string): Box[] {
  if (!box || ![box.left, box.top, box.width, box.height].every(isNumber)) return [];
  const left = clip(box.left);
  const top = clip(box.top);
  const width = clip(box.left + box.width) - left;
  const height = clip(box.top + box.height) - top;
  return width > 0 && height > 0 ? [{ key, left, top, width, height }] : [];
}

function clip(share: number): number {
  return Math.min(1, Math.max(0, share));
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function list<Item>(items: Item[] | null | undefined): Item[] {
  return Array.isArray(items) ? items.filter((item) => item !== null && typeof item === "object") : [];
}

function withPercent(name: string, confidence: number | null | undefined): string {
  return isNumber(confidence) ? `${name} ${formatConfidence(confidence)}` : name;
}
