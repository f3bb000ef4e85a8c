/** The most frequent labels, with a small line of their days. */

import type { Lake } from "../data/lake.ts";
import { countLabels, listTrends } from "../labels.ts";
import { formatCount } from "../numbers.ts";
import { PANELS } from "../panels.ts";
import { Panel } from "../parts/panel.tsx";
import { Spark } from "../parts/spark.tsx";
import { filters, pick, selectWithout } from "../state.ts";

const LIMIT = 20;

export function Labels({ lake }: { lake: Lake }) {
  const others = selectWithout("label");
  const counts = others === null ? [] : countLabels(lake, others);
  const chosen = filters.value.facets.label ?? [];
  const shown = counts.filter(({ name }, rank) => rank < LIMIT || chosen.includes(name));
  const trends = others === null ? [] : listTrends(lake, others);
  const most = Math.max(1, ...shown.map(({ photos }) => photos));
  return (
    <Panel
      panel={PANELS.topLabels}
      table={{
        columns: ["label_name", "photos", "posts", "mean_confidence"],
        rows: counts.map(({ name, photos, posts, meanConfidence }) => [
          name,
          photos,
          posts,
          Math.round(10 * meanConfidence) / 10,
        ]),
      }}
      empty="No photo of these days has labels: is labels among ImageApis?"
    >
      <ol class="bars labels">
        {shown.map(({ name, photos, posts }, row) => (
          <li key={name}>
            <button type="button" class="row" aria-pressed={chosen.includes(name)} onClick={() => pick("label", name)}>
              <span class="name" dir="auto">
                {name}
              </span>
              <Spark values={trends[row]?.days ?? []} />
              <span class="bar" style={{ inlineSize: `${(100 * photos) / most}%` }} />
              <span class="count">
                <span class="hidden-words">, </span>
                {formatCount(photos)}
                <span class="hidden-words"> photos in {formatCount(posts)} posts</span>
              </span>
            </button>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
