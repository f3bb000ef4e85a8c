import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ImageLabels } from "../src/data/format.ts";
import { buildLake } from "../src/data/lake.ts";
import { describeFace, listFindings, readFindings, stackBoxes } from "../src/findings.ts";
import { makeSample } from "./sample_lake.ts";

const BOX = { left: 0.25, top: 0.5, width: 0.125, height: 0.25 };

test("each part of a response becomes a finding with its box", () => {
  const found: ImageLabels = {
    labels: [
      {
        name: "Cup",
        confidence: 91,
        parents: [{ name: "Tableware" }],
        instances: [{ boundingbox: BOX, confidence: 90 }, { boundingbox: BOX }],
      },
    ],
    facedetails: [{ boundingbox: BOX, confidence: 99, agerange: { low: 20, high: 30 }, smile: { value: false } }],
    textdetections: [
      { detectedtext: "EXIT", type: "LINE", confidence: 97, geometry: { boundingbox: BOX } },
      { detectedtext: "EXIT", type: "WORD", confidence: 97, geometry: { boundingbox: BOX } },
    ],
    celebrityrecognition: { celebrityfaces: [{ name: "Ada", matchconfidence: 98, face: { boundingbox: BOX } }] },
    customlabels: [{ name: "logo", confidence: 80, geometry: { boundingbox: BOX } }, { name: "on a shelf" }],
  };

  assert.deepEqual(readFindings(found), [
    {
      key: "label-0",
      kind: "label",
      name: "Cup",
      confidence: 91,
      details: ["Tableware"],
      boxes: [
        { key: "label-0-0", ...BOX },
        { key: "label-0-1", ...BOX },
      ],
    },
    {
      key: "face-0",
      kind: "face",
      name: "Face 1",
      confidence: 99,
      details: ["20 to 30 years", "does not smile"],
      boxes: [{ key: "face-0", ...BOX }],
    },
    { key: "text-0", kind: "text", name: "EXIT", confidence: 97, details: [], boxes: [{ key: "text-0", ...BOX }] },
    {
      key: "celebrity-0",
      kind: "celebrity",
      name: "Ada",
      confidence: 98,
      details: [],
      boxes: [{ key: "celebrity-0", ...BOX }],
    },
    {
      key: "custom-0",
      kind: "custom",
      name: "logo",
      confidence: 80,
      details: [],
      boxes: [{ key: "custom-0", ...BOX }],
    },
    { key: "custom-1", kind: "custom", name: "on a shelf", confidence: null, details: [], boxes: [] },
  ]);
});

test("a box that reaches beyond the picture ends at its edge", () => {
  const box = { left: -0.25, top: 0.75, width: 0.5, height: 0.5 };

  const [face] = readFindings({ facedetails: [{ boundingbox: box }] });

  assert.deepEqual(face?.boxes, [{ key: "face-0", left: 0, top: 0.75, width: 0.25, height: 0.25 }]);
});

const anyNumber = fc.oneof(fc.double(), fc.constantFrom(null, undefined, "0.5"));
const anyBox = fc.oneof(
  fc.record({ left: anyNumber, top: anyNumber, width: anyNumber, height: anyNumber }, { requiredKeys: [] }),
  fc.constant(null),
);

test("whatever a response holds, all boxes lie within the picture", () => {
  fc.assert(
    fc.property(fc.array(anyBox), (boxes) => {
      const found = { facedetails: boxes.map((boundingbox) => ({ boundingbox })) } as unknown as ImageLabels;
      for (const { box } of stackBoxes(readFindings(found))) {
        assert.ok(box.left >= 0 && box.top >= 0 && box.width > 0 && box.height > 0);
        assert.ok(box.left + box.width <= 1 + Number.EPSILON && box.top + box.height <= 1 + Number.EPSILON);
      }
    }),
  );
});

test("a response of another shape gives no finding and no failure", () => {
  const anyResponse = fc.dictionary(
    fc.constantFrom("labels", "facedetails", "textdetections", "celebrityrecognition", "customlabels"),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(anyResponse, (found) => {
      for (const finding of readFindings(found as unknown as ImageLabels)) assert.equal(typeof finding.name, "string");
    }),
  );
});

test("a small box is drawn over a large one", () => {
  const large = { left: 0, top: 0, width: 1, height: 1 };

  const stack = stackBoxes(readFindings({ facedetails: [{ boundingbox: BOX }, { boundingbox: large }] }));

  assert.deepEqual(
    stack.map(({ box }) => box.key),
    ["face-1", "face-0"],
  );
});

test("a face is described by what the service says, the strongest three emotions first", () => {
  const face = {
    agerange: { low: 31, high: 39 },
    gender: { value: "Female", confidence: 99.4 },
    emotions: [
      { type: "SAD", confidence: 1 },
      { type: "HAPPY", confidence: 90 },
      { type: "CALM", confidence: 6 },
      { type: "FEAR", confidence: 0.5 },
    ],
    smile: { value: true },
  };

  assert.deepEqual(describeFace(face), ["31 to 39 years", "female 99%", "happy 90%, calm 6%, sad 1%", "smiles"]);
  assert.deepEqual(describeFace({}), []);
});

test("what is known of every picture names the same findings as its response", () => {
  const sample = makeSample({ posts: 10, pictures: 60 });
  const lake = buildLake(sample.index, [sample.posts], [sample.photos], [sample.pictures]);
  for (const [picture, found] of sample.analyses.imageLabels.entries()) {
    const named = (finding: { key: string; name: string }) => `${finding.key} ${finding.name}`;
    assert.deepEqual(listFindings(lake, picture).map(named), readFindings(found as ImageLabels).map(named));
  }
});
