/** How the wall is arranged. What is chosen stands in the URL. */

import type { Lake } from "../data/lake.ts";
import { SuspectSetting } from "../parts/suspect_setting.tsx";
import type { Selection } from "../selection.ts";
import { setOptions } from "../state.ts";
import { GROUPINGS, ORDERS, SIDES, type WallOptions, WEIGHTS } from "./wall_tiles.ts";

const ORDER_NAMES = {
  frequency: "Largest first",
  time: "First posted, oldest first",
  newest: "First posted, newest first",
  color: "Dominant colour",
  sentiment: "Sentiment of the posts",
  label: "Label",
};
const WEIGHT_NAMES = { posts: "Posts", impressions: "Impressions", likes: "Likes", same: "All the same" };
const GROUPING_NAMES = { none: "None", label: "Labels", day: "Days" };

interface ControlsProps {
  lake: Lake;
  selection: Selection;
  options: WallOptions;
  /** Of a cell, in pixels. */
  side: number;
}

export function WallControls({ lake, selection, options, side }: ControlsProps) {
  const hasSuspect = lake.pictures.moderationLabels.some((labels, row) => labels.length > 0 && selection.pictures[row]);
  return (
    <div class="wall-controls">
      <Choice title="Order" name="order" value={options.order} names={ORDERS} titles={ORDER_NAMES} />
      <Choice title="Size by" name="weight" value={options.weight} names={WEIGHTS} titles={WEIGHT_NAMES} />
      <Choice title="Headings" name="grouping" value={options.grouping} names={GROUPINGS} titles={GROUPING_NAMES} />
      <label>
        Size of a cell
        <input
          type="range"
          min={SIDES.least}
          max={SIDES.most}
          step={4}
          value={side}
          aria-valuetext={`${side} pixels`}
          onInput={(event) => setOptions({ side: event.currentTarget.value })}
        />
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={options.stacks}
          onChange={(event) => setOptions({ stacks: event.currentTarget.checked ? "" : "off" })}
        />
        Stack near-duplicates
      </label>
      {hasSuspect && <SuspectSetting />}
    </div>
  );
}

interface ChoiceProps<Name extends string> {
  title: string;
  /** Of the option in the URL. */
  name: string;
  value: Name;
  names: readonly Name[];
  titles: Record<Name, string>;
}

function Choice<Name extends string>({ title, name, value, names, titles }: ChoiceProps<Name>) {
  return (
    <label>
      {title}
      <select value={value} onChange={(event) => setOptions({ [name]: event.currentTarget.value })}>
        {names.map((candidate) => (
          <option key={candidate} value={candidate}>
            {titles[candidate]}
          </option>
        ))}
      </select>
    </label>
  );
}
