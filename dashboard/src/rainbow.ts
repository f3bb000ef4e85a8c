/** Colours in the order in which they look like a rainbow. */

export interface Oklch {
  /** 0 is black, 1 white. */
  lightness: number;
  /** 0 is grey; the strongest colours of a screen have about 0.32. */
  chroma: number;
  /** Degrees, 0 to 360. */
  hue: number;
}

/** Below this chroma the eye sees a grey, whatever its hue. */
const GREY = 0.035;
/** Where red begins, in degrees. */
const RED = 10;
/** So many bands of hue; within each one lightness goes up, and down in the next one. */
const BANDS = 18;
/** Pictures without a colour come last. */
const NONE = Number.POSITIVE_INFINITY;

/** From `#rrggbb`; null for anything else. Björn Ottosson's matrices: https://bottosson.github.io/posts/oklab/ */
export function readOklch(color: string): Oklch | null {
  if (!/^#[0-9a-f]{6}$/i.test(color)) return null;
  const [r, g, b] = [1, 3, 5].map((at) => linear(Number.parseInt(color.slice(at, at + 2), 16) / 255)) as Triple;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const x = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const y = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return {
    lightness: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    chroma: Math.hypot(x, y),
    hue: ((Math.atan2(y, x) * 180) / Math.PI + 360) % 360,
  };
}

type Triple = [number, number, number];

function linear(share: number): number {
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

/**
 * A number by which colours are sorted: the colourful by bands of hue from red to pink, then the greys from black to
 * white, then what has no colour.
 */
export function rankColor(color: string | undefined): number {
  const seen = color === undefined ? null : readOklch(color);
  if (seen === null) return NONE;
  const { lightness, chroma, hue } = seen;
  const level = Math.min(Math.max(lightness, 0), 0.9999);
  if (chroma < GREY) return BANDS + level;
  const band = Math.floor((((hue - RED + 360) % 360) / 360) * BANDS);
  return band + (band % 2 === 0 ? level : 0.9999 - level);
}
