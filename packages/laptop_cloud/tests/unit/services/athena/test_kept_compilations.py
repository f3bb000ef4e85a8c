"""What the compiler said of statements, for later starts."""

import os
from pathlib import Path
from typing import Any

import pytest

from laptop_cloud.services.athena.catalog import data_types
from laptop_cloud.services.athena.catalog.glue_catalog import ExternalTable
from laptop_cloud.services.athena.errors import QueryError
from laptop_cloud.services.athena.execution import kept_compilations, planner
from laptop_cloud.services.athena.execution.kept_compilations import KeptCompilations
from laptop_cloud.services.athena.execution.planner import Planner

SQL = "select id, upper(text) as loud from posts"


class OneTable:
    """A catalog with the table `posts`, whose `id` has the type given."""

    def __init__(self, kind: str = "bigint") -> None:
        self._columns = {name: data_types.from_hive(each) for name, each in (("id", kind), ("text", "string"))}

    def refresh(self) -> None:
        pass

    def find_known(self, database: str, name: str) -> ExternalTable | None:
        return ExternalTable(database, name, "s3://lake/posts/", "json", self._columns) if name == "posts" else None

    def has_database(self, database: str) -> bool:
        return True


def plan(folder: Path, sql: str = SQL, kind: str = "bigint") -> Any:
    catalog: Any = OneTable(kind)
    return Planner(catalog, KeptCompilations(folder)).plan(sql, "lake")


def refuse(*_: Any) -> Any:
    raise AssertionError("compiled again")


def test_a_kept_statement_has_the_plan_that_was_made_and_is_not_parsed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    made = plan(tmp_path)
    monkeypatch.setattr(planner, "parse_query", refuse)

    assert plan(tmp_path) == made


def test_a_table_that_changed_or_another_compiler_compiles_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    plan(tmp_path)
    monkeypatch.setattr(planner, "compile_query", refuse)

    with pytest.raises(AssertionError):
        plan(tmp_path, kind="string")
    monkeypatch.setattr(kept_compilations, "_digest_compiler", lambda: "another")
    with pytest.raises(AssertionError):
        plan(tmp_path)


def test_a_file_that_was_cut_off_is_made_again(tmp_path: Path):
    made = plan(tmp_path)
    for file in tmp_path.iterdir():
        file.write_text('{"sql": "sel')

    assert plan(tmp_path) == made == plan(tmp_path)


def test_a_wrong_statement_is_refused_every_time(tmp_path: Path):
    for _ in range(2):
        with pytest.raises(QueryError, match="nobody"):
            plan(tmp_path, "select nobody from posts")


def test_of_too_many_files_the_older_half_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kept_compilations, "MOST_KEPT", 3)
    for number in range(4):
        KeptCompilations(tmp_path).put(number, "answer", number)
        for file in tmp_path.iterdir():
            os.utime(file, (file.stat().st_atime, file.stat().st_mtime - 10))

    kept = KeptCompilations(tmp_path)

    assert [kept.get("answer", number) for number in range(4)] == [None, None, 2, 3]
