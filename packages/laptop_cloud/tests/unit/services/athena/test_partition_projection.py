"""Which keys belong to which partition, at a fixed moment."""

import datetime

import pytest

from laptop_cloud.services.athena.catalog import data_types
from laptop_cloud.services.athena.catalog.glue_catalog import ExternalTable
from laptop_cloud.services.athena.errors import QueryError
from laptop_cloud.services.athena.storage.partition_projection import read_layout

NOW = datetime.datetime(2026, 11, 20, 15, tzinfo=datetime.UTC)
TEXT = data_types.from_hive("string")


def table(keys: tuple[str, ...] = ("dt",), location: str = "s3://lake/posts/", **parameters: str) -> ExternalTable:
    projection = {
        "projection.enabled": "true",
        "projection.dt.type": "date",
        "projection.dt.format": "yyyy-MM-dd",
        "projection.dt.range": "2026-01-01,NOW+1DAYS",
        **{name.replace("__", "."): value for name, value in parameters.items()},
    }
    return ExternalTable("lake", "posts", location, "json", {}, dict.fromkeys(keys, TEXT), projection)


@pytest.mark.parametrize(
    ("key", "partition"),
    [
        ("posts/dt=2026-01-01/a.json", ("2026-01-01",)),
        ("posts/dt=2026-11-21/deep/er/a.json", ("2026-11-21",)),
        ("posts/dt=2025-12-31/a.json", None),
        ("posts/dt=2026-11-22/a.json", None),
        ("posts/dt=2026-1-1/a.json", None),
        ("posts/dt=unknown/a.json", None),
        ("posts/a.json", None),
    ],
)
def test_a_date_outside_the_projected_range_is_not_in_the_table(key, partition):
    assert read_layout(table(), NOW).partition_of(key) == partition


def test_a_location_template_says_where_partitions_lie():
    place = read_layout(table(storage__location__template="s3://other/raw/${dt}/x/"), NOW)

    assert (place.bucket, place.prefix) == ("other", "raw/")
    assert place.partition_of("raw/2026-02-03/x/a.json") == ("2026-02-03",)
    assert place.partition_of("raw/2026-02-03/y/a.json") is None


def test_several_keys_come_in_their_order():
    several = table(
        ("kind", "dt"),
        projection__kind__type="enum",
        projection__kind__values="a,b",
        projection__dt__range="2026-01-01,NOW",
    )
    place = read_layout(several, NOW)

    assert place.partition_of("posts/kind=b/dt=2026-02-03/x") == ("b", "2026-02-03")
    assert place.partition_of("posts/kind=c/dt=2026-02-03/x") is None


def test_an_integer_key_has_its_digits():
    hours = table(("hh",), projection__hh__type="integer", projection__hh__range="0,23", projection__hh__digits="2")
    place = read_layout(hours, NOW)

    assert [place.partition_of(f"posts/hh={hour}/x") for hour in ("07", "7", "24")] == [("07",), None, None]


def test_a_table_without_partition_keys_is_one_partition():
    assert (
        read_layout(ExternalTable("lake", "deletions", "s3://lake/deletions", "json", {}), NOW).partition_of(
            "deletions/a"
        )
        == ()
    )


@pytest.mark.parametrize(
    "changed", [{"projection__enabled": "false"}, {"projection__dt__type": "injected"}, {"projection__dt__format": "D"}]
)
def test_what_cannot_be_projected_here_is_refused(changed):
    with pytest.raises(QueryError, match="is not available locally"):
        read_layout(table(**changed), NOW)
