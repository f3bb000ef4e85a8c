/** The picture with boxes, and the lists of what was found beside it: each highlights the other. */

import { useRef, useState } from "preact/hooks";
import type { Lake } from "../../data/lake.ts";
import type { Analysis, Arriving } from "../../data/rows.ts";
import { FINDING_KINDS, type FindingKind, listFindings, readFindings } from "../../findings.ts";
import { place, setOptions } from "../../state.ts";
import { FindingLists } from "./finding_lists.tsx";
import { PictureFacts } from "./picture_facts.tsx";
import { Sheet } from "./sheet.tsx";

interface InspectorProps {
  lake: Lake;
  picture: number;
  analysis: Arriving<Analysis>;
}

export function Inspector({ lake, picture, analysis }: InspectorProps) {
  /** Keys of the findings under the pointer, in the focus, and clicked last. */
  const [pointed, setPointed] = useState<string | null>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const [held, setHeld] = useState<string | null>(null);
  const stage = useRef<HTMLDivElement>(null);
  const lists = useRef<HTMLElement>(null);
  const found = analysis.content?.imageLabels;
  const findings = found ? readFindings(found) : listFindings(lake, picture);
  const active = pointed ?? focused ?? held;
  const hold = (key: string) => setHeld(held === key ? null : key);
  const holdBox = (key: string) => {
    hold(key);
    lists.current?.querySelector(`[data-finding="${key}"]`)?.scrollIntoView({ block: "nearest" });
  };
  const holdEntry = (key: string) => {
    hold(key);
    // Where the lists stand below the picture, a tap in them would show nothing else.
    if (held !== key) stage.current?.scrollIntoView({ block: "nearest" });
  };
  const kinds = FINDING_KINDS.filter(({ id }) => findings.some(({ kind, boxes }) => kind === id && boxes.length > 0));
  const shown = readShownKinds();
  return (
    <div class="inspector">
      <div class="stage" ref={stage}>
        <Sheet
          lake={lake}
          picture={picture}
          findings={findings}
          shown={shown}
          active={active}
          onPoint={setPointed}
          onHold={holdBox}
        />
        <fieldset class="kinds">
          <legend class="hidden-words">Boxes that are always drawn</legend>
          {kinds.length === 0 ? (
            <span class="hint">{analysis.content === null ? "Reading the boxes ..." : "No box was found."}</span>
          ) : (
            <span class="hint">Always draw:</span>
          )}
          {kinds.map(({ id, title, color }) => (
            <button
              type="button"
              key={id}
              class={`kind ${id}`}
              aria-pressed={shown.includes(id)}
              title={`${title}: ${color} boxes`}
              onClick={() => toggleKind(shown, id)}
            >
              <span class="swatch" aria-hidden="true" /> {title}
            </button>
          ))}
        </fieldset>
        {analysis.failure !== null && (
          <p class="warning" role="alert">
            The boxes cannot be drawn. {analysis.failure}
          </p>
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section class="lists" ref={lists} tabIndex={0} aria-label="What was found">
        <FindingLists
          lake={lake}
          picture={picture}
          findings={findings}
          errors={analysis.content?.errors ?? []}
          active={active}
          held={held}
          onPoint={setPointed}
          onFocus={setFocused}
          onHold={holdEntry}
        />
      </section>
      <PictureFacts lake={lake} picture={picture} analyzedAt={analysis.content?.analyzedAt ?? null} />
    </div>
  );
}

/** The kinds whose boxes are always drawn stand in the URL: `boxes=face,text`. */
function readShownKinds(): FindingKind[] {
  const names = (place.value.options.boxes ?? "").split(",");
  return FINDING_KINDS.map(({ id }) => id).filter((id) => names.includes(id));
}

function toggleKind(shown: FindingKind[], kind: FindingKind): void {
  const next = shown.includes(kind) ? shown.filter((other) => other !== kind) : [...shown, kind];
  setOptions({ boxes: next.join(",") });
}
