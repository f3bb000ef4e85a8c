/** What the pictures show, what is written in them, and what the posts talk about. */

import type { Lake } from "../data/lake.ts";
import type { Selection } from "../selection.ts";
import { Entities } from "./words_entities.tsx";
import { Hashtags } from "./words_hashtags.tsx";
import { LabelTrends } from "./words_label_trend.tsx";
import { Labels } from "./words_labels.tsx";
import { LabelPairs } from "./words_pairs.tsx";
import { SentimentByLabel } from "./words_sentiment.tsx";
import { TextInImages, WordsInImages } from "./words_texts.tsx";

export function Words({ lake, selection }: { lake: Lake; selection: Selection }) {
  return (
    <div class="panels">
      <Labels lake={lake} />
      <LabelTrends lake={lake} />
      <SentimentByLabel lake={lake} />
      <Entities lake={lake} />
      <LabelPairs lake={lake} selection={selection} />
      <TextInImages lake={lake} selection={selection} />
      <WordsInImages lake={lake} selection={selection} />
      <Hashtags lake={lake} limit={20} />
    </div>
  );
}
