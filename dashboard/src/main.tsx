/** The page: navigation, filters, and the view that the URL names. */

import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Index } from "./data/format.ts";
import { acceptData } from "./data/loader.ts";
import { formatCount, formatTime } from "./numbers.ts";
import { FilterBar, LeftCount } from "./parts/filter_bar.tsx";
import { announced, failure, lake, linkTo, place, progress, selection, start } from "./state.ts";
import { VIEWS } from "./views/registry.ts";

function App() {
  if (failure.value !== null) {
    return (
      <main class="message">
        <h1>This page cannot be shown</h1>
        <p role="alert">{failure.value}</p>
      </main>
    );
  }
  const all = lake.value;
  const left = selection.value;
  if (all === null || left === null) {
    return (
      <main class="message">
        <h1>photolake</h1>
        {announced.value !== null && <Announcement index={announced.value} />}
        <label>
          Reading the data <progress value={progress.value} />
        </label>
      </main>
    );
  }
  const offered = VIEWS.filter((view) => view.isOffered?.(all) ?? true);
  const view = VIEWS.find((candidate) => candidate.id === place.value.view) ?? (VIEWS[0] as (typeof VIEWS)[number]);
  const Shown = view.component;
  document.title = `${view.title} – photolake`;
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById("main")?.focus()}>
        Skip to the content
      </button>
      <header class="top">
        <h1>photolake</h1>
        <nav aria-label="Views">
          {offered.map(({ id, title }) => (
            <ViewLink key={id} id={id} title={title} isCurrent={id === view.id} />
          ))}
        </nav>
        <LeftCount lake={all} />
      </header>
      <FilterBar lake={all} />
      <main id="main" tabIndex={-1} aria-label={view.title}>
        <Shown lake={all} selection={left} />
      </main>
      <footer>
        <p>
          Made {formatTime(all.index.madeAt)} from {all.index.lake}, posts of {all.index.since} to {all.index.until}.
          Days are UTC days, times are in your time zone. Posts that are deleted later stay on this page until it is
          built anew.
        </p>
        {all.index.notes.map((note) => (
          <p key={note}>{note}</p>
        ))}
        <p>
          <a href="licenses.txt">Licences of the libraries in this page</a>
        </p>
      </footer>
    </>
  );
}

/** What there is to see, while it is on its way. */
function Announcement({ index }: { index: Index }) {
  return (
    <p>
      {formatCount(index.rows.posts)} posts and {formatCount(index.rows.pictures)} pictures from {index.lake},{" "}
      {index.since} to {index.until}
    </p>
  );
}

function ViewLink({ id, title, isCurrent }: { id: string; title: string; isCurrent: boolean }) {
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    // On a phone the list of views scrolls.
    if (isCurrent) link.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [isCurrent]);
  return (
    <a ref={link} href={linkTo(id)} aria-current={isCurrent ? "page" : undefined}>
      {title}
    </a>
  );
}

acceptData();
void start();
render(<App />, document.getElementById("page") as HTMLElement);
