"""Columns and struct fields that were added later: null in old Parquet files, values in new ones, on both engines."""

import dataclasses
from itertools import islice

import pytest
from trino.exceptions import TrinoQueryError

from tests.conformance import lakes
from tests.conformance.comparison import differences

# Added: a column of posts, a field of a post's author, and one of each label of an image.
DIRECTLY = {
    "posts": 'select id, mood, "user"."pronouns" as pronouns from {landing}.posts order by id',
    "analyses": (
        'select image_id, transform(image_labels.labels, label -> label."salience") as saliences '
        "from {landing}.analyses order by image_id"
    ),
}
THROUGH_VIEWS = {
    "tweets": 'select id, mood, "user"."pronouns" as pronouns from tweets order by id',
    "image_analyses": (
        'select image_id, transform(image_labels.labels, label -> label."salience") as saliences '
        "from image_analyses order by image_id"
    ),
}
SALIENCE = 0.25


@pytest.fixture(scope="module")
def posts(rows):
    """Two posts from before the change, two from after it."""
    before, after = halves(row for row in rows.posts if row["user"])
    return before, [{**row, "mood": "calm", "user": {**row["user"], "pronouns": "they"}} for row in after]


@pytest.fixture(scope="module")
def analyses(rows):
    """Two images from before the change, two from after it."""
    before, after = halves(row for row in rows.analyses if (row["image_labels"] or {}).get("labels"))
    return before, [{**row, "image_labels": with_salience(row["image_labels"])} for row in after]


@pytest.fixture(scope="module")
def lake(services, earliest, posts, analyses):
    """A lake whose template changed between two deliveries; its views are those from before."""
    created = lakes.create_lake(services, "evolving", earliest.isoformat())
    created.deliver("posts", posts[0])
    created.deliver("analyses", analyses[0])
    created.create_views()
    user, labels = created.column_type("posts", "user"), created.column_type("analyses", "image_labels")
    created.change_columns("posts", {"mood": "string", "user": user.removesuffix(">") + ",pronouns:string>"})
    created.change_columns(
        "analyses", {"image_labels": labels.replace("labels:array<struct<", "labels:array<struct<salience:double,", 1)}
    )
    created.deliver("posts", posts[1])
    created.deliver("analyses", analyses[1])
    return created


@pytest.fixture(scope="module")
def expected(posts, analyses):
    """What the added columns and fields hold, in the order of the keys."""
    old, new = posts
    moods = [(row["id"], None, None) for row in old] + [(row["id"], "calm", "they") for row in new]
    added = [(None, row) for row in analyses[0]] + [(SALIENCE, row) for row in analyses[1]]
    saliences = [(row["image_id"], [salience for _ in row["image_labels"]["labels"]]) for salience, row in added]
    return {"posts": sorted(moods), "analyses": sorted(saliences)}


def halves(found):
    """The first two with different keys, and the next two."""
    distinct = {row.get("id") or row["image_id"]: row for row in islice(found, 40)}
    first = list(distinct.values())
    return first[:2], first[2:4]


def with_salience(image_labels):
    return {**image_labels, "labels": [{**label, "salience": SALIENCE} for label in image_labels["labels"]]}


@pytest.mark.parametrize("table", DIRECTLY)
def test_what_was_added_is_null_in_old_files_and_there_in_new_ones(table, lake, trino, expected):
    sql = DIRECTLY[table].format(landing=lake.landing)
    found = trino.query(sql, lake.database)
    assert [tuple(row) for row in found.rows] == expected[table]
    assert differences(found, lake.query(sql), ordered=True) == []


def test_a_view_over_a_changed_struct_is_stale_until_it_is_made_again(lake, trino):
    sql = "select id from tweets"
    with pytest.raises(TrinoQueryError, match="is stale or in invalid state") as refused:
        trino.query(sql, lake.database)
    assert refused.value.error_name == "VIEW_IS_STALE"
    assert "VIEW_IS_STALE: View 'awsdatacatalog.evolving.tweets' is stale" in lake.failure(sql)


@pytest.mark.parametrize(("table", "view"), [("posts", "tweets"), ("analyses", "image_analyses")])
def test_a_view_made_again_shows_it(table, view, lake, trino, expected):
    [statement] = [one for one in lake.statements("views") if one.name == view]
    text = statement.text.replace("    p.processed_at,", "    p.processed_at,\n    p.mood,")
    lake.workgroup.run(dataclasses.replace(statement, text=text))
    found = trino.query(THROUGH_VIEWS[view], lake.database)
    assert [tuple(row) for row in found.rows] == expected[table]
    assert differences(found, lake.query(THROUGH_VIEWS[view]), ordered=True) == []
