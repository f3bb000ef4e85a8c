"""What opening the page and scrolling its image wall cost, with made-up data, in headless Chromium from disk.

`python -m bench.page [FOLDER]`: folders with data of three sizes are written there, or somewhere temporary. Opening is
compared with running the same data files in an empty document, which no page can beat; the wall with one that has an
element for each picture. The sides run in turn, so that ratios hold on a busy machine. Milliseconds do not.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from tests.page.browser import launch_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIZES = ((300, 100), (10_000, 3_000), (100_000, 10_000))
RUNS = 3
SPEEDS = {"flying through all of it": (240, 10**9), "at a speed to look": (30, 6_000)}
"""Pixels that each frame scrolls (of 60 in a second if none is late), and how far."""
LATE = 50
"""Milliseconds; the eye sees a frame that takes longer."""
PAGE_FILES = ("index.html", "app.css", "app.js")
KINDS = ("index", "posts", "photos", "pictures")
VIEWPORT: Any = {"width": 1280, "height": 900}
DASHBOARD = Path(__file__).resolve().parent.parent / "dashboard"

# When the view stands and has been drawn, in milliseconds since the page was asked for.
_NOTE_VIEW = """
new MutationObserver((_, observer) => {
    if (document.getElementById("main") === null) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.viewDrawn = performance.now(); }));
}).observe(document, { childList: true, subtree: true });
"""
_READ_TIMES = """() => ({
    paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
    view: window.viewDrawn,
})"""
_SCROLL = """async ([step, limit]) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const end = Math.min(limit, document.documentElement.scrollHeight - window.innerHeight);
    const times = [];
    let most = 0;
    let last = await frame();
    for (let top = 0; top < end; top += step) {
        window.scrollTo(0, top);
        const now = await frame();
        times.push(now - last);
        last = now;
        most = Math.max(most, document.getElementsByTagName("*").length);
    }
    return { times, most };
}"""
# The same pictures in a grid that the browser packs, all of them in the document.
_MAKE_NAIVE = """(ids) => {
    const wall = document.querySelector(".wall");
    const list = document.createElement("ul");
    list.style.cssText = "display:grid;grid-template-columns:repeat(auto-fill,minmax(76px,1fr));" +
        "grid-auto-flow:dense;gap:4px;list-style:none;padding:0";
    ids.forEach((id, place) => {
        const size = place < ids.length / 50 ? 3 : place < ids.length / 8 ? 2 : 1;
        const item = document.createElement("li");
        item.style.cssText = `grid-column:span ${size};grid-row:span ${size};aspect-ratio:1`;
        const link = document.createElement("a");
        link.href = "#/wall";
        const image = document.createElement("img");
        image.loading = "lazy";
        image.decoding = "async";
        image.src = `thumbnails/${id.slice(0, 2)}/${id}.webp`;
        image.style.cssText = "width:100%;height:100%;object-fit:cover";
        link.append(image);
        item.append(link);
        list.append(item);
    });
    wall.replaceWith(list);
}"""
_CHANGE = """async (hash) => {
    const start = performance.now();
    const changed = new Promise((resolve) => window.addEventListener("hashchange", resolve, { once: true }));
    window.location.hash = hash;
    await changed;
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    return performance.now() - start;
}"""
CHANGES = {
    "the wall from the overview": "#/wall",
    "a label": "#/wall?label=Dog",
    "a platform": "#/wall?platform=x",
    "order by colour": "#/wall?order=color",
    "headings": "#/wall?order=label",
}


def main() -> None:
    """Write the samples, and print both comparisons."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="photolake-page-") as temporary, launch_browser() as browser:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else temporary)
        samples = [write_sample(folder, posts, pictures) for posts, pictures in SIZES]
        console.print(compare_opening(browser, samples))
        console.print(compare_walls(browser, samples[-1]))
        console.print(time_changes(browser, samples[-1]))


def write_sample(folder: Path, posts: int, pictures: int) -> Path:
    """A folder as the command writes it, unless it is there."""
    out = folder / f"{posts}-posts"
    if not (out / "index.html").exists():
        arguments = ["--posts", str(posts), "--pictures", str(pictures), "--out", str(out)]
        command = ["../scripts/node", "npm", "run", "--silent", "sample", "--", *arguments]
        subprocess.run(command, cwd=DASHBOARD, check=True)
    return out


def compare_opening(browser: Browser, samples: Iterable[Path]) -> Table:
    """What is read before the first view, and when something is seen."""
    table = Table(
        "posts", "data MB", "page KB", "first paint ms", "view ms", "data alone ms", "view to data alone",
        title="Opening the overview (medians)",
    )  # fmt: skip
    for sample in samples:
        data = [path for kind in KINDS for path in sorted((sample / "data").glob(f"{kind}*.js"))]
        bare = write_bare(sample, data)
        paints, views, floors = [], [], []
        for _ in range(RUNS):
            times = time_opening(browser, sample / "index.html", _NOTE_VIEW, "window.viewDrawn > 0", _READ_TIMES)
            paints.append(times["paint"])
            views.append(times["view"])
            floors.append(time_opening(browser, bare, "", "window.dataRead > 0", "window.dataRead"))
        table.add_row(
            sample.name.removesuffix("-posts"),
            f"{sum(path.stat().st_size for path in data) / 1e6:.1f}",
            f"{sum((sample / name).stat().st_size for name in PAGE_FILES) / 1e3:.0f}",
            *(f"{median(times):.0f}" for times in (paints, views, floors)),
            f"{median(view / floor for view, floor in zip(views, floors, strict=True)):.1f}",
        )
    return table


def write_bare(sample: Path, data: Iterable[Path]) -> Path:
    """A document that runs the data files and does nothing else."""
    scripts = "".join(f'<script src="data/{path.name}"></script>' for path in data)
    bare = sample / "bare.html"
    begin, end = "<script>function photolakeData() {}</script>", "<script>window.dataRead = performance.now()</script>"
    bare.write_text(f"<!doctype html><title>data</title>{begin}{scripts}{end}")
    return bare


def time_opening(browser: Browser, document: Path, script: str, until: str, read: str) -> Any:
    """Open a document in a context of its own, and read the times when it is ready."""
    context = browser.new_context(viewport=VIEWPORT)
    page = context.new_page()
    page.add_init_script(script)
    page.goto(document.as_uri())
    page.wait_for_function(until, timeout=120_000)
    times = page.evaluate(read)
    context.close()
    return times


def compare_walls(browser: Browser, sample: Path) -> Table:
    """Scroll, on the wall and on one that has all pictures in the document."""
    ids = [path.stem for path in sorted((sample / "thumbnails").glob("*/*"))]
    sides: dict[str, Callable[[Page], Any]] = {
        "the wall": lambda page: None,
        "all in the document": lambda page: page.evaluate(_MAKE_NAIVE, ids),
    }
    table = Table(
        "", "scrolled", "elements", "frames", f"over {LATE} ms", "median ms", "95th ms", "CPU ms a frame",
        title=f"Scrolling a wall of {len(ids):,} pictures",
    )  # fmt: skip
    for speed, (step, limit) in SPEEDS.items():
        for name, prepare in sides.items():
            frames, most, seconds = scroll(browser, sample, prepare, (step, limit))
            frames.sort()
            late = sum(frame > LATE for frame in frames) / len(frames)
            table.add_row(
                name,
                speed,
                f"{most:,}",
                f"{len(frames):,}",
                f"{late:.1%}",
                f"{median(frames):.0f}",
                f"{frames[len(frames) * 95 // 100]:.0f}",
                f"{1000 * seconds / len(frames):.0f}",
            )
    return table


def scroll(
    browser: Browser, sample: Path, prepare: Callable[[Page], Any], steps: tuple[int, int]
) -> tuple[list[float], int, float]:
    """Milliseconds of each frame, the most elements there were, and the seconds of CPU of the page's process."""
    context = browser.new_context(viewport=VIEWPORT)
    page = context.new_page()
    page.goto(f"{(sample / 'index.html').as_uri()}#/wall")
    page.locator(".wall li").first.wait_for(timeout=120_000)
    prepare(page)
    page.wait_for_timeout(1000)
    session = context.new_cdp_session(page)
    session.send("Performance.enable")
    before = read_cpu(session)
    found = page.evaluate(_SCROLL, steps)
    seconds = read_cpu(session) - before
    context.close()
    return found["times"], found["most"], seconds


def read_cpu(session: Any) -> float:
    """Seconds: https://chromedevtools.github.io/devtools-protocol/tot/Performance/"""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == "ProcessTime"))


def time_changes(browser: Browser, sample: Path) -> Table:
    """From a click to the frame that shows its result."""
    context = browser.new_context(viewport=VIEWPORT)
    page = context.new_page()
    page.goto((sample / "index.html").as_uri())
    page.locator("#main").wait_for(timeout=120_000)
    table = Table("change", "ms", title="Choosing something else (medians)")
    for name, place in CHANGES.items():
        times = []
        for _ in range(RUNS):
            page.evaluate(_CHANGE, "#/overview")
            if place != "#/wall":
                page.evaluate(_CHANGE, "#/wall")
            times.append(page.evaluate(_CHANGE, place))
        table.add_row(name, f"{median(times):.0f}")
    context.close()
    return table


if __name__ == "__main__":
    main()
