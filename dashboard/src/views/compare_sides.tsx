/** Which two sides are compared: a kind and a name for each. */

import { formatSide, listNames, SIDE_FACETS, type Side } from "../comparison.ts";
import type { Lake } from "../data/lake.ts";
import { findFacet } from "../facets.ts";
import { formatCount } from "../numbers.ts";
import type { Selection } from "../selection.ts";
import { setOptions } from "../state.ts";
import { type ComparedSide, writeSide } from "./compare_side.tsx";

const LONGEST_LIST = 200;

interface SideFormProps {
  lake: Lake;
  /** Without filters: what can be compared does not hang on them. */
  all: Selection;
  sides: [a: ComparedSide, b: ComparedSide];
}

export function SideForm({ lake, all, sides: [a, b] }: SideFormProps) {
  return (
    <form class="sides" aria-label="What is compared" onSubmit={(event) => event.preventDefault()}>
      <SideFields lake={lake} all={all} side={a} onChoose={(side) => setSides(side, b)} />
      <button type="button" onClick={() => setSides(b, a)} aria-label="Swap the sides" title="Swap the sides">
        <span aria-hidden="true">⇄</span>
      </button>
      <SideFields lake={lake} all={all} side={b} onChoose={(side) => setSides(a, side)} />
    </form>
  );
}

function setSides(a: Side, b: Side): void {
  setOptions({ a: formatSide(a), b: formatSide(b) });
}

interface SideFieldsProps {
  lake: Lake;
  all: Selection;
  side: ComparedSide;
  onChoose: (side: Side) => void;
}

function SideFields({ lake, all, side, onChoose }: SideFieldsProps) {
  const kinds = SIDE_FACETS.filter((facet) => findFacet(facet).names(lake).length > 0);
  const names = listNames(lake, side.facet, all);
  const listed = names.filter(({ name }, rank) => rank < LONGEST_LIST || name === side.name);
  const choosesKind = (facet: string) => {
    const first = listNames(lake, facet, all)[0];
    if (first !== undefined) onChoose({ facet, name: first.name });
  };
  return (
    <fieldset class="side">
      <legend>
        <span class="swatch" style={{ background: side.color }} /> Side {side.letter}
      </legend>
      <label>
        Compare by
        <select value={side.facet} onChange={(event) => choosesKind(event.currentTarget.value)}>
          {kinds.map((facet) => (
            <option key={facet} value={facet}>
              {findFacet(facet).title}
            </option>
          ))}
        </select>
      </label>
      <label class="grow">
        {findFacet(side.facet).title}
        <select
          value={side.name}
          onChange={(event) => onChoose({ facet: side.facet, name: event.currentTarget.value })}
        >
          {!names.some(({ name }) => name === side.name) && <option value={side.name}>{side.text} (0)</option>}
          {listed.map(({ name, count }) => (
            <option key={name} value={name}>
              {writeSide({ facet: side.facet, name })} ({formatCount(count)})
            </option>
          ))}
        </select>
      </label>
    </fieldset>
  );
}
