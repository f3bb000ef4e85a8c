"""What Athena refuses: code, place and name, for what DuckDB or the parser would have taken."""

import pytest

from laptop_cloud.services.athena.catalog import data_types
from laptop_cloud.services.athena.errors import QueryError
from laptop_cloud.services.athena.sql.compiler import compile_query, parse_query, resolve_tables
from laptop_cloud_testing.memory_lake import COLUMNS

TYPES = {name: data_types.from_hive(kind) for name, kind in COLUMNS.items()}
UNRESOLVED = "cannot be resolved or requester is not authorized to access requested resources"


def compiled(sql: str, for_view: bool) -> None:
    query = parse_query(sql)
    compile_query(query, dict.fromkeys(resolve_tables(query, "lake"), TYPES), for_view)


def refusal(sql: str, for_view: bool = False) -> str:
    with pytest.raises(QueryError) as error:
        compiled(sql, for_view)
    return error.value.reason


REFUSED = [
    # Names.
    ("select nope from posts", f"COLUMN_NOT_FOUND: line 1:8: Column 'nope' {UNRESOLVED}"),
    ("select id,\n  p.nope\nfrom posts p", f"COLUMN_NOT_FOUND: line 2:3: Column 'p.nope' {UNRESOLVED}"),
    ("select id as k from posts where k = 1", f"COLUMN_NOT_FOUND: line 1:33: Column 'k' {UNRESOLVED}"),
    ("select dt as k from posts group by k", f"COLUMN_NOT_FOUND: line 1:36: Column 'k' {UNRESOLVED}"),
    ("select id as k, k + 1 from posts", f"COLUMN_NOT_FOUND: line 1:17: Column 'k' {UNRESOLVED}"),
    (
        "select dt, max(id) as m from posts group by dt having m > 1",
        f"COLUMN_NOT_FOUND: line 1:55: Column 'm' {UNRESOLVED}",
    ),
    ("select id from posts order by nope", f"COLUMN_NOT_FOUND: line 1:31: Column 'nope' {UNRESOLVED}"),
    ("select id from other.lake.posts", "CATALOG_NOT_FOUND: line 1:16: Catalog 'other' not found"),
    # Functions.
    ("select list_contains(array[1], 1)", "FUNCTION_NOT_FOUND: line 1:8: Function 'list_contains' not registered"),
    ("select ifnull(id, 1) from posts", "FUNCTION_NOT_FOUND: line 1:8: Function 'ifnull' not registered"),
    ("select string_agg(text) from posts", "FUNCTION_NOT_FOUND: line 1:8: Function 'string_agg' not registered"),
    ("select zip(array[1], array[2])", "NOT_SUPPORTED: line 1:8: Function 'zip' is not available locally"),
    # Syntax.
    ("select id, from posts", "SYNTAX_ERROR: line 1:10: mismatched input 'from'"),
    ("select coalesce(id, 1,) from posts", "SYNTAX_ERROR: line 1:22: mismatched input ')'"),
    ("select id::varchar from posts", "SYNTAX_ERROR: line 1:10: mismatched input '::'"),
    ("select [1, 2]", "SYNTAX_ERROR: line 1:8: mismatched input '['"),
    ("select {'a': 1}", "SYNTAX_ERROR: line 1:8: mismatched input '{'"),
    ("select id from posts limit 1 offset 1", "SYNTAX_ERROR: line 1:30: mismatched input 'offset'"),
    ("select interval 1 day", "SYNTAX_ERROR: line 1:8: mismatched input 'interval'"),
    ("select cast(id as string) from posts", "SYNTAX_ERROR: line 1:19: mismatched input 'string'"),
    ("select id from posts where id == 1", "SYNTAX_ERROR: line 1:31: mismatched input '=='"),
    (
        "select left from (select 1 as \"left\")",
        "SYNTAX_ERROR: line 1:8: mismatched input 'left': a reserved word must be in double quotes",
    ),
    (
        "select id as first from posts",
        "SYNTAX_ERROR: line 1:14: mismatched input 'first': a reserved word must be in double quotes",
    ),
    # Types.
    ("select id from posts where id = '1'", "TYPE_MISMATCH: line 1:28: Cannot apply operator: bigint = varchar"),
    ("select id from posts where dt > current_date", "TYPE_MISMATCH: line 1:28: Cannot apply operator: varchar > date"),
    ("select id from posts where dt in ('a', 1)", "TYPE_MISMATCH: line 1:28: Cannot apply operator: varchar in bigint"),
    (
        "select a.id from posts a join posts b on a.id = b.dt",
        "TYPE_MISMATCH: line 1:42: Cannot apply operator: bigint = varchar",
    ),
    ("select text || id from posts", "TYPE_MISMATCH: line 1:8: Cannot apply operator: varchar || bigint"),
    ("select length(id) from posts", "TYPE_MISMATCH: line 1:8: Unexpected parameters (bigint) for function length"),
    ("select md5(text) from posts", "TYPE_MISMATCH: line 1:8: Unexpected parameters (varchar) for function md5"),
    ("select id from posts where id", "TYPE_MISMATCH: line 1:28: A condition must be a boolean: actual type bigint"),
    # DISTINCT.
    (
        "select distinct id from posts order by text",
        "EXPRESSION_NOT_IN_DISTINCT: line 1:40: For SELECT DISTINCT, ORDER BY expressions must appear in select list",
    ),
    # UNNEST.
    (
        "select url from posts cross join unnest(entities.urls) as t(url, indices)",
        "NOT_SUPPORTED: line 1:41: UNNEST of an array of rows as several columns is not available locally",
    ),
    (
        "select a from posts cross join unnest(entities.urls, entities.urls) as t(a, b)",
        "NOT_SUPPORTED: line 1:39: UNNEST of several arrays is not available locally",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "reason"), REFUSED)
def test_athena_refuses(sql, reason):
    assert refusal(sql) == reason


REFUSED_SOMEHOW = [
    "select * exclude (id) from posts",
    "select * replace (1 as id) from posts",
    "select id from posts qualify row_number() over () = 1",
    "select distinct on (dt) id from posts",
    "select id from posts where text ilike 'h%'",
    "select id from posts group by all",
    "from posts",
    "select",
    "select id from posts; select 1",
    "delete from posts",
    "select * from read_csv('/etc/passwd')",
    "select id from posts tablesample bernoulli (10)",
    "select a.id from posts a semi join posts b on a.id = b.id",
    "select id from posts natural join posts b",
    "select 'a' as x union all select 1",
    "select id from posts a join posts b on a.id = b.id",
    "select id from posts where text ~ 'a'",
    "select id, from (select id from posts)",
    "select id from posts using sample 3",
    "select `id` from posts",
    "select id from posts where",
    "pivot posts on dt using count(*)",
]


@pytest.mark.parametrize("sql", REFUSED_SOMEHOW)
def test_other_dialects_are_refused(sql):
    assert refusal(sql)


REFUSED_IN_VIEWS = [
    ("select id + 1 from posts", "MISSING_COLUMN_NAME: line 1:8: Column name not specified at position 1"),
    ("select id, dt as id from posts", "DUPLICATE_COLUMN_NAME: line 1:12: Column name 'id' specified more than once"),
    (
        'select id as "my id" from posts',
        "SYNTAX_ERROR: line 1:8: A view's column name 'my id' may hold only letters, digits and _",
    ),
    (
        "select x.url from posts cross join unnest(entities.urls) as t(x)",
        "NOT_SUPPORTED: line 1:43: a view cannot be created over UNNEST of an array of rows",
    ),
    (
        "select u.x from posts cross join unnest(transform(entities.urls, e -> e)) as u(x)",
        "NOT_SUPPORTED: line 1:41: a view cannot be created over UNNEST of an array of rows",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "reason"), REFUSED_IN_VIEWS)
def test_athena_refuses_to_make_a_view_of(sql, reason):
    assert refusal(sql, for_view=True) == reason


ACCEPTED = [
    "select distinct dt, lower(text) as t from posts order by dt, lower(text), t",
    "select nullif(text, '') as t from posts",
    "select user from posts",
    "select p.user.screen_name from posts p",
    "select \"user\".\"id\", \"left\" from (select \"user\", 1 as \"left\" from posts)",
    "select id from posts where dt = '2026-01-01' -- the last line is a comment",
    "select array[id, 2][1], array[array[1]][1][1] from posts",
    "with a as (select id from posts), b as (select id from a) select * from b limit 5",
    "select * from posts a left join posts b on a.id = b.id and a.dt = b.dt",
    "select x from unnest(array[1]) as t(x)",
    "select x, n from unnest(array['a']) with ordinality as t (x, n)",
    "select case when id = 1 then 'a' else 'b' end, if(id > 1, 1), coalesce(text, 'x') from posts",
    "select count(*) filter (where kept), count(distinct dt) from posts",
    "select rank() over (partition by dt order by id desc nulls first) from posts",
    "select extract(year from now()), current_date, localtimestamp, interval '1' day",
    "(select id from posts) union (select id from posts) order by 1",
    "select dt, count(*) from posts group by rollup (dt)",
    "select * from (values (1, 'a'), (2, null)) as t (x, y)",
    "select id from posts where id in (select id from posts) and not exists (select 1 from posts b where b.id = -1)",
    "select id is null, id is not null, kept and not kept, text like 'a%' escape '!', id between 1 and 2 from posts",
    "select id from (select id, dt from posts limit 3) offset 1",
]  # fmt: skip


@pytest.mark.parametrize("sql", ACCEPTED)
def test_what_athena_takes_runs_here(answer, sql):
    assert answer(sql)
