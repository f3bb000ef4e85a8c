/**
 * Bundles the page into the package of the command: `npm run build`.
 *
 * The bundle is committed, so that nobody needs Node to look at their photos. A test builds it anew and compares.
 * A classic script, not a module: browsers load no modules from disk.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { PANELS } from "./src/panels.ts";

const { values } = parseArgs({ options: { out: { type: "string", default: "../cli/photolake_cli/dashboard/page" } } });
const out = values.out;

await mkdir(out, { recursive: true });
const result = await build({
  entryPoints: { app: "src/main.tsx" },
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  outdir: out,
  logLevel: "warning",
});
await build({ entryPoints: { app: "src/style.css" }, bundle: true, minify: true, outdir: out, logLevel: "warning" });
await copyFile("src/index.html", join(out, "index.html"));

const packages = new Set<string>();
for (const input of Object.keys(result.metafile.inputs)) {
  const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
  if (found?.[1] !== undefined) packages.add(found[1]);
}
writeFileSync(
  join(out, "licenses.txt"),
  [...packages]
    .sort()
    .map(describePackage)
    .join(`\n${"-".repeat(80)}\n\n`),
);

const queries = [...new Set(Object.values(PANELS).map((panel) => panel.query))].sort();
writeFileSync(join(out, "queries.json"), `${JSON.stringify(queries, null, 2)}\n`);

function describePackage(name: string): string {
  const folder = join("node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined || !existsSync(join(folder, file))) throw new Error(`${name} carries no licence text`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
}
