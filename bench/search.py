"""How long a search takes, how many requests and read units it costs, and how that grows with the images: `make bench`.

On Amazon's DynamoDB Local, which is slower than the service: what counts are the ratios to 1,000 images. The lists that
the searches read have their full length; lists that none of them reads are left out. Images lie a hundred a day.
"""

import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any

import boto3
from botocore.config import Config

from bench.dynamodb_local import run_dynamodb
from photolake.aws.dynamodb import write_items
from photolake.pricing import DYNAMODB_READ_USD, DYNAMODB_WRITE_USD
from photolake.search.index import SearchIndex
from photolake.search.request import SearchRequest
from photolake.search.searcher import ImageSearch
from tests.builders.search_rows import analysis, image_id, line, photo, post, seen_label

SIZES = (1_000, 10_000, 100_000)
RUNS = 30
NEWEST = date(2026, 11, 20)
PER_DAY = 100
SHARES = {
    "label#person": 0.5,
    "label#car": 0.1,
    "text#ndv": 0.001,
    "prefix#nd": 0.002,
    "seen#sale": 0.05,
    "said#sale": 0.05,
}
# Two lists without a common image, of a tenth of the images each: the worst case, as nothing is ever found.
DISJOINT = ("label#even", "label#odd")
SEARCHES: dict[str, dict[str, Any]] = {
    "all images": {},
    "one common label": {"label": ["person"]},
    "one rare word": {"text": ["ndv"]},
    "two labels": {"label": ["person", "car"]},
    "label and rare word": {"label": ["person"], "text": ["ndv"]},
    "label, label and prefix": {"label": ["person", "car"], "text": ["nd*"]},
    "label and a word anywhere": {"label": ["person"], "q": ["sale"]},
    "two labels never together": {"label": ["even", "odd"]},
    "one label, by relevance": {"label": ["person"], "sort": "relevance"},
    "two labels, by relevance": {"label": ["person", "car"], "sort": "relevance"},
}


@dataclass(frozen=True)
class Table:
    """The index on the server, and what its calls consume."""

    resource: Any
    consumed: Counter[str]

    @classmethod
    def create(cls, endpoint: str, name: str) -> "Table":
        """Create the index under a name."""
        session = boto3.Session("bench", "bench", region_name="us-east-1")
        dynamodb = session.resource("dynamodb", endpoint_url=endpoint, config=Config(max_pool_connections=16))
        table = dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": part, "AttributeType": "S"} for part in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
        consumed: Counter[str] = Counter()

        def ask(params: dict[str, Any], **_: Any) -> None:
            params["ReturnConsumedCapacity"] = "TOTAL"

        def count(parsed: dict[str, Any], model: Any, **_: Any) -> None:
            consumed["requests"] += 1
            found = parsed.get("ConsumedCapacity", [])
            kind = "units" if model.name in ("Query", "BatchGetItem", "GetItem") else "write units"
            for each in found if isinstance(found, list) else [found]:
                consumed[kind] += each["CapacityUnits"]

        for operation in ("Query", "BatchGetItem", "GetItem", "PutItem", "UpdateItem", "BatchWriteItem"):
            table.meta.client.meta.events.register(f"provide-client-params.dynamodb.{operation}", ask)
            table.meta.client.meta.events.register(f"after-call.dynamodb.{operation}", count)
        return cls(table, consumed)

    def fill(self, images: int) -> None:
        """Write the lists that the searches read, and what is shown of the images."""
        with ThreadPoolExecutor(4) as pool:
            items = _iterate_items(images)
            while group := list(islice(items, 10_000)):
                chunks = [group[start : start + 500] for start in range(0, len(group), 500)]
                list(pool.map(lambda chunk: write_items(self.resource, chunk, time.sleep), chunks))


def _iterate_items(images: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(1)
    for number in range(images):
        place = f"{NEWEST - timedelta(days=number // PER_DAY)}#{image_id(number)}"
        terms = ["any#", *(term for term, share in SHARES.items() if chance.random() < share)]
        if number % 10 < len(DISJOINT):
            terms.append(DISJOINT[number % 10])
        for term in terms:
            yield {"pk": term, "sk": place, "confidence": 50 + number % 50}
        shown = {"date": place[:10], "s3_key": "images/a.jpg", "width": 640, "height": 480, "labels": ["Person", "Car"]}
        yield {"pk": f"image#{image_id(number)}", "sk": "image", **shown}


def measure(table: Table, search: Callable[[], Any]) -> tuple[float, float, float, float]:
    """The median and the 95th percentile in milliseconds; requests and read units of one search."""
    search()
    table.consumed.clear()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        search()
        times.append(1000 * (time.perf_counter() - start))
    percentiles = statistics.quantiles(times, n=20)
    return percentiles[9], percentiles[18], table.consumed["requests"] / RUNS, table.consumed["units"] / RUNS


def walk(search: ImageSearch, pages: int) -> str | None:
    """The position after some pages of all images."""
    after: str | None = None
    for _ in range(pages):
        after = search.search(SearchRequest(limit=20, next=after)).next
    return after


def compare_searches(endpoint: str, sizes: tuple[int, ...]) -> None:
    """Print a line for each search and size, with the ratio to the smallest size."""
    print(
        f"{'search':28}{'images':>9}{'p50 ms':>9}{'p95 ms':>9}{'requests':>10}{'units':>8}{'ratio p50':>11}{'p95':>7}"
    )
    first: dict[str, tuple[float, float]] = {}
    for size in sizes:
        table = Table.create(endpoint, f"search-{size}")
        table.fill(size)
        search = ImageSearch(table.resource, lambda key: key)
        requests = {name: SearchRequest(**filters) for name, filters in SEARCHES.items()}
        requests["the 41st page"] = SearchRequest(next=walk(search, 40))
        for name, request in requests.items():
            p50, p95, calls, units = measure(table, partial(search.search, request))
            base = first.setdefault(name, (p50, p95))
            ratios = f"{p50 / base[0]:>10.1f}x{p95 / base[1]:>6.1f}x"
            print(f"{name:28}{size:>9,}{p50:>9.1f}{p95:>9.1f}{calls:>10.1f}{units:>8.1f}{ratios}")


def price_writes(endpoint: str) -> None:
    """Print what indexing costs for 1,000 images, and for 1,000 photos of posts."""
    table = Table.create(endpoint, "writes")
    index = SearchIndex(table.resource, 1500)
    labels = [
        seen_label(f"Thing {number}", 90.0, [f"Kind {number % 4}", "Object"], [f"Item {number}"])
        for number in range(15)
    ]
    lines = [line(text) for text in ("SUMMER SALE", "FIFTY PERCENT OFF", "only until Saturday", "www example com")]
    words = "Look what we found at the harbour this morning, a whole street full of second hand bicycles and lamps"
    others = "Three friends walked along an old canal last night while rain kept falling over every roof and garden"
    kinds: dict[str, Callable[[], Any]] = {
        "image of 15 labels and 11 words": lambda: index.put(analysis(1, labels, lines)),
        "image of 15 labels": lambda: index.put(analysis(2, labels)),
        "photo of a post of 20 words": lambda: index.put_photo(photo(1), post(words, ("Ada Lovelace", 0.9))),
        "again, in a post of the same words": lambda: index.put_photo(
            photo(post_id=8, status="duplicate"), post(words, ("Ada Lovelace", 0.9), post_id=8)
        ),
        "again, in a post of 20 other words": lambda: index.put_photo(
            photo(post_id=9, status="duplicate"), post(others, ("Grace Hopper", 0.9), post_id=9)
        ),
    }
    for name, write in kinds.items():
        table.consumed.clear()
        write()
        reads, writes, requests = (table.consumed[kind] for kind in ("units", "write units", "requests"))
        usd = 1000 * float(DYNAMODB_WRITE_USD * Decimal(writes) + DYNAMODB_READ_USD * Decimal(reads))
        print(f"{name:36}{requests:>5} requests{reads:>6.1f} read{writes:>6.0f} write units   ${usd:.4f} per 1,000")
    print(f"a search of 10 read units costs ${10 * float(DYNAMODB_READ_USD) * 1e6:.2f} per million")


def main() -> None:
    """Print both tables; arguments are the sizes."""
    sizes = tuple(int(size) for size in sys.argv[1:]) or SIZES
    with run_dynamodb() as endpoint:
        price_writes(endpoint)
        compare_searches(endpoint, sizes)


if __name__ == "__main__":
    main()
