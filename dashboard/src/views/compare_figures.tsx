/** Posts, photos and sentiment of both sides. */

import { useMemo } from "preact/hooks";
import { sentimentColor } from "../colors.ts";
import { nameColumn } from "../comparison.ts";
import type { Lake } from "../data/lake.ts";
import { formatAmount, formatCount, formatShare } from "../numbers.ts";
import { PANELS } from "../panels.ts";
import { Panel } from "../parts/panel.tsx";
import { countSelected } from "../selection.ts";
import { SENTIMENTS, type Tally, tallySentiments } from "../sentiments.ts";
import { countPhotosOfPosts } from "../timeline.ts";
import { type ComparedSide, type CompareProps, SideName } from "./compare_side.tsx";

interface Figures {
  posts: number;
  postsWithPhotos: number;
  photos: number;
  pictures: number;
  tally: Tally | undefined;
}

export function CompareFigures({ lake, sides }: CompareProps) {
  const [a, b] = sides;
  const figures = useMemo(() => sides.map((side) => countFigures(lake, side)) as [Figures, Figures], [lake, sides]);
  const both = a.selection.posts.reduce((sum, is, row) => sum + (is & (b.selection.posts[row] as number)), 0);
  const rows: [title: string, write: (figures: Figures) => string][] = [
    ["Posts", ({ posts }) => formatCount(posts)],
    ["with photos", ({ posts, postsWithPhotos }) => formatShare(postsWithPhotos, posts)],
    ["Photos", ({ photos }) => formatCount(photos)],
    ["Distinct pictures", ({ pictures }) => formatCount(pictures)],
  ];
  return (
    <Panel panel={PANELS.compareFigures} table={tabulate(sides, figures)} empty="Neither side has a post.">
      <table class="figures">
        <thead>
          <tr>
            <td />
            {sides.map((side) => (
              <th scope="col" key={side.letter}>
                <SideName side={side} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([title, write]) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              {figures.map((side, number) => (
                <td key={sides[number]?.letter} class="figure">
                  {write(side)}
                </td>
              ))}
            </tr>
          ))}
          <tr>
            <th scope="row">Sentiment</th>
            {figures.map(({ tally }, number) => (
              <td key={sides[number]?.letter}>
                <SentimentList tally={tally} />
              </td>
            ))}
          </tr>
        </tbody>
      </table>
      <p class="hint">{both === 0 ? "No post is on both sides." : `On both sides: ${formatAmount(both, "post")}.`}</p>
    </Panel>
  );
}

function countFigures(lake: Lake, { selection }: ComparedSide): Figures {
  const [tally] = tallySentiments(lake, selection.posts, 1, (_, found) => found(0));
  const photosOf = countPhotosOfPosts(lake, selection);
  return {
    posts: countSelected(selection.posts),
    postsWithPhotos: photosOf.reduce((sum, photos) => sum + (photos > 0 ? 1 : 0), 0),
    photos: countSelected(selection.photos),
    pictures: countSelected(selection.pictures),
    tally,
  };
}

function SentimentList({ tally }: { tally: Tally | undefined }) {
  const analysed = tally === undefined ? 0 : tally.posts - tally.notAnalysed;
  if (tally === undefined || analysed === 0) return <span class="quiet">No post with a sentiment.</span>;
  return (
    <>
      <div class="stacked" aria-hidden="true">
        {SENTIMENTS.filter((sentiment) => tally[sentiment] > 0).map((sentiment) => (
          <span key={sentiment} style={{ flexGrow: tally[sentiment], background: sentimentColor(sentiment) }} />
        ))}
      </div>
      <ul class="sentiment-list">
        {SENTIMENTS.map((sentiment) => (
          <li key={sentiment}>
            <span class="swatch" style={{ background: sentimentColor(sentiment) }} /> {sentiment.toLowerCase()}{" "}
            {formatShare(tally[sentiment], analysed)} <span class="quiet">({formatCount(tally[sentiment])})</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function tabulate(sides: CompareProps["sides"], figures: [Figures, Figures]) {
  const columns = ["posts", "posts_with_photos", "photos", "positive", "negative", "neutral", "mixed", "not_analysed"];
  return {
    columns: [nameColumn(sides), ...columns],
    rows: figures.flatMap(({ posts, postsWithPhotos, photos, tally }, number) =>
      tally === undefined
        ? []
        : [
            [
              sides[number]?.name ?? "",
              posts,
              postsWithPhotos,
              photos,
              tally.POSITIVE,
              tally.NEGATIVE,
              tally.NEUTRAL,
              tally.MIXED,
              tally.notAnalysed,
            ],
          ],
    ),
  };
}
