/** Writes a page with made-up data: `npm run sample -- --posts 10000 --pictures 3000 --out /tmp/sample`. */

import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { crc32, deflateSync } from "node:zlib";
import { picturePath } from "../src/data/lake.ts";
import { formatFiles, makeSample } from "./sample_lake.ts";

const { values } = parseArgs({
  options: {
    posts: { type: "string", default: "300" },
    pictures: { type: "string", default: "100" },
    out: { type: "string" },
  },
});
if (values.out === undefined) throw new Error("--out FOLDER is needed");
const out = values.out;
const sample = makeSample({ posts: Number(values.posts), pictures: Number(values.pictures) });
cpSync("../cli/photolake_cli/dashboard/page", out, { recursive: true });
for (const [path, text] of formatFiles(sample)) write(path, text);
for (const [row, id] of sample.pictures.id.entries()) {
  const colors = (sample.pictures.palette[row] ?? []).map((color) => Buffer.from(color.slice(1), "hex"));
  const ratio = (sample.pictures.width[row] as number) / (sample.pictures.height[row] as number);
  const image = paint(Math.round(160 * Math.min(1, ratio)), Math.round(160 * Math.min(1, 1 / ratio)), colors);
  if (sample.pictures.missing[row] !== null) continue;
  // Browsers look at the bytes, not at the name.
  write(picturePath(id, "thumbnails"), image);
  write(picturePath(id, "pictures"), image);
}

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(out, path)), { recursive: true });
  writeFileSync(join(out, path), content);
}

/** A PNG with stripes of the colours. */
function paint(width: number, height: number, colors: Buffer[]): Buffer {
  const line = (y: number) => {
    const color = colors[Math.floor((y * colors.length) / height)] ?? Buffer.alloc(3);
    return Buffer.concat([Buffer.from([0]), ...Array.from({ length: width }, () => color)]);
  };
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, (_, y) => line(y))));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const chunks = [chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...chunks]);
}

function chunk(kind: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(kind), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
