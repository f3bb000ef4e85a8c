/** A chart by Observable Plot, drawn anew when its data or its width changes. */

import * as Plot from "@observablehq/plot";
import { useEffect, useRef, useState } from "preact/hooks";

interface ChartProps {
  /** What the chart shows, for those who cannot see it. */
  label: string;
  /** Plot's options for a width in pixels. */
  options: (width: number) => Plot.PlotOptions;
  /** Is given the drawing, with its scales, each time it is drawn. */
  onDraw?: (plot: ReturnType<typeof Plot.plot>) => void;
}

export function Chart({ label, options, onDraw }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (width === 0 || box.current === null) return;
    const plot = Plot.plot({
      ...options(width),
      width,
      style: { background: "transparent", fontSize: "12px", fontFamily: "inherit", overflow: "visible" },
    });
    // The box is one image with one label: Plot's own labels are on elements that may have none.
    for (const part of plot.querySelectorAll("g[aria-label]")) part.removeAttribute("aria-label");
    // The label says it all: what Plot writes into the drawing is of no use without seeing it.
    plot.setAttribute("aria-hidden", "true");
    box.current.replaceChildren(plot);
    onDraw?.(plot);
  }, [width, options, onDraw]);
  return <div class="chart" ref={box} role="img" aria-label={label} />;
}
