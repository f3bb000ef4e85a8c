/** The whole response about a picture as JSON. */

import type { Lake } from "../../data/lake.ts";
import type { Analysis, Arriving } from "../../data/rows.ts";
import { Copyable } from "../../parts/panel.tsx";

interface ResponseProps {
  lake: Lake;
  picture: number;
  analysis: Arriving<Analysis>;
}

export function Response({ lake, picture, analysis }: ResponseProps) {
  const { content, failure } = analysis;
  return (
    <details class="panel response">
      <summary>
        <h2>The raw analysis</h2>
        <span class="hint">As it stands in the view image_analyses, without what is null.</span>
      </summary>
      {failure !== null ? (
        <p class="warning">{failure}</p>
      ) : content === null ? (
        <p class="quiet">Reading the analysis ...</p>
      ) : (
        <Copyable label="JSON" text={formatResponse(lake.pictures.id[picture] as string, content)} />
      )}
    </details>
  );
}

function formatResponse(id: string, analysis: Analysis): string {
  return JSON.stringify(
    {
      image_id: id,
      analyzed_at: analysis.analyzedAt,
      image_labels: analysis.imageLabels,
      image_properties: analysis.imageProperties,
      errors: analysis.errors,
    },
    null,
    2,
  );
}
