/** The labels that set the photos of two sides apart. */

import { useMemo } from "preact/hooks";
import { compareLabels, type LabelDifference } from "../comparison.ts";
import { formatCount, formatShare, formatSigned } from "../numbers.ts";
import { PANELS } from "../panels.ts";
import { Panel } from "../parts/panel.tsx";
import { filters, pick } from "../state.ts";
import { type CompareProps, SideName } from "./compare_side.tsx";

const SHOWN = 10;

export function CompareLabels({ lake, sides }: CompareProps) {
  const [a, b] = sides;
  const labels = useMemo(() => compareLabels(lake, a.selection, b.selection), [lake, a.selection, b.selection]);
  const ofA = labels.filter(({ z }) => z > 0).slice(0, SHOWN);
  const ofB = labels
    .filter(({ z }) => z < 0)
    .slice(-SHOWN)
    .reverse();
  const most = Math.max(1, ...[...ofA, ...ofB].flatMap(({ percentA, percentB }) => [percentA, percentB]));
  const [columnA, columnB] = a.facet === "query" && b.facet === "query" ? ["query_a", "query_b"] : ["side_a", "side_b"];
  return (
    <Panel
      panel={PANELS.compareLabels}
      table={{
        columns: [columnA, columnB, "label_name", "posts_a", "posts_b", "percent_a", "percent_b", "z"],
        rows: labels.map((label) => [
          a.name,
          b.name,
          label.name,
          label.postsA,
          label.postsB,
          Math.round(10 * label.percentA) / 10,
          Math.round(10 * label.percentB) / 10,
          label.z,
        ]),
      }}
      empty="On one of the sides no photo has labels, or all labels are of fewer than 5 posts."
      isWide
    >
      <div class="differences">
        {[ofA, ofB].map((differences, number) => (
          <div key={sides[number]?.letter}>
            <h3>
              More with <SideName side={sides[number] as CompareProps["sides"][0]} />
              <span class="column">z</span>
            </h3>
            <Differences differences={differences} sides={sides} most={most} />
          </div>
        ))}
      </div>
    </Panel>
  );
}

interface DifferencesProps {
  differences: LabelDifference[];
  sides: CompareProps["sides"];
  /** Percent that takes the whole width. */
  most: number;
}

function Differences({ differences, sides: [a, b], most }: DifferencesProps) {
  const chosen = filters.value.facets.label ?? [];
  if (differences.length === 0) return <p class="hint">No label.</p>;
  return (
    <ol class="bars difference">
      {differences.map(({ name, postsA, postsB, percentA, percentB, z }) => (
        <li key={name}>
          <button type="button" class="row" aria-pressed={chosen.includes(name)} onClick={() => pick("label", name)}>
            <span class="name" dir="auto">
              {name}
            </span>
            <span class="two">
              <span class="bar" style={{ inlineSize: `${(100 * percentA) / most}%`, background: a.color }} />
              <span class="bar" style={{ inlineSize: `${(100 * percentB) / most}%`, background: b.color }} />
            </span>
            <span class="shares">
              <span>
                <span class="hidden-words">, A </span>
                {formatShare(percentA, 100)} <span class="quiet">({formatCount(postsA)})</span>
              </span>
              <span>
                <span class="hidden-words">, B </span>
                {formatShare(percentB, 100)} <span class="quiet">({formatCount(postsB)})</span>
              </span>
            </span>
            <span class="count">
              <span class="hidden-words">, z </span>
              {formatSigned(z)}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
