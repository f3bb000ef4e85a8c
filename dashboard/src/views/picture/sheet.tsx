/**
 * The large picture under its boxes.
 *
 * The drawing lies over the image element and shares its size, and all coordinates are shares of it: so a box is right
 * at every size. Strokes are in pixels. Each is drawn twice, dark below bright, to be seen on any photo.
 */

import { useRef, useState } from "preact/hooks";
import { type Lake, picturePath } from "../../data/lake.ts";
import { type Box, type Finding, type FindingKind, stackBoxes } from "../../findings.ts";
import { formatConfidence } from "../../numbers.ts";
import { describePicture, firstColor, nameSuspicions } from "../../pictures.ts";
import { isRevealed, reveal } from "../../suspect.ts";

interface SheetProps {
  lake: Lake;
  picture: number;
  findings: Finding[];
  /** Kinds whose boxes are always drawn. */
  shown: FindingKind[];
  /** Key of the finding that is highlighted. */
  active: string | null;
  onPoint: (key: string | null) => void;
  onHold: (key: string) => void;
}

export function Sheet({ lake, picture, findings, shown, active, onPoint, onHold }: SheetProps) {
  const [isBroken, setIsBroken] = useState(false);
  const sheet = useRef<HTMLDivElement>(null);
  const id = lake.pictures.id[picture] as string;
  const width = lake.pictures.width[picture] || 4;
  const height = lake.pictures.height[picture] || 3;
  const missing = lake.pictures.missing[picture] ?? (isBroken ? "the file is not in this folder" : null);
  const suspicions = nameSuspicions(lake, picture);
  const isBlurred = suspicions !== "" && missing === null && !isRevealed(id);
  const show = () => {
    reveal(id);
    // The button is gone: whoever works by keyboard goes on from here.
    sheet.current?.focus({ preventScroll: true });
  };
  return (
    <div
      ref={sheet}
      tabIndex={-1}
      class={`sheet ${isBlurred ? "blurred" : ""}`}
      style={{
        backgroundColor: firstColor(lake, picture) ?? "",
        inlineSize: `min(100%, ${(78 * width) / height}vh, max(${width}px, 30rem))`,
      }}
    >
      {missing === null ? (
        <img
          src={picturePath(id, "pictures")}
          width={width}
          height={height}
          alt={isBlurred ? "" : describePicture(lake, picture)}
          onError={() => setIsBroken(true)}
        />
      ) : (
        <p class="missing" style={{ aspectRatio: `${width} / ${height}` }} dir="auto">
          There is no file of this picture: {missing}.
        </p>
      )}
      {isBlurred ? (
        <button type="button" class="reveal" onClick={show}>
          <span>
            Suspect content: <bdi>{suspicions}</bdi>
          </span>
          <strong>Show the picture</strong>
        </button>
      ) : (
        <Boxes findings={findings} shown={shown} active={active} onPoint={onPoint} onHold={onHold} />
      )}
    </div>
  );
}

type BoxesProps = Pick<SheetProps, "findings" | "shown" | "active" | "onPoint" | "onHold">;

/** The pointer's part only: by keyboard, and for those who cannot see it, the lists say the same. */
function Boxes({ findings, shown, active, onPoint, onHold }: BoxesProps) {
  const boxes = stackBoxes(findings);
  const isDrawn = (finding: Finding) => finding.key === active || shown.includes(finding.kind);
  return (
    <>
      <svg class="boxes" aria-hidden="true" onPointerLeave={() => onPoint(null)}>
        {boxes.map(({ finding, box }) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: the entry in the list does the same by keyboard.
          <g
            key={box.key}
            data-box={box.key}
            class={`box ${finding.kind} ${finding.key === active ? "active" : ""} ${isDrawn(finding) ? "drawn" : ""}`}
            onPointerEnter={(event) => event.pointerType === "mouse" && onPoint(finding.key)}
            onPointerLeave={(event) => event.pointerType === "mouse" && onPoint(null)}
            onClick={() => onHold(finding.key)}
          >
            <rect class="under" {...formatBox(box)} />
            <rect class="over" {...formatBox(box)} />
          </g>
        ))}
      </svg>
      {boxes
        .filter(({ finding }) => finding.key === active)
        .map(({ finding, box }) => (
          <span
            key={box.key}
            class={`tag ${finding.kind} ${box.top < 0.08 ? "inside" : ""} ${box.left > 0.6 ? "end" : ""}`}
            style={{
              top: `${100 * box.top}%`,
              ...(box.left > 0.6 ? { right: `${100 * (1 - box.left - box.width)}%` } : { left: `${100 * box.left}%` }),
            }}
            aria-hidden="true"
          >
            <bdi>{finding.name}</bdi>
            {finding.confidence !== null && ` ${formatConfidence(finding.confidence)}`}
          </span>
        ))}
    </>
  );
}

function formatBox({ left, top, width, height }: Box) {
  return { x: `${100 * left}%`, y: `${100 * top}%`, width: `${100 * width}%`, height: `${100 * height}%` };
}
