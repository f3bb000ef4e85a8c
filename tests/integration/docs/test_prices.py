"""Prices that documents, help texts and comments of the template state are those of prices.json."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from photolake.images.rekognition_apis import price_per_image
from photolake.price_list import find_usd, read_prices

ROOT = Path(__file__).parents[3]
HOURS = 730
ALWAYS, ALL = ["labels", "moderation"], ["labels", "moderation", "text", "faces", "celebrities"]


def usd(name, units=1):
    """The price of some units, as people write it: `$0.00075`, `$24`, `$0.40`."""
    amount = find_usd(name) * units
    cents = amount.quantize(Decimal("0.01"))
    shown = f"{amount.normalize():f}" if amount != cents else f"{cents:f}".removesuffix(".00")
    return f"${shown}"


def describe_minimum():
    """The price of sentiment and entities of a short post."""
    return f"${3 * (find_usd('comprehend_sentiment') + find_usd('comprehend_entities')):f}".rstrip("0")


STATEMENTS = {
    "README.md": [
        f"A short post costs about {describe_minimum()} to analyse, a photo "
        f"${price_per_image(ALWAYS)} to ${price_per_image(ALL)}, and X charges {usd('x_post')} for each post",
    ],
    "cli/photolake_cli/commands/stream.py": [f"X charges about {usd('x_post')} per post"],
    "docs/cost.md": [
        f"| one Rekognition API on one image | {usd('rekognition_image')} (image properties "
        f"{usd('rekognition_properties')};",
        f"| an image | ${price_per_image(ALWAYS)} to ${price_per_image(ALL)}:",
        f"| sentiment and entities of a short post | {describe_minimum()}: {usd('comprehend_sentiment')} per 100",
        f"| a post from X | {usd('x_post')} (August 2026)",
        f"{usd('alarm_metric')} and {usd('custom_metric')} a metric, {usd('dashboard')}, {usd('secret')}",
        f"Athena charges {usd('athena_terabyte')} per terabyte",
    ],
    "docs/deploy.md": [
        f"at {usd('x_post')} a post at most {usd('x_post', 500 * 24)} a day and {usd('x_post', 100_000)} a month",
    ],
    "docs/sources.md": [f"| {usd('x_post')} a post |"],
    "docs/backfill.md": [f"another Region costs {usd('transfer_region')} a gigabyte"],
    "docs/find-person.md": [
        f"| 10,000 photos, 1 person | {usd('rekognition_faces_of_people', 10_000)}.00 |",
        f"A request costs {usd('rekognition_faces_of_people')} (list price",
        f"a vector for each face, {usd('rekognition_face_vector')} a month",
    ],
    "docs/opensearch.md": [
        f"about {usd('opensearch_node', HOURS).partition('.')[0]} a month in us-east-1 "
        f"({usd('opensearch_node')} an hour)",
        f"(1 OCU at {usd('opensearch_unit')} an hour)",
    ],
    "docs/quicksight.md": [
        f"| an author or the owner | {usd('quicksight_author')} (",
        f"| a reader | {usd('quicksight_reader')} |",
        f"| {usd('quicksight_spice')} per GB |",
        f"| Athena, {usd('athena_terabyte')} per terabyte |",
    ],
    "docs/scale.md": [
        f"for {usd('x_post')} each",
        f"3 billion × {usd('x_post')} |",
        f"2 writes an image × {usd('s3_write', 1000)} for 1,000 |",
        f"150 KB † × {usd('s3_storage')} a GB and month |",
        f"19.8 TB of posts × {usd('firehose_gigabyte')}; 16 TB of Parquet × "
        f"${sum(find_usd(f'firehose_{part}') for part in ('gigabyte', 'conversion', 'partitioning'))} with conversion",
    ],
    "docs/post-files.md": [f"({usd('s3_write', 1000)} for 1,000 of them)"],
    "docs/dashboard.md": [
        f"seven of them, each at least ten megabytes, so ${find_usd('athena_terabyte') * 70 / 10**6}"
    ],
    "template.yaml": [
        f"X charges about {usd('x_post')} per post, so 500 an",
        f"hour cost at most {usd('x_post', 500 * 24)} a day",
        f"100,000 posts cost about {usd('x_post', 100_000)}",
        f"Scanning 100 GB costs about {usd('athena_terabyte', Decimal('0.1'))}",
    ],
}


@pytest.mark.parametrize(
    ("file", "statement"), [(file, each) for file, statements in STATEMENTS.items() for each in statements]
)
def test_a_price_that_is_stated_is_that_of_the_file(file, statement):
    # Lines are broken where they are full, and lines of a comment begin with a sign.
    text = re.sub(r"\s+", " ", re.sub(r"\n\s*# ", "\n", (ROOT / file).read_text()))

    assert statement in text


def test_every_price_has_a_page_of_its_vendor():
    assert all(price.page.startswith("https://") for price in read_prices().values())
