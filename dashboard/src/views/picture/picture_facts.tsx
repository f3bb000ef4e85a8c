/** Description, size, origin, id and palette of a picture. */

import { useState } from "preact/hooks";
import { type Lake, UNKNOWN } from "../../data/lake.ts";
import { formatCount, formatTime, nameOf } from "../../numbers.ts";
import { LongText } from "../../parts/long_text.tsx";

export function PictureFacts({
  lake,
  picture,
  analyzedAt,
}: {
  lake: Lake;
  picture: number;
  analyzedAt: string | null;
}) {
  const { pictures, names } = lake;
  const alt = pictures.alt[picture];
  const origin = pictures.origin[picture] ?? UNKNOWN;
  return (
    <div class="facts">
      {alt && <LongText class="description" text={alt} />}
      <Palette colors={pictures.palette[picture] ?? []} />
      <dl>
        <dt>Size</dt>
        <dd>
          {formatCount(pictures.width[picture] as number)} × {formatCount(pictures.height[picture] as number)} pixels
        </dd>
        <dt>From</dt>
        <dd>{origin === UNKNOWN ? "unknown" : nameOf(names.origins, origin)}</dd>
        <dt>Analysed</dt>
        <dd>{formatTime(analyzedAt === null ? null : Date.parse(analyzedAt))}</dd>
        <dt>Id</dt>
        <dd class="id">{pictures.id[picture]}</dd>
      </dl>
    </div>
  );
}

function Palette({ colors }: { colors: string[] }) {
  const [copied, setCopied] = useState("");
  const valid = colors.filter((color) => /^#[0-9a-f]{6}$/i.test(color));
  if (valid.length === 0) return null;
  const copy = async (color: string) => {
    await navigator.clipboard.writeText(color);
    setCopied(color);
  };
  return (
    <ul class="palette" aria-label="Palette, the most frequent colour first">
      {valid.map((color) => (
        <li key={color}>
          <button type="button" onClick={() => copy(color)} aria-label={`Copy the colour ${color}`}>
            <span class="color" style={{ backgroundColor: color }} aria-hidden="true" />
            <code>{copied === color ? "copied" : color}</code>
          </button>
        </li>
      ))}
    </ul>
  );
}
