"""What Trino means, where DuckDB by itself would answer something else or nothing."""

import datetime
import math
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laptop_cloud.services.athena.errors import QueryError
from laptop_cloud.services.athena.sql.call_builders import BUILDERS
from laptop_cloud.services.athena.sql.functions import FUNCTIONS

INTEGERS = st.integers(-(2**31), 2**31 - 1)

# Each expression with its value as Athena writes it; the Trino documentation or plain arithmetic says why.
VALUES = [
    # Arithmetic: integers divide to integers, towards zero.
    ("7 / 2", "3"),
    ("-7 / 2", "-3"),
    ("7e0 / 2", "3.5"),
    ("7 % 3", "1"),
    ("mod(-7, 3)", "-1"),
    ("cast(7 as double) / 2", "3.5"),
    ("1e0 / 0", "Infinity"),
    ("1e7", "1.0E7"),
    ("round(2.5e0)", "3.0"),
    ("floor(2.5e0)", "2.0"),
    ("ceil(3)", "3"),
    ("greatest(1, 3, 2)", "3"),
    ("greatest(1, null)", None),
    ("least(2, 1)", "1"),
    ("bitwise_and(6, 3)", "2"),
    ("bit_count(bitwise_xor(6, 3), 64)", "2"),
    ("from_big_endian_64(from_hex('00000000000001ff'))", "511"),
    ("from_big_endian_64(from_hex('fffffffffffffffe'))", "-2"),
    ("from_big_endian_64(null)", None),
    ("try(from_big_endian_64(from_hex('00ff')))", None),
    ("try(from_big_endian_64(from_hex('a word')))", None),
    # Casts.
    ("cast(2.5e0 as bigint)", "3"),
    ("cast('12' as bigint)", "12"),
    ("try_cast('x' as bigint)", None),
    ("try(cast('x' as bigint))", None),
    ("try(array[1][2])", None),
    ("cast(12 as varchar)", "12"),
    ("cast(true as varchar)", "true"),
    ("cast('abc' as varchar(2))", "ab"),
    ("cast(row(1, 'a') as row(x bigint, y varchar))", "{x=1, y=a}"),
    ("try_cast('2026-01-01T00:00:00Z' as timestamp)", None),
    # Text.
    ("'a' || null", None),
    ("concat('a', 'b', 'c')", "abc"),
    ("concat('a', null)", None),
    ("concat_ws('-', 'a', null, 'b')", "a-b"),
    ("concat_ws('-', array['a', null, 'b'])", "a-b"),
    ("substr('abc', 0)", ""),
    ("substr('abc', -2)", "bc"),
    ("substring('abc' from 2 for 1)", "b"),
    ("position('b' in 'abc')", "2"),
    ("split('a,b', ',')", "[a, b]"),
    ("split_part('a,b', ',', 5)", None),
    ("replace('aXbX', 'X')", "ab"),
    ("trim(concat(chr(9), ' a '))", "a"),
    ("reverse('abc')", "cba"),
    ("regexp_extract('abc', 'z')", None),
    ("regexp_extract('abc', '(b)(c)', 2)", "c"),
    ("regexp_replace('abab', 'b')", "aa"),
    ("regexp_replace('abab', '(a)(b)', '$2$1')", "baba"),
    ("regexp_replace('a', 'a', '\\$1')", "$1"),
    ("regexp_like('Hello', 'ell')", "true"),
    ("starts_with('abc', 'ab')", "true"),
    ("to_hex(md5(to_utf8('a')))", "0CC175B9C0F1B6A831C399E269772661"),
    # URLs.
    ("url_extract_host('https://me@www.amazon.example:80/dp/B1?x=1#f')", "www.amazon.example"),
    ("url_extract_path('https://h.example/a%20b?x=1')", "/a b"),
    ("url_extract_query('https://h.example/?x=1&y=2')", "x=1&y=2"),
    ("url_extract_protocol('https://h.example')", "https"),
    ("url_extract_parameter('https://h.example/?x=1&y=a+b', 'y')", "a b"),
    ("url_extract_parameter('https://h.example/?x=1', 'y')", None),
    ("url_extract_host('http://not a url/')", None),
    ("url_extract_host('plain')", ""),
    # JSON.
    ("""json_extract_scalar('{"a": {"b": "c"}}', '$.a.b')""", "c"),
    ("""json_extract_scalar('{"a": {"b": "c"}}', '$.a')""", None),
    ("json_extract_scalar('no json', '$.a')", None),
    ("""cast(json_extract('["x"]', '$') as array(varchar))""", "[x]"),
    ("json_format(cast(array['a', null] as json))", '["a",null]'),
    (
        "json_format(cast(cast(row('a', array[0.5e0, null]) as row(x varchar, y array(double))) as json))",
        '{"x":"a","y":[0.5,null]}',
    ),
    # Times: differences count whole units, a date stays a date.
    ("date_diff('day', timestamp '2026-01-01 23:00:00', timestamp '2026-01-02 01:00:00')", "0"),
    ("date_diff('day', date '2026-01-01', date '2026-01-31')", "30"),
    ("date_add('day', 1, date '2026-01-31')", "2026-02-01"),
    ("date_add('hour', -1, timestamp '2026-01-01 00:00:00')", "2025-12-31 23:00:00.000"),
    ("date '2026-01-31' + interval '1' day", "2026-02-01"),
    ("date_trunc('month', date '2026-02-03')", "2026-02-01"),
    ("day_of_week(date '2026-11-22')", "7"),
    ("millisecond(timestamp '2026-01-01 00:00:01.234')", "234"),
    ("from_unixtime(0)", "1970-01-01 00:00:00.000 UTC"),
    ("to_unixtime(from_unixtime(5))", "5.0"),
    ("from_iso8601_timestamp('2026-01-01T10:00:00.123Z')", "2026-01-01 10:00:00.123 UTC"),
    ("from_iso8601_timestamp('2026-01-01T10:00:00+02:00')", "2026-01-01 08:00:00.000 UTC"),
    ("cast(from_iso8601_timestamp('2026-01-01T10:00:00Z') as date)", "2026-01-01"),
    ("parse_datetime('Wed Oct 10 20:19:24 +0000 2018', 'EEE MMM dd HH:mm:ss Z yyyy')", "2018-10-10 20:19:24.000 UTC"),
    ("date_parse('2026-01-02', '%Y-%m-%d')", "2026-01-02 00:00:00.000"),
    ("date_format(timestamp '2026-01-02 03:04:05', '%Y-%m-%d %H:%i:%s')", "2026-01-02 03:04:05"),
    ("format_datetime(timestamp '2026-01-02 03:04:05', 'yyyy/MM/dd')", "2026/01/02"),
    ("timestamp '2026-01-02 00:00:00' at time zone 'UTC'", "2026-01-02 00:00:00.000 UTC"),
    ("timestamp '2026-01-02' - timestamp '2026-01-01'", "1 00:00:00.000"),
    # Arrays and maps.
    ("array[1, 2][2]", "2"),
    ("element_at(array[1, 2], 3)", None),
    ("element_at(array[1, 2], -1)", "2"),
    ("element_at(map(array['a'], array[1]), 'b')", None),
    ("map(array['a'], array[1])['a']", "1"),
    ("cardinality(map(array['a'], array[1]))", "1"),
    ("cardinality(cast(null as array(bigint)))", None),
    ("sequence(1, 0)", "[1, 0]"),
    ("sequence(1, 5, 2)", "[1, 3, 5]"),
    ("sequence(date '2026-01-31', date '2026-02-01')", "[2026-01-31, 2026-02-01]"),
    ("contains(array[1, null], 2)", None),
    ("contains(array[1, null], 1)", "true"),
    ("array_position(array[5], 6)", "0"),
    ("array_distinct(array[3, 1, 3, null, null])", "[3, 1, null]"),
    ("array_union(array[2, 1], array[3, 1])", "[2, 1, 3]"),
    ("array_except(array[2, 1, 2], array[1])", "[2]"),
    ("array_sort(array[3, null, 1])", "[1, 3, null]"),
    ("array_max(array[1, null])", None),
    ("array_join(array[1, null, 2], ',')", "1,2"),
    ("arrays_overlap(array[1, 2], array[2])", "true"),
    ("arrays_overlap(array[1, null], array[2])", None),
    ("slice(array[1, 2, 3], -2, 2)", "[2, 3]"),
    ("array[1] || array[2]", "[1, 2]"),
    ("transform(array[1, 2], x -> x * 2)", "[2, 4]"),
    ("filter(array[1, 2], x -> x > 1)", "[2]"),
    ("reduce(array[5, 20, 50], 0, (s, x) -> s + x, s -> s * 2)", "150"),
    ("reduce(array[5, 20], 0, (s, x) -> s + x, s -> s)", "25"),
    ("any_match(array[1, 2], x -> x = 2)", "true"),
    ("any_match(array[1, null], x -> x = 2)", None),
    ("all_match(array[1, 2], x -> x > 1)", "false"),
    ("all_match(cast(array[] as array(bigint)), x -> x > 1)", "true"),
    ("none_match(array[1], x -> x > 1)", "true"),
]


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_an_expression_has_trinos_value(answer, expression, value):
    assert answer(f"select {expression}") == [(value,)]


QUERIES = [
    (
        "select t.i, p.entities.urls[t.i].\"url\" from posts p cross join unnest(if(cardinality(p.entities.urls) > 0, "
        "sequence(1, cardinality(p.entities.urls)))) as t(i) order by 1",
        [("1", "https://a.example/x?p=1"), ("2", "https://b.example")],
    ),
    (
        'select u.name, u.i from posts cross join unnest(transform(entities.urls, x -> x."url")) with ordinality '
        "as u(name, i) order by u.i",
        [("https://a.example/x?p=1", "1"), ("https://b.example", "2")],
    ),
    (
        "select u.url from posts cross join unnest(entities.urls) as t(u) order by 1",
        [("https://a.example/x?p=1",), ("https://b.example",)],
    ),
    (
        "select p.id, u.url from posts p left join unnest(transform(p.entities.urls, x -> x.url)) as u(url) on true "
        "where p.id > 1 order by 1",
        [("2", None), ("3", None)],
    ),
    ("select \"user\".screen_name, user.id from posts where id = 1", [("ann", "10")]),
    ("select -id as id from posts order by id + 0", [("-3",), ("-2",), ("-1",)]),
    ("select id from posts order by score", [("1",), ("2",), ("3",)]),
    ("select id from posts order by score desc", [("2",), ("1",), ("3",)]),
    ("select lower(text) as text, count(*) from posts where id < 3 group by text order by text",
     [("hello", "1"), ("world", "1")]),
    ("select sum(id) / count(*), avg(id), sum(score) / sum(id) from posts", [("2", "2.0", repr(1.0 / 6))]),
    ("select count_if(kept), count_if(id > 9) from posts where id > 9", [("0", "0")]),
    ("select approx_percentile(id, 0.5), approx_distinct(dt), max_by(id, score), arbitrary(dt) from posts where id < 3",
     [("1", "2", "2", "2026-01-01")]),
    ("select listagg(text, '; ') within group (order by text desc) from posts", [("world; Hello",)]),
    ("select histogram(dt) from posts", [("{2026-01-01=1, 2026-01-02=2}",)]),
    ("select sum(id) over (partition by dt) from posts order by 1", [("1",), ("5",), ("5",)]),
    ("select id from posts order by id offset 1 limit 1", [("2",)]),
    ("select id from posts order by id fetch first 1 row only", [("1",)]),
    ("with recursive r(n) as (select 1 union all select n + 1 from r where n < 3) select max(n) from r", [("3",)]),
    ("select id from awsdatacatalog.lake.posts where dt = '2026-01-01'", [("1",)]),
    ("select transform(entities.urls, u -> url_extract_host(u.url)) from posts where id = 1",
     [("[a.example, b.example]",)]),
    ("select count(*) from posts where id = 1 and from_iso8601_timestamp(collected_at) < now()", [("1",)]),
    ("select dt, max(id) from posts group by dt having max(id) > 1", [("2026-01-02", "3")]),
    ("select (select max(b.score) from posts b where b.dt = a.dt) from posts a where a.id = 3", [("0.75",)]),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "rows"), QUERIES)
def test_a_query_has_trinos_rows(answer, sql, rows):
    assert answer(sql) == rows


RUNTIME_ERRORS = [
    ("select array[1, 2][3]", "Array subscript must be less than or equal to array length: 3 > 2"),
    ("select array[1][0]", "SQL array indices start at 1"),
    ("select map(array['a'], array[1])['b']", "Key not present in map: b"),
    ("select id / (id - id) from posts", "Division by zero"),
    ("select cast('x' as bigint)", "Cannot cast 'x' to BIGINT"),
    ("select cast(collected_at as timestamp) from posts where id = 1", "cannot be cast to timestamp: 2026-01-01T10"),
    ("select cast(score as varchar) from posts", "a cast of double to varchar is not available locally"),
    ("select cast(now() as varchar)", "to varchar is not available locally"),
]


@pytest.mark.parametrize(("sql", "message"), RUNTIME_ERRORS)
def test_what_fails_on_athena_fails_here(answer, sql, message):
    with pytest.raises(duckdb.Error, match=message.replace("(", r"\(")):
        answer(sql)


@given(INTEGERS, INTEGERS.filter(bool))
def test_integers_divide_towards_zero(answer, a, b):
    quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)

    assert answer(f"select {a} / {b}, {a} % {b}") == [(str(quotient), str(a - b * quotient))]


@given(st.decimals(-1_000_000, 1_000_000, places=2))
def test_a_double_is_rounded_half_away_from_zero_to_a_bigint(answer, value):
    expected = Decimal(repr(float(value))).quantize(Decimal(1), ROUND_HALF_UP)

    assert answer(f"select cast({value}e0 as bigint)") == [(str(int(expected)),)]


@given(st.lists(st.integers(0, 9), max_size=6), st.integers(-7, 7).filter(bool), st.integers(0, 7))
def test_a_slice_starts_at_one_or_from_the_end(answer, items, start, length):
    first = start - 1 if start > 0 else len(items) + start
    expected = items[first : first + length] if 0 <= first < len(items) else []
    array = f"cast(array[{', '.join(map(str, items))}] as array(bigint))"

    assert answer(f"select slice({array}, {start}, {length})") == [(f"[{', '.join(map(str, expected))}]",)]


@given(st.integers(-50, 50), st.integers(-50, 50))
def test_a_sequence_runs_either_way(answer, first, last):
    step = 1 if last >= first else -1
    expected = ", ".join(map(str, range(first, last + step, step)))

    assert answer(f"select sequence({first}, {last})") == [(f"[{expected}]",)]


@given(st.datetimes(datetime.datetime(2000, 1, 1), datetime.datetime(2030, 1, 1)), st.timedeltas(
    datetime.timedelta(0), datetime.timedelta(days=400)
))  # fmt: skip
def test_date_diff_counts_whole_hours(answer, start, passed):
    first, last = start.replace(microsecond=0), (start + passed).replace(microsecond=0)
    hours = math.floor((last - first).total_seconds() / 3600)

    assert answer(f"select date_diff('hour', timestamp '{first}', timestamp '{last}')") == [(str(hours),)]


def test_every_function_of_the_list_exists_in_duckdb(lake):
    known = {name for (name,) in lake.execute("select function_name from duckdb_functions()").fetchall()}
    # These are part of DuckDB's grammar, not of its catalog.
    grammar = {"coalesce", "nullif", "grouping"}
    targets = {function.duckdb for function in FUNCTIONS.values()} - {""} - grammar

    assert targets - known == set()
    assert {name for name, function in FUNCTIONS.items() if not function.duckdb} == set(BUILDERS)


UNKNOWN_HERE = [
    ("select cast(row(1, 'a') as json)", "CAST to json"),
    ("select cast(1e7 as json)", "CAST to json"),
    ("select 100.0 * count(*) / sum(id) from posts", "Athena rounds decimals to the larger scale"),
    ("select avg(1.5) from posts", "avg of a decimal is not available locally"),
    ("select now() at time zone 'Europe/Paris'", "AT TIME ZONE other than 'UTC'"),
    ("select regexp_replace('a', '(?<n>a)', '${n}')", "named groups"),
    ("select date_format(now(), '%u')", "specifier %u"),
    ("select format_datetime(now(), 'Z')", "'Z' in the date format"),
    ("select array_sort(array[1], (a, b) -> a - b)", "array_sort with 2 arguments"),
    (
        "select to_iso8601(x) from (select x from unnest(map_values(map(array[1], array[now()]))) as t(x))",
        "to_iso8601 of",
    ),
]


@pytest.mark.parametrize(("sql", "message"), UNKNOWN_HERE)
def test_what_has_no_equal_is_refused(answer, sql, message):
    with pytest.raises(QueryError, match=message.replace("$", r"\$").replace("(", r"\(")):
        answer(sql)
