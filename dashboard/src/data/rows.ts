/** Single rows of the kinds that are not kept in memory, read when somebody looks at them. */

import { useEffect, useState } from "preact/hooks";
import type { AnalysesPage, Index, PageKind, TextsPage } from "./format.ts";
import { loadPage } from "./loader.ts";

export interface PostText {
  text: string | null;
  url: string | null;
  author: string | null;
}

export interface Analysis {
  analyzedAt: string | null;
  imageLabels: AnalysesPage["imageLabels"][number];
  imageProperties: unknown;
  errors: AnalysesPage["errors"][number];
}

/** What a component gets of rows that arrive later. */
export interface Arriving<Content> {
  content: Content | null;
  /** Why it cannot be shown. */
  failure: string | null;
}

/** The pages of these rows, each once, in order. */
export function findPages(index: Index, kind: PageKind, rows: number[]): number[] {
  return [...new Set(rows.map((row) => Math.floor(row / index.pageRows[kind])))].sort((a, b) => a - b);
}

/** Texts of posts by their rows; reads only the pages that hold them. */
export async function readTexts(index: Index, rows: number[]): Promise<Map<number, PostText>> {
  const texts = new Map<number, PostText>();
  for (const number of findPages(index, "texts", rows)) {
    const page: TextsPage = await loadPage("texts", number);
    for (const row of rows) {
      const place = row - number * index.pageRows.texts;
      if (place < 0 || place >= index.pageRows.texts) continue;
      texts.set(row, {
        text: page.text[place] ?? null,
        url: page.url[place] ?? null,
        author: page.author[place] ?? null,
      });
    }
  }
  return texts;
}

export async function readAnalysis(index: Index, picture: number): Promise<Analysis> {
  const size = index.pageRows.analyses;
  const page: AnalysesPage = await loadPage("analyses", Math.floor(picture / size));
  const place = picture % size;
  return {
    analyzedAt: page.analyzedAt[place] ?? null,
    imageLabels: page.imageLabels[place] ?? null,
    imageProperties: page.imageProperties[place] ?? null,
    errors: page.errors[place] ?? [],
  };
}

export function useTexts(index: Index, rows: number[]): Arriving<Map<number, PostText>> {
  return useArriving(() => readTexts(index, rows), rows.join());
}

export function useAnalysis(index: Index, picture: number): Arriving<Analysis> {
  return useArriving(() => readAnalysis(index, picture), String(picture));
}

/** `key` names what is read: another key reads anew, and what arrives for an older one is dropped. */
function useArriving<Content>(read: () => Promise<Content>, key: string): Arriving<Content> {
  const [state, setState] = useState<Arriving<Content> & { key: string }>({ content: null, failure: null, key });
  useEffect(() => {
    let isWanted = true;
    read().then(
      (content) => isWanted && setState({ content, failure: null, key }),
      (error: unknown) =>
        isWanted && setState({ content: null, failure: error instanceof Error ? error.message : String(error), key }),
    );
    return () => {
      isWanted = false;
    };
  }, [key]);
  return state.key === key ? state : { content: null, failure: null };
}

/** The link if it leads to a page of the web; null for anything else that a post may carry. */
export function checkLink(url: string | null): string | null {
  return url !== null && /^https?:\/\//i.test(url) ? url : null;
}
