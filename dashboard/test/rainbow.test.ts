import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { rankColor, readOklch } from "../src/rainbow.ts";

const anyColor = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, "0")}`);
const sort = (colors: string[]) => colors.toSorted((a, b) => rankColor(a) - rankColor(b));

test("colours have the coordinates of the reference", () => {
  // As browsers convert the primaries of sRGB: https://www.w3.org/TR/css-color-4/#color-conversion-code
  const expected: [string, number, number, number][] = [
    ["#ff0000", 0.628, 0.2577, 29.23],
    ["#00ff00", 0.8664, 0.2948, 142.5],
    ["#0000ff", 0.452, 0.3132, 264.05],
  ];
  for (const [color, lightness, chroma, hue] of expected) {
    const found = readOklch(color);
    assert.ok(found !== null);
    assert.ok(Math.abs(found.lightness - lightness) < 0.001, `${color} ${found.lightness}`);
    assert.ok(Math.abs(found.chroma - chroma) < 0.001, `${color} ${found.chroma}`);
    assert.ok(Math.abs(found.hue - hue) < 0.1, `${color} ${found.hue}`);
  }
});

test("sorted colours run from red through green and blue to pink, then from black to white", () => {
  const rainbow = ["#e02020", "#f08000", "#f0e000", "#20b020", "#00c0c0", "#2040e0", "#8020c0", "#f060b0"];
  const greys = ["#000000", "#404040", "#888888", "#ffffff"];
  assert.deepEqual(sort([...greys, ...rainbow].reverse()), [...rainbow, ...greys]);
});

test("every grey comes after every strong colour", () => {
  fc.assert(
    fc.property(anyColor, fc.integer({ min: 0, max: 255 }), (color, level) => {
      const grey = `#${level.toString(16).padStart(2, "0").repeat(3)}`;
      fc.pre((readOklch(color)?.chroma ?? 0) > 0.05);
      assert.ok(rankColor(color) < rankColor(grey));
    }),
  );
});

test("neighbours in the order look alike: their hues are near", () => {
  const colors = fc
    .sample(anyColor, { numRuns: 2000, seed: 1 })
    .filter((color) => (readOklch(color)?.chroma ?? 0) > 0.05);
  const hues = sort(colors).map((color) => readOklch(color)?.hue as number);
  for (let i = 1; i < hues.length; i++) {
    const apart = Math.abs((hues[i] as number) - (hues[i - 1] as number));
    assert.ok(Math.min(apart, 360 - apart) <= 40, `${hues[i - 1]} and ${hues[i]}`);
  }
});

test("what is not a colour comes last", () => {
  assert.equal(readOklch("red"), null);
  assert.ok(rankColor("#ffffff") < rankColor("url(x)"));
  assert.equal(rankColor(undefined), rankColor("#12345"));
});
