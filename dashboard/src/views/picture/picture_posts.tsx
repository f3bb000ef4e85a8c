/** The posts that show a picture, in the order of their times. */

import { useState } from "preact/hooks";
import { formatSqlTime } from "../../csv.ts";
import { type Lake, UNKNOWN } from "../../data/lake.ts";
import { checkLink, type PostText, useTexts } from "../../data/rows.ts";
import { isFiltered } from "../../filters.ts";
import { formatCount, formatLanguage, formatTime, nameOf } from "../../numbers.ts";
import { PANELS } from "../../panels.ts";
import { LongText } from "../../parts/long_text.tsx";
import { Panel } from "../../parts/panel.tsx";
import type { Selection } from "../../selection.ts";
import { filters } from "../../state.ts";

const STEP = 20;

export function PicturePosts({ lake, selection, picture }: { lake: Lake; selection: Selection; picture: number }) {
  const [limit, setLimit] = useState(STEP);
  const [showsOthers, setShowsOthers] = useState(false);
  const all = [...new Set((lake.pictures.photos[picture] ?? []).map((photo) => lake.photos.post[photo] as number))];
  const left = all.filter((post) => selection.posts[post] === 1);
  const others = all.length - left.length;
  const rows = showsOthers || left.length === 0 ? all : left;
  const shown = rows.slice(0, limit);
  const texts = useTexts(lake.index, shown);
  const id = lake.pictures.id[picture] as string;
  return (
    <Panel
      panel={PANELS.picturePosts}
      table={tabulatePosts(lake, rows)}
      values={{ image_id: id }}
      empty="No post of these days shows it: it was dropped or backfilled."
    >
      {isFiltered(filters.value) && others > 0 && left.length > 0 && (
        <label class="check">
          <input
            type="checkbox"
            checked={showsOthers}
            onChange={(event) => setShowsOthers(event.currentTarget.checked)}
          />
          Also the {formatCount(others)} that the filters leave out
        </label>
      )}
      {texts.failure !== null && (
        <p class="warning" role="alert">
          The texts cannot be shown. {texts.failure}
        </p>
      )}
      <ol class="posts">
        {shown.map((post) => (
          <Post key={post} lake={lake} post={post} text={texts.content?.get(post) ?? null} />
        ))}
      </ol>
      {rows.length > limit && (
        <button type="button" onClick={() => setLimit(limit + STEP)}>
          Show more: {formatCount(shown.length)} of {formatCount(rows.length)} are shown
        </button>
      )}
    </Panel>
  );
}

function Post({ lake, post, text }: { lake: Lake; post: number; text: PostText | null }) {
  const { posts, names } = lake;
  const platform = nameOf(names.platforms, posts.platform[post] as number);
  const language = posts.language[post] as number;
  const sentiment = posts.sentiment[post] as number;
  const likes = posts.likes[post] as number;
  const at = posts.at[post] as number;
  const link = checkLink(text?.url ?? null);
  const time = Number.isNaN(at) ? "Time unknown" : <time dateTime={new Date(at).toISOString()}>{formatTime(at)}</time>;
  return (
    <li>
      <p class="meta">
        {link === null ? (
          time
        ) : (
          <a href={link} target="_blank" rel="noreferrer noopener">
            {time}
          </a>
        )}
        <span>{platform}</span>
        {lake.index.showsAuthors && text?.author && <bdi>@{text.author}</bdi>}
        {posts.isRepost[post] === 1 && <span>repost</span>}
        {language !== UNKNOWN && <span>{formatLanguage(nameOf(names.languages, language))}</span>}
        {sentiment !== UNKNOWN && <span>{nameOf(names.sentiments, sentiment).toLowerCase()}</span>}
        {!Number.isNaN(likes) && <span>{formatCount(likes)} likes</span>}
      </p>
      {text?.text && <LongText class="text" text={text.text} />}
      {text !== null && !text.text && <p class="quiet">No text.</p>}
    </li>
  );
}

/** The columns of the saved query image_posts that are in memory. */
function tabulatePosts(lake: Lake, rows: number[]) {
  const { posts, names } = lake;
  return {
    columns: ["id", "posted_at", "source_platform", "language", "sentiment", "likes", "reposts"],
    rows: rows.map((post) => [
      posts.id[post] as string,
      formatSqlTime(posts.at[post] as number),
      names.platforms[posts.platform[post] as number] ?? null,
      names.languages[posts.language[post] as number] ?? null,
      names.sentiments[posts.sentiment[post] as number] ?? null,
      readAmount(posts.likes[post]),
      readAmount(posts.reposts[post]),
    ]),
  };
}

function readAmount(amount: number | undefined): number | null {
  return amount === undefined || Number.isNaN(amount) ? null : amount;
}
