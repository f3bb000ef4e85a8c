/** Loads the page's data. Every file is a script that calls `photolakeData`, because a page on disk can fetch nothing. */

import { FORMAT_VERSION, type Index, type PageKind, type Pages } from "./format.ts";

declare global {
  interface Window {
    photolakeData(kind: string, page: number, content: unknown): void;
  }
}

/** Why the page has nothing to show, in words for its reader. */
export class DataError extends Error {}

const arrived = new Map<string, unknown>();
const loading = new Map<string, Promise<unknown>>();

/** Must run before the first file is loaded. */
export function acceptData(): void {
  window.photolakeData = (kind, page, content) => arrived.set(`${kind}-${page}`, content);
}

export async function loadIndex(): Promise<Index> {
  const index = (await load("index-0", "data/index.js")) as Index;
  if (index.format !== FORMAT_VERSION) {
    throw new DataError(
      `The data is of format ${index.format}, the page of format ${FORMAT_VERSION}: build both anew with photolake dashboard.`,
    );
  }
  return index;
}

/** One page of rows; a page that is loaded already costs nothing. */
export async function loadPage<Kind extends PageKind>(kind: Kind, page: number): Promise<Pages[Kind]> {
  return (await load(`${kind}-${page}`, `data/${kind}-${page}.js`)) as Pages[Kind];
}

/** So many files are asked for before their turn: the browser reads them while it is busy with another one. */
const AHEAD = 3;

/** All pages of a kind in order, each forgotten when it has been taken. */
export async function* takePages<Kind extends PageKind>(index: Index, kind: Kind): AsyncGenerator<Pages[Kind]> {
  const count = countPages(index, kind);
  for (let page = 0; page < count; page++) {
    // Who is asked for early and fails is told when its turn comes.
    for (let next = page + 1; next < Math.min(count, page + AHEAD); next++) loadPage(kind, next).catch(() => {});
    yield await loadPage(kind, page);
    loading.delete(`${kind}-${page}`);
  }
}

export function countPages(index: Index, kind: PageKind): number {
  return Math.ceil(index.rows[kind] / index.pageRows[kind]);
}

function load(name: string, path: string): Promise<unknown> {
  let promise = loading.get(name);
  if (promise === undefined) {
    promise = readScript(name, path);
    loading.set(name, promise);
    promise.catch(() => loading.delete(name));
  }
  return promise;
}

function readScript(name: string, path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = path;
    script.onload = () => {
      const content = arrived.get(name);
      arrived.delete(name);
      script.remove();
      if (content === undefined) reject(new DataError(`${path} is damaged: build it anew with photolake dashboard.`));
      else resolve(content);
    };
    script.onerror = () => {
      script.remove();
      reject(new DataError(`${path} is missing: keep the folder together, or build it anew with photolake dashboard.`));
    };
    document.head.append(script);
  });
}
