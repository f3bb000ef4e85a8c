/** The most repeated pictures: who posted one first, how often, and how that grew. */

import { useState } from "preact/hooks";
import type { Lake } from "../data/lake.ts";
import { checkLink, type PostText, useTexts } from "../data/rows.ts";
import { nameGroups } from "../facets.ts";
import { formatCount, formatTime } from "../numbers.ts";
import { PANELS } from "../panels.ts";
import { Panel } from "../parts/panel.tsx";
import { Thumbnail } from "../parts/thumbnail.tsx";
import type { Selection } from "../selection.ts";
import { rankSpreads, type Spread, tabulateSpreads } from "../spread.ts";
import { filters, linkTo, pick, place, selectWithout, setOptions } from "../state.ts";
import { SpreadCurves } from "./spread_curves.tsx";

export const MOST_CURVES = 6;
const CURVES = 3;
const STEP = 20;
const NOTHING = "No picture is shown by more than one of these posts.";

export function SpreadView({ lake, selection }: { lake: Lake; selection: Selection }) {
  const spreads = rankSpreads(lake, selectWithout("group") ?? selection);
  const names = nameGroups(lake);
  const nameOfSpread = (spread: Spread) => names[spread.group] as string;
  const wanted = (place.value.options.curves ?? "").split(",").filter(Boolean);
  const asked = spreads.filter((spread) => wanted.includes(nameOfSpread(spread)));
  const chosen = asked.length > 0 ? asked.slice(0, MOST_CURVES) : spreads.slice(0, CURVES);
  const toggle = (spread: Spread) => {
    const next = chosen.includes(spread) ? chosen.filter((other) => other !== spread) : [...chosen, spread];
    setOptions({ curves: next.map(nameOfSpread).join(",") });
  };
  return (
    <div class="panels spread">
      <SpreadCurves lake={lake} spreads={chosen} ranks={chosen.map((spread) => spreads.indexOf(spread) + 1)} />
      <Ranking lake={lake} spreads={spreads} chosen={chosen} onToggle={toggle} nameOfSpread={nameOfSpread} />
    </div>
  );
}

interface RankingProps {
  lake: Lake;
  spreads: Spread[];
  chosen: Spread[];
  onToggle: (spread: Spread) => void;
  nameOfSpread: (spread: Spread) => string;
}

function Ranking({ lake, spreads, chosen, onToggle, nameOfSpread }: RankingProps) {
  const [limit, setLimit] = useState(STEP);
  const shown = spreads.slice(0, limit);
  const texts = useTexts(
    lake.index,
    shown.map((spread) => spread.posts[0] as number),
  );
  const picked = filters.value.facets.group ?? [];
  return (
    <Panel panel={PANELS.photoSpread} table={tabulateSpreads(lake, spreads)} empty={NOTHING} isWide>
      <ol class="spreads">
        {shown.map((spread, n) => {
          const series = chosen.indexOf(spread);
          const name = nameOfSpread(spread);
          return (
            <li key={spread.group} class={series >= 0 ? "chosen" : ""}>
              <Thumbnail
                lake={lake}
                picture={spread.first}
                href={linkTo("picture", { id: lake.pictures.id[spread.first] as string })}
              />
              <div class="about">
                <p class="posts">
                  <span class="rank">{formatCount(n + 1)}</span>
                  <strong>{formatCount(spread.posts.length)} posts</strong>{" "}
                  <span class="quiet">
                    by {count(spread.authors, "author")}, {count(spread.pictures.length, "picture")}
                  </span>
                </p>
                <p class="quiet">
                  {formatTime(spread.firstSeen)} to {formatTime(spread.lastSeen)}
                </p>
                <FirstPost lake={lake} spread={spread} text={texts.content?.get(spread.posts[0] as number) ?? null} />
                <p class="actions">
                  <label class="check">
                    <input
                      type="checkbox"
                      checked={series >= 0}
                      disabled={series < 0 && chosen.length >= MOST_CURVES}
                      onChange={() => onToggle(spread)}
                    />
                    {series >= 0 && <span class={`swatch series-${series + 1}`} aria-hidden="true" />}
                    Curve<span class="hidden-words"> of picture {formatCount(n + 1)}</span>
                  </label>
                  <button type="button" aria-pressed={picked.includes(name)} onClick={() => pick("group", name)}>
                    Filter by it <span class="hidden-words">(picture {formatCount(n + 1)})</span>
                  </button>
                </p>
              </div>
            </li>
          );
        })}
      </ol>
      {texts.failure !== null && (
        <p class="warning" role="alert">
          The links cannot be shown. {texts.failure}
        </p>
      )}
      {spreads.length > limit && (
        <button type="button" onClick={() => setLimit(limit + STEP)}>
          Show more: {formatCount(limit)} of {formatCount(spreads.length)} are shown
        </button>
      )}
    </Panel>
  );
}

function FirstPost({ lake, spread, text }: { lake: Lake; spread: Spread; text: PostText | null }) {
  const post = spread.posts[0] as number;
  const author = lake.posts.author[post] as number;
  const link = checkLink(text?.url ?? null);
  const handle = lake.index.showsAuthors ? text?.author : null;
  const who = handle ? <bdi>@{handle}</bdi> : author < 0 ? "an unknown author" : `author ${formatCount(author)}`;
  return (
    <p>
      First by {who}
      {link !== null && (
        <>
          {" · "}
          <a href={link} target="_blank" rel="noreferrer noopener">
            first post
          </a>
        </>
      )}
    </p>
  );
}

function count(number: number, noun: string): string {
  return `${formatCount(number)} ${noun}${number === 1 ? "" : "s"}`;
}
