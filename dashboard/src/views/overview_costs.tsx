/** What the calls cost, and what those of the method of 2019 would have cost. */

import { useMemo } from "preact/hooks";
import { type ApiCost, listCompared, readCosts, sumDollars } from "../costs.ts";
import type { Lake } from "../data/lake.ts";
import { isFiltered } from "../filters.ts";
import { formatCount, formatDollars, formatShare } from "../numbers.ts";
import { PANELS } from "../panels.ts";
import { Panel } from "../parts/panel.tsx";
import { filters } from "../state.ts";

const NOTHING = { columns: [], rows: [] };

export function Costs({ lake }: { lake: Lake }) {
  const costs = useMemo(() => readCosts(lake.index.answers), [lake]);
  const bought = costs.filter((cost) => cost.units > 0).sort((a, b) => b.dollars - a.dollars);
  const most = Math.max(1e-9, ...bought.map((cost) => cost.dollars));
  return (
    <Panel
      panel={PANELS.costByApi}
      table={lake.index.answers.cost_by_api ?? NOTHING}
      empty="Nothing has been analysed yet."
    >
      <p class="headline">
        <strong>{formatDollars(sumDollars(costs).dollars)}</strong> at list prices
      </p>
      <WholeLake />
      <ol class="bars costs">
        {bought.map((cost) => (
          <li key={cost.api}>
            <div class="row">
              <span class="name">
                {cost.api} <span class="quiet">{writeUnits(cost)}</span>
              </span>
              <span class="bar" style={{ inlineSize: `${(100 * cost.dollars) / most}%` }} />
              <span class="count">{formatDollars(cost.dollars)}</span>
            </div>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

export function Spared({ lake }: { lake: Lake }) {
  const costs = useMemo(() => readCosts(lake.index.answers), [lake]);
  const listed = costs.filter((cost) => cost.dollarsOf2019 !== null);
  const sums = sumDollars(listCompared(costs));
  return (
    <Panel
      panel={PANELS.callsOf2019}
      table={lake.index.answers.calls_of_2019 ?? NOTHING}
      empty="Nothing has been analysed yet."
    >
      <p class="headline">
        <strong>{formatDollars(Math.max(0, sums.of2019 - sums.dollars))}</strong> of at least{" "}
        {formatDollars(sums.of2019)} spared
      </p>
      <WholeLake />
      <table class="spared">
        <thead>
          <tr>
            <th scope="col">API</th>
            <th scope="col" class="number">
              calls of 2019
            </th>
            <th scope="col" class="number">
              bought
            </th>
            <th scope="col" class="number">
              spared
            </th>
          </tr>
        </thead>
        <tbody>
          {listed.map((cost) => (
            <SparedRow key={cost.api} cost={cost} />
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function SparedRow({ cost }: { cost: ApiCost }) {
  const of2019 = cost.dollarsOf2019 ?? 0;
  return (
    <tr>
      <th scope="row">{cost.api}</th>
      <td class="number">
        {formatCount(cost.callsOf2019 ?? 0)}{" "}
        <span class="quiet">
          {cost.isOfText ? "≥ " : ""}
          {formatDollars(of2019)}
        </span>
      </td>
      <td class="number">
        {cost.isOfText ? writeUnits(cost) : formatCount(cost.units)}{" "}
        <span class="quiet">{cost.units === 0 ? "off, or not answered" : formatDollars(cost.dollars)}</span>
      </td>
      <td class="number">{cost.units === 0 ? "–" : formatShare(of2019 - cost.dollars, of2019)}</td>
    </tr>
  );
}

function writeUnits(cost: ApiCost): string {
  return `${formatCount(cost.units)} ${cost.isOfText ? "units" : "images"}`;
}

/** These answers were computed when the page was made: the filters cannot reach into them. */
function WholeLake() {
  return isFiltered(filters.value) ? <p class="note">Of the whole lake: the filters do not hold here.</p> : null;
}
