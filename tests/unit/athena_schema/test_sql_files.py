"""SQL files: order, placeholders, places of errors."""

import pytest

from photolake.athena_schema.sql_files import Parameter, group_by_dependency, read_statements
from photolake.errors import PermanentError


@pytest.fixture
def folder(tmp_path):
    def write(**files):
        views = tmp_path / "views"
        views.mkdir(exist_ok=True)
        for name, text in files.items():
            (views / f"{name}.sql").write_text(text)
        return views

    return write


def test_views_come_after_the_views_they_read(folder):
    views = folder(
        a="-- a\ncreate or replace view a as select * from b inner join c on b.id = c.id",
        b="-- b reads from a? no\ncreate or replace view b as with a as (select 1) select * from c",
        c="-- c\ncreate or replace view c as select * from ${landing}.posts",
    )

    # In b, `a` is only a comment's word and a common table expression that nothing selects from.
    assert [[view.name for view in group] for group in group_by_dependency(read_statements(views, "lake"))] == [
        ["c"],
        ["b"],
        ["a"],
    ]


def test_views_that_do_not_read_each_other_are_in_one_group(folder):
    views = folder(
        a="create view a as select * from c",
        b="create view b as select * from a inner join d on a.id = d.id",
        c="create view c as select 1",
        d="create view d as select * from c",
        e="create view e as select * from ${landing}.posts",
    )

    groups = group_by_dependency(read_statements(views, "lake"))

    assert [[view.name for view in group] for group in groups] == [["c", "e"], ["a", "d"], ["b"]]


def test_views_that_read_each_other_are_named(folder):
    views = folder(a="create view a as select * from b", b="create view b as select * from a")

    with pytest.raises(PermanentError, match="these views read each other: "):
        group_by_dependency(read_statements(views, "lake"))


def test_the_landing_database_is_filled_in_and_the_header_left_out(folder):
    (view,) = read_statements(
        folder(a="-- What?\n-- One row per a.\ncreate view a as\nselect * from ${landing}.x;\n"), "lake"
    )

    assert view.description == "What?"
    assert view.body == "create view a as\nselect * from lake.x"


def test_the_header_of_a_view_names_its_key(folder):
    with_key, without = read_statements(
        folder(a="-- What?\n-- Key: tweetid, mediaid\ncreate view a as\nselect 1", b="-- What?\nselect 1"), "lake"
    )

    assert (with_key.key, without.key) == (["tweetid", "mediaid"], [])


def test_another_placeholder_is_refused_with_the_file(folder):
    with pytest.raises(PermanentError, match=r"athena/views/a\.sql: \$\{other\} is unknown"):
        read_statements(folder(a="select * from ${other}.x"), "lake")


def test_an_engine_message_gets_the_file_and_its_own_line(folder):
    (view,) = read_statements(folder(a="-- one\n-- two\ncreate view a as\nselect x from y"), "lake")

    assert view.locate("SYNTAX_ERROR: line 2:8: Column 'x' cannot be resolved") == (
        "athena/views/a.sql:4:8: SYNTAX_ERROR: line 4:8: Column 'x' cannot be resolved"
    )
    assert view.locate("TABLE_NOT_FOUND") == "athena/views/a.sql: TABLE_NOT_FOUND"


def test_the_header_of_a_saved_query_names_its_parameters(folder):
    header = "-- Who?\n-- Parameter 1: since (varchar), the first day\n-- Parameter 2: match (double), in percent\n"
    queries = folder(q=header + "select ?, ?")

    (query,) = read_statements(queries, "lake")

    assert query.parameters == [
        Parameter("since", "varchar", "the first day"),
        Parameter("match", "double", "in percent"),
    ]


@pytest.mark.parametrize(
    ("type_", "text", "literal"),
    [
        ("varchar", "it's; drop", "'it''s; drop'"),
        ("varchar", "", "''"),
        ("bigint", "-12", "-12"),
        ("bigint", "2030470306329526431", "2030470306329526431"),
        ("double", "75", "75"),
        ("double", "0.5", "0.5"),
    ],
)
def test_a_parameter_becomes_an_sql_literal(type_, text, literal):
    assert Parameter("p", type_, "").literal(text) == literal


@pytest.mark.parametrize(
    ("type_", "text"),
    [("bigint", "1 or 1"), ("bigint", "1.5"), ("bigint", "9" * 19), ("double", "nan"), ("double", "")],
)
def test_what_is_not_a_number_is_refused_by_the_parameters_name(type_, text):
    with pytest.raises(PermanentError, match="match is a"):
        Parameter("match", type_, "").literal(text)


def test_a_folder_without_sql_files_is_an_error(tmp_path):
    with pytest.raises(PermanentError, match="no SQL files"):
        read_statements(tmp_path, "lake")
