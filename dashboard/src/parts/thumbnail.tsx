/** One picture, small. What is suspect in it stays blurred until the reader asks for it. */

import type { Ref } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Lake, picturePath } from "../data/lake.ts";
import { describePicture, firstColor, nameSuspicions } from "../pictures.ts";
import { isRevealed, reveal } from "../suspect.ts";

interface ThumbnailProps {
  lake: Lake;
  /** Row of the picture. */
  picture: number;
  /** Where a click leads; a picture that is blurred is shown first. Do not put a thumbnail into a link of your own. */
  href?: string;
  /** Of the link, or of the button that shows what is blurred. */
  tabIndex?: number;
  /** Name of the link; by default what the picture shows. */
  label?: string;
  /** Whether its file is not asked for yet: the picture's colour stands in for it. */
  isWaiting?: boolean;
}

export function Thumbnail({ lake, picture, href, tabIndex, label, isWaiting = false }: ThumbnailProps) {
  const id = lake.pictures.id[picture] as string;
  const words = describePicture(lake, picture);
  const suspicions = nameSuspicions(lake, picture);
  const isBlurred = suspicions !== "" && lake.pictures.missing[picture] === null && !isRevealed(id);
  const link = useRef<HTMLAnchorElement>(null);
  const wasAsked = useRef(false);
  // The button that was pressed is gone: whoever works by keyboard goes on from the link in its place.
  useEffect(() => {
    if (!isBlurred && wasAsked.current) link.current?.focus();
    wasAsked.current = false;
  }, [isBlurred]);

  const alt = isBlurred || href !== undefined ? "" : words;
  const image = isWaiting ? null : <Image key={id} lake={lake} picture={picture} alt={alt} />;
  const show = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
    wasAsked.current = true;
    reveal(id);
  };
  return (
    <div class={`thumbnail ${isBlurred ? "blurred" : ""}`} style={{ backgroundColor: firstColor(lake, picture) ?? "" }}>
      {isBlurred || href === undefined ? (
        image
      ) : (
        <Link to={href} target={link} label={label ?? words} tabIndex={tabIndex} image={image} />
      )}
      {isBlurred && (
        <button type="button" class="reveal" tabIndex={tabIndex} onClick={show} title={`Show: ${suspicions}`}>
          <span class="hidden-words">Show the picture with suspect content: </span>
          <span dir="auto">{suspicions}</span>
        </button>
      )}
    </div>
  );
}

interface LinkProps {
  to: string;
  target: Ref<HTMLAnchorElement>;
  label: string;
  tabIndex: number | undefined;
  image: preact.JSX.Element | null;
}

function Link({ to, target, label, tabIndex, image }: LinkProps) {
  return (
    <a href={to} ref={target} aria-label={label} tabIndex={tabIndex}>
      {image}
    </a>
  );
}

/** The file of the picture, or why there is none. */
function Image({ lake, picture, alt }: { lake: Lake; picture: number; alt: string }) {
  const [isBroken, setIsBroken] = useState(false);
  const missing = lake.pictures.missing[picture] ?? (isBroken ? "the file is not in this folder" : null);
  if (missing !== null) {
    return (
      <span class="missing" dir="auto">
        {missing}
      </span>
    );
  }
  return (
    <img
      src={picturePath(lake.pictures.id[picture] as string, "thumbnails")}
      width={lake.pictures.width[picture]}
      height={lake.pictures.height[picture]}
      alt={alt}
      loading="lazy"
      decoding="async"
      draggable={false}
      onError={() => setIsBroken(true)}
    />
  );
}
