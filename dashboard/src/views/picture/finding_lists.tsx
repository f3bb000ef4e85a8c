/** What was found in a picture, as lists: labels, faces, lines of text, celebrities, suspect content, and errors. */

import type { AnalysesPage } from "../../data/format.ts";
import type { Lake } from "../../data/lake.ts";
import { FINDING_KINDS, type Finding } from "../../findings.ts";
import { formatConfidence, formatCount } from "../../numbers.ts";
import { linkTo } from "../../state.ts";

interface ListsProps {
  lake: Lake;
  picture: number;
  findings: Finding[];
  errors: AnalysesPage["errors"][number];
  active: string | null;
  held: string | null;
  onPoint: (key: string | null) => void;
  onFocus: (key: string | null) => void;
  onHold: (key: string) => void;
}

/** The API behind each list: one that the setting ImageApis leaves out has found nothing for another reason. */
const APIS = { label: "labels", face: "faces", text: "text", celebrity: "celebrities", custom: "custom_labels" };

export function FindingLists({ lake, picture, findings, errors, active, held, onPoint, onFocus, onHold }: ListsProps) {
  return (
    <>
      {FINDING_KINDS.map(({ id, title }) => {
        const own = findings.filter(({ kind }) => kind === id);
        const isAsked = lake.index.imageApis.includes(APIS[id]);
        if (own.length === 0 && !isAsked) return null;
        return (
          <section key={id} aria-labelledby={`found-${id}`}>
            <h3 id={`found-${id}`} class={id}>
              <span class="swatch" aria-hidden="true" /> {title} <span class="quiet">{formatCount(own.length)}</span>
            </h3>
            {id === "face" && own.length > 0 && (
              <p class="hint">Age, gender and emotion are guesses from looks, not what anybody is or feels.</p>
            )}
            {own.length === 0 ? (
              <p class="quiet">None.</p>
            ) : (
              <ul>
                {own.map((finding) => (
                  <li key={finding.key} data-finding={finding.key}>
                    <Entry {...{ finding, active, held, onPoint, onFocus, onHold }} />
                  </li>
                ))}
              </ul>
            )}
          </section>
        );
      })}
      <Suspicions lake={lake} picture={picture} />
      {errors.length > 0 && <Errors errors={errors} />}
    </>
  );
}

type EntryProps = Pick<ListsProps, "active" | "held" | "onPoint" | "onFocus" | "onHold"> & { finding: Finding };

function Entry({ finding, active, held, onPoint, onFocus, onHold }: EntryProps) {
  const content = (
    <>
      <span class="name" dir="auto">
        {finding.name}
        {finding.boxes.length > 1 && <span class="quiet"> × {formatCount(finding.boxes.length)}</span>}
      </span>
      {finding.confidence !== null && <span class="percent">{formatConfidence(finding.confidence)}</span>}
      {finding.details.length > 0 && <span class="details">{finding.details.join(" · ")}</span>}
    </>
  );
  if (finding.boxes.length === 0) return <div class="finding">{content}</div>;
  return (
    <button
      type="button"
      class={`finding ${finding.key === active ? "active" : ""}`}
      aria-pressed={finding.key === held}
      onPointerEnter={(event) => event.pointerType === "mouse" && onPoint(finding.key)}
      onPointerLeave={() => onPoint(null)}
      onFocus={() => onFocus(finding.key)}
      onBlur={() => onFocus(null)}
      onClick={() => onHold(finding.key)}
    >
      {content}
    </button>
  );
}

function Suspicions({ lake, picture }: { lake: Lake; picture: number }) {
  const labels = lake.pictures.moderationLabels[picture] ?? [];
  if (labels.length === 0 && !lake.index.imageApis.includes("moderation")) return null;
  return (
    <section aria-labelledby="found-suspect">
      <h3 id="found-suspect">
        Suspect content <span class="quiet">{formatCount(labels.length)}</span>
      </h3>
      {labels.length === 0 ? (
        <p class="quiet">None.</p>
      ) : (
        <ul>
          {labels.map(([name, confidence], n) => {
            const label = lake.names.moderationLabels[name];
            return (
              <li key={n}>
                <a class="finding" href={linkTo("suspect")}>
                  <span class="name" dir="auto">
                    {label?.name ?? "unnamed"}
                  </span>
                  <span class="percent">{formatConfidence(confidence)}</span>
                  {label?.parent ? <span class="details">{label.parent}</span> : null}
                </a>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

function Errors({ errors }: { errors: ListsProps["errors"] }) {
  return (
    <section class="warning" aria-labelledby="found-errors">
      <h3 id="found-errors">Requests that were refused</h3>
      <ul>
        {errors.map((error, n) => (
          <li key={n}>
            <strong>{error.api || "Request"}</strong> {error.code}: <bdi>{error.message}</bdi>
          </li>
        ))}
      </ul>
    </section>
  );
}
