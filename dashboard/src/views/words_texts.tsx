/** What is written in the pictures: whole texts, and words. */

import { useMemo } from "preact/hooks";
import type { Lake } from "../data/lake.ts";
import { countTexts, countWords } from "../image_words.ts";
import { formatCount } from "../numbers.ts";
import { PANELS } from "../panels.ts";
import { Panel } from "../parts/panel.tsx";
import { Thumbnail } from "../parts/thumbnail.tsx";
import type { Selection } from "../selection.ts";
import { filters, linkTo, setFilters } from "../state.ts";

const TEXTS = 8;
const WORDS = 40;
const NO_TEXT = "No photo of these days has text in it: is text among ImageApis?";

export function TextInImages({ lake, selection }: { lake: Lake; selection: Selection }) {
  const texts = useMemo(() => countTexts(lake, selection), [lake, selection]);
  return (
    <Panel
      panel={PANELS.textInImages}
      table={{ columns: ["text_in_image", "posts"], rows: texts.map(({ text, posts }) => [text, posts]) }}
      empty={NO_TEXT}
    >
      <ol class="texts">
        {texts.slice(0, TEXTS).map(({ picture, text, posts }) => {
          const href = linkTo("picture", { id: lake.pictures.id[picture] as string });
          return (
            <li key={picture}>
              <Thumbnail lake={lake} picture={picture} href={href} />
              <a href={href} class="text" dir="auto">
                {text}
              </a>
              <span class="count">{formatCount(posts)}</span>
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}

export function WordsInImages({ lake, selection }: { lake: Lake; selection: Selection }) {
  const words = useMemo(() => countWords(lake, selection), [lake, selection]);
  const most = Math.max(1, ...words.map(({ posts }) => posts));
  const chosen = filters.value.lines.toLowerCase().split(/\s+/);
  return (
    <Panel
      panel={PANELS.wordsInImages}
      table={{
        columns: ["word", "images", "posts"],
        rows: words.map(({ word, images, posts }) => [word, images, posts]),
      }}
      empty={NO_TEXT}
    >
      <ul class="words">
        {words.slice(0, WORDS).map(({ word, images, posts }) => (
          <li key={word}>
            <button
              type="button"
              aria-pressed={chosen.includes(word)}
              title={`${formatCount(images)} pictures in ${formatCount(posts)} posts`}
              style={{ fontSize: `${0.85 + 0.75 * Math.sqrt(posts / most)}rem` }}
              onClick={() => toggleWord(word)}
            >
              <bdi>{word}</bdi> <span class="count">{formatCount(posts)}</span>
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** Choose a word of the pictures, or take the choice back. */
function toggleWord(word: string): void {
  const words = filters.value.lines.split(/\s+/).filter(Boolean);
  const others = words.filter((other) => other.toLowerCase() !== word);
  const next = others.length < words.length ? others : [...words, word];
  setFilters({ ...filters.value, lines: next.join(" ") });
}
