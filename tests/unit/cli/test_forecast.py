"""What an analysis will cost, from all posts or from the first ones."""

import gzip
import json
import random
from decimal import Decimal
from typing import Any

import pytest

from photolake.errors import RowError
from photolake.posts.packed_entities import count_packed_units
from photolake_cli.collect.distinct import DistinctCounter
from photolake_cli.collect.files import find_files
from photolake_cli.collect.forecast import Forecast, sample_posts
from photolake_cli.collect.journal import Checkpoint

FIRST = 2030000000000000001
S3: Any = None


def refuse_numbers(post, size):
    if post["text"].isdigit():
        raise RowError("a number")


def file_of(path, *texts, pack=bytes):
    posts = ({"id": str(FIRST + number), "text": text, "lang": "en"} for number, text in enumerate(texts))
    path.write_bytes(pack("".join(json.dumps(post) + "\n" for post in posts).encode()))
    (file,) = find_files(str(path), S3)
    return file, Checkpoint()


def test_each_text_costs_once_in_units_of_100_characters_and_at_least_three(tmp_path):
    file = file_of(tmp_path / "posts", "a", "a", "b" * 300, "c" * 301, " ", "5")

    forecast = sample_posts([file], refuse_numbers).forecast(["labels", "properties"], Decimal("0.5"))

    units = 3 + 3 + 4
    assert forecast == Forecast(5, units, 0, 2, units * Decimal("0.0001"), Decimal(0), is_whole=True)


def test_packed_entities_are_billed_by_their_characters(tmp_path):
    texts = [f"{number:04d} {'x' * 95}" for number in range(500)]
    long = ["y" * 301]
    sample = sample_posts([file_of(tmp_path / "posts", *texts, *texts, *long)], refuse_numbers)

    alone = sample.forecast([], Decimal(1))
    packed = sample.forecast([], Decimal(1), packs_entities=True)

    entity_units = (packed.text_usd - alone.text_usd / 2) / Decimal("0.0001")
    assert alone.text_usd == 2 * (500 * 3 + 4) * Decimal("0.0001")
    assert 0 <= entity_units / count_packed_units([*texts, *long]) - 1 < 0.1


def test_packing_never_makes_entities_dearer_or_free(tmp_path):
    few = sample_posts([file_of(tmp_path / "posts", "a", "b" * 299)], refuse_numbers)
    none = sample_posts([file_of(tmp_path / "none")], refuse_numbers)

    assert few.forecast([], Decimal(1), packs_entities=True).text_usd == (6 + 3) * Decimal("0.0001")
    assert none.forecast([], Decimal(1), packs_entities=True).text_usd == 0


def test_a_text_costs_no_more_than_is_sent_of_it(tmp_path):
    file = file_of(tmp_path / "posts", "d" * 9000)

    assert sample_posts([file], refuse_numbers).volume.texts.amount == 50


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_from_the_first_posts_of_large_files_follows_how_many_there_are(tmp_path, pack):
    draw = random.Random(1)
    texts = [f"{draw.randbytes(60).hex()}x" for _ in range(12_000)]
    files = [file_of(tmp_path / name, *texts, pack=pack) for name in ("one", "two")]

    guess = sample_posts(files, refuse_numbers, 3_000)

    forecast = guess.forecast(["labels"], Decimal(1))
    assert guess.volume.posts == 3_000
    assert not forecast.is_whole
    assert abs(forecast.posts - 24_000) < 2_400


def test_what_was_delivered_is_not_counted(tmp_path):
    file, start = file_of(tmp_path / "posts", *(f"text {number}" for number in range(10)))

    assert (
        sample_posts([(file, Checkpoint(start.place._replace(line=7, entry=1), 7))], refuse_numbers).volume.posts == 3
    )


def test_different_keys_count_once_each():
    seen, more = DistinctCounter(), DistinctCounter()
    assert (seen.count, seen.amount) == (0, 0)
    for key, amount in (("a", 2), ("b", 3), ("a", 2), (-5, 1), (2**63 - 1, 1)):
        seen.add(key, amount)
    more.add("b", 3)
    more.add("c", 4)
    seen.update(more)

    assert (seen.count, seen.amount) == (5, 11)
