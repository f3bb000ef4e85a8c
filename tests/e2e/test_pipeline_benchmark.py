"""The benchmark of the pipeline, small: the handlers in sandboxes of their own do all the work, and each once."""

import asyncio

from bench.pipeline.check import find_missing_work
from bench.pipeline.measurement import Pipeline
from bench.pipeline.posts import build_posts, list_photos
from bench.pipeline.sandboxes import SandboxPool
from bench.pipeline.stack import METHOD_2019, describe_2019, read_functions, read_glue_tables, read_tables

POSTS = list(build_posts(24))


async def measure():
    """Measure both methods with two sandboxes."""
    functions = read_functions()
    pipeline = Pipeline({**functions, METHOD_2019: describe_2019()}, read_tables(), read_glue_tables())
    urls = {name: await pipeline.services.listen(name) for name in pipeline.functions}
    pool = SandboxPool()
    await pool.start(pipeline.functions, urls, 2)
    try:
        old = await pipeline.measure(pool, POSTS, {METHOD_2019: 2}, 2)
        return old, await pipeline.measure(pool, POSTS, dict.fromkeys(functions, 2), 2)
    finally:
        await pool.stop()
        pipeline.services.stop()


def test_both_methods_work_off_every_post_and_photo():
    old, new = asyncio.run(measure())

    assert (len(old.rows["2019-sentiments"]), len(old.rows["2019-media"])) == (len(POSTS), len(list_photos(POSTS)))
    assert find_missing_work(new, POSTS) == []
    assert new.calls["image_analyzer", "rekognition", "DetectLabels"] == len(set(list_photos(POSTS)))
    assert set(new.peak_mb) == {"tweet_analyzer", "photo_fetcher", "image_analyzer"}
