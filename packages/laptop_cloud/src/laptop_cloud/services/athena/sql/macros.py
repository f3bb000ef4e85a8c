"""DuckDB macros for what Trino means by functions and operators that DuckDB lacks or means otherwise.

Which macro is right is decided by the types sqlglot infers; those that depend on it check with `typeof`, which DuckDB
folds when it binds. (DuckDB's overloads by parameter type are of no use: an aggregate as argument takes the first.)
A parameter that occurs twice is evaluated twice, so nothing volatile goes in. Messages of `error` start with Athena's
code. Names of lambda parameters begin with an underscore, to capture no column of the caller. An error within `case`
passes DuckDB's TRY.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_INTEGERS = "('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'INTEGER_LITERAL')"
_FLOATS = "('DOUBLE', 'FLOAT')"
_NUMBERS = (
    "('BOOLEAN', 'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'UTINYINT', 'UBIGINT', 'INTEGER_LITERAL')"
)
_BAD_DIVISION = (
    "'NOT_SUPPORTED: / of ' || typeof(a) || ' and ' || typeof(b) || ' is not available locally: cast to double'"
)
_TIMESTAMP = r"^\s*\d{4}-\d{1,2}-\d{1,2}( \d{1,2}:\d{1,2}(:\d{1,2}(\.\d+)?)?)?( ?(UTC|Z|[+-]\d{2}(:\d{2})?))?\s*$"
_DATE = r"^\s*\d{4}-\d{1,2}-\d{1,2}\s*$"
_URL = r"^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$"
_HOST = r"^(?:[^@]*@)?([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d*)?$"

OPERATORS = f"""
create macro t_divide_integers(a, b) as case when typeof(a) in {_INTEGERS} and typeof(b) in {_INTEGERS} then a // b
    else error({_BAD_DIVISION}) end;
create macro t_divide(a, b) as case when typeof(a) in {_FLOATS} or typeof(b) in {_FLOATS} then a / b
    else error({_BAD_DIVISION}) end;
create macro t_subscript(a, i) as case when not ends_with(typeof(a), ']')
      then error('NOT_SUPPORTED: a subscript of ' || typeof(a) || ' is not available locally')
    when a is null or i is null then null
    when i = 0 then error('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1')
    when i < 0 then error('INVALID_FUNCTION_ARGUMENT: Array subscript is negative: ' || i)
    when i > len(a) then error(
      'INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to array length: ' || i || ' > ' || len(a))
    else a[i] end;
create macro t_map_subscript(m, k) as case when m is null or k is null then null
    when not map_contains(m, k) then error('INVALID_FUNCTION_ARGUMENT: Key not present in map: ' || k) else m[k] end;
create macro t_shifted_date(x, shifted) as case when typeof(x) = 'DATE' then cast(shifted as DATE)
    else error('NOT_SUPPORTED: arithmetic on ' || typeof(x) || ' is not available locally: cast it') end;
create macro t_shifted(x, shifted) as case when typeof(x) = 'DATE'
    then error('NOT_SUPPORTED: arithmetic on a date whose type is not known is not available locally: cast it')
    else shifted end;
create macro t_concat(a, b) as case when a is null or b is null then null else a || b end;
"""

CASTS = f"""
create macro t_varchar(x) as case when typeof(x) in ('VARCHAR', 'DATE', '"NULL"') or typeof(x) in {_NUMBERS}
    or starts_with(typeof(x), 'DECIMAL') then cast(x as VARCHAR)
    else error('NOT_SUPPORTED: a cast of ' || lower(typeof(x)) || ' to varchar is not available locally') end;
create macro t_integral(x) as case
    when typeof(x) in ('DOUBLE', 'FLOAT') then round(cast(x as DOUBLE))
    when typeof(x) = 'VARCHAR' and not regexp_matches(cast(x as VARCHAR), '^[+-]?[0-9]+$')
      then error('INVALID_CAST_ARGUMENT: Cannot cast ''' || cast(x as VARCHAR) || ''' to BIGINT')
    else cast(x as DOUBLE) end;
create macro t_bigint(x) as case when typeof(x) in ('DOUBLE', 'FLOAT', 'VARCHAR') and t_integral(x) is null then null
    when typeof(x) in ('DOUBLE', 'FLOAT') then cast(round(cast(x as DOUBLE)) as BIGINT) else cast(x as BIGINT) end;
create macro t_try_bigint(x) as case
    when typeof(x) = 'VARCHAR' and not regexp_matches(cast(x as VARCHAR), '^[+-]?[0-9]+$') then null
    when typeof(x) in ('DOUBLE', 'FLOAT') then try_cast(round(try_cast(x as DOUBLE)) as BIGINT)
    else try_cast(x as BIGINT) end;
create macro t_timestamp(x) as case
    when typeof(x) = 'VARCHAR' and not regexp_matches(cast(x as VARCHAR), '{_TIMESTAMP}')
    then error('INVALID_CAST_ARGUMENT: Value cannot be cast to timestamp: ' || cast(x as VARCHAR))
    else cast(x as TIMESTAMPTZ) end;
create macro t_try_timestamp(x) as case
    when typeof(x) = 'VARCHAR' and not regexp_matches(cast(x as VARCHAR), '{_TIMESTAMP}') then null
    else try_cast(x as TIMESTAMPTZ) end;
create macro t_date(x) as case when typeof(x) = 'VARCHAR' and not regexp_matches(cast(x as VARCHAR), '{_DATE}')
    then error('INVALID_CAST_ARGUMENT: Value cannot be cast to date: ' || cast(x as VARCHAR)) else cast(x as DATE) end;
create macro t_try_date(x) as case
    when typeof(x) = 'VARCHAR' and not regexp_matches(cast(x as VARCHAR), '{_DATE}') then null
    else try_cast(x as DATE) end;
"""

TEXTS = f"""
create macro t_substr(s, i) as case when i = 0 then '' when i < -length(s) then '' else substr(s, i) end,
  (s, i, n) as case when i = 0 or n <= 0 then '' when i < -length(s) then '' else substr(s, i, n) end;
create macro t_split_part(s, d, i) as case when i < 1
    then error('INVALID_FUNCTION_ARGUMENT: Index must be greater than zero') else string_split(s, d)[i] end;
create macro t_replace(s, a) as replace(s, a, ''), (s, a, b) as replace(s, a, b);
create macro t_regexp_extract(s, p) as case when regexp_matches(s, p) then regexp_extract(s, p) end,
  (s, p, g) as case when regexp_matches(s, p) then regexp_extract(s, p, g) end;
create macro t_regexp_count(s, p) as len(regexp_extract_all(s, p));
create macro t_concat_ws(d, x) as case when typeof(x) in ('VARCHAR', '"NULL"') then concat_ws(d, x)
    else error('NOT_SUPPORTED: concat_ws of ' || typeof(x) || ' is not available locally') end;
create macro t_hamming(a, b) as case when length(a) <> length(b)
    then error('INVALID_FUNCTION_ARGUMENT: The input strings to hamming_distance function must have the same length')
    else hamming(a, b) end;
create macro t_json_scalar(s, p) as case when json_valid(cast(s as VARCHAR))
    and json_type(json_extract(cast(s as VARCHAR), p)) not in ('OBJECT', 'ARRAY', 'NULL')
    then json_extract_string(cast(s as VARCHAR), p) end;
create macro t_json_extract(s, p) as case when json_valid(cast(s as VARCHAR))
    then json_extract(cast(s as VARCHAR), p) end;
create macro t_json_array_length(s) as case
    when json_valid(cast(s as VARCHAR)) and json_type(cast(s as VARCHAR)) = 'ARRAY'
    then cast(json_array_length(cast(s as VARCHAR)) as BIGINT) end;
create macro t_is_url(u) as not regexp_matches(u, '[\\s<>"{{}}|\\\\^`]')
    and not regexp_matches(u, '%(?:[^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)');
create macro t_url_part(u, n) as case when t_is_url(u) then regexp_extract(u, '{_URL}', n) end;
create macro t_url_extract_protocol(u) as t_url_part(u, 1);
create macro t_url_extract_host(u) as case when t_is_url(u)
    then regexp_extract(regexp_extract(u, '{_URL}', 2), '{_HOST}', 1) end;
create macro t_url_extract_path(u) as url_decode(t_url_part(u, 3));
create macro t_url_extract_query(u) as url_decode(t_url_part(u, 4));
create macro t_url_extract_fragment(u) as url_decode(t_url_part(u, 5));
create macro t_url_extract_parameter(u, name) as url_decode(replace((list_transform(list_filter(
    string_split(t_url_part(u, 4), '&'), lambda _p: string_split(_p, '=')[1] = name),
    lambda _q: coalesce(string_split(_q, '=')[2], '')))[1], '+', ' '));
"""

TIMES = """
create macro t_millisecond(x) as millisecond(x) % 1000;
create macro t_from_iso8601_timestamp(s) as case when regexp_matches(s, '^\\d{4}(-\\d{2}(-\\d{2})?)?(T.*)?$')
    then cast(s as TIMESTAMPTZ) else error('INVALID_FUNCTION_ARGUMENT: Invalid format: "' || s || '"') end;
create macro t_from_iso8601_date(s) as case when regexp_matches(s, '^\\d{4}-\\d{2}-\\d{2}$')
    then cast(s as DATE) else error('INVALID_FUNCTION_ARGUMENT: Invalid format: "' || s || '"') end;
"""

ARRAYS = """
create macro t_element_at(a, i) as case when i = 0
    then error('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1')
    when typeof(a) = 'VARCHAR' then error('NOT_SUPPORTED: element_at of a varchar') else a[i] end;
create macro t_sequence(a, b) as case when b < a then generate_series(a, b, -1) else generate_series(a, b) end,
  (a, b, step) as case when step = 0 or (b - a) * step < 0 then error(
    'INVALID_FUNCTION_ARGUMENT: sequence stop value should be greater than or equal to start value if step is '
    || 'greater than zero otherwise stop should be less than or equal to start') else generate_series(a, b, step) end;
create macro t_date_sequence(a, b) as list_transform(case when b < a then generate_series(a, b, interval (-1) day)
    else generate_series(a, b, interval 1 day) end, lambda _d: cast(_d as DATE)),
  (a, b, step) as list_transform(generate_series(a, b, step), lambda _d: cast(_d as DATE));
create macro t_has_null(a) as len(list_filter(a, lambda _e: _e is null)) > 0;
create macro t_contains(a, x) as case when list_contains(a, x) then true when t_has_null(a) then null
    else list_contains(a, x) end;
create macro t_array_position(a, x) as case when a is not null and x is not null
    then cast(coalesce(list_position(a, x), 0) as BIGINT) end;
create macro t_array_remove(a, x) as list_filter(a, lambda _e: _e is null or _e <> x);
create macro t_array_distinct(a) as list_filter(a, lambda _e, _i: list_position(a, _e) = _i);
create macro t_array_intersect(a, b) as t_array_distinct(list_filter(a, lambda _e: list_position(b, _e) is not null));
create macro t_array_except(a, b) as case when b is not null
    then t_array_distinct(list_filter(a, lambda _e: list_position(b, _e) is null)) end;
create macro t_array_union(a, b) as case when a is not null and b is not null then t_array_distinct(a || b) end;
create macro t_arrays_overlap(a, b) as case when a is null or b is null then null
    when len(list_filter(a, lambda _e: list_contains(b, _e))) > 0 then true
    when len(a) > 0 and len(b) > 0 and (t_has_null(a) or t_has_null(b)) then null else false end;
create macro t_array_max(a) as case when not t_has_null(a) then list_max(a) end;
create macro t_array_min(a) as case when not t_has_null(a) then list_min(a) end;
create macro t_array_join(a, d) as array_to_string(list_transform(a, lambda _e: t_varchar(_e)), d),
  (a, d, n) as array_to_string(list_transform(a, lambda _e: coalesce(t_varchar(_e), n)), d);
create macro t_slice(a, i, n) as case when i = 0 then error('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1')
    when n < 0 then error('INVALID_FUNCTION_ARGUMENT: length must be greater than or equal to 0')
    when n = 0 or i > len(a) or i < -len(a) then a[1:0]
    when i < 0 then a[len(a) + i + 1 : len(a) + i + n] else a[i : i + n - 1] end;
create macro t_any(found) as case when found is null then null when list_contains(found, true) then true
    when t_has_null(found) then null else false end;
create macro t_all(found) as case when found is null then null when list_contains(found, false) then false
    when t_has_null(found) then null else true end;
"""

NUMBERS = """
create macro t_double_only(x, result) as case
    when typeof(x) in ('DOUBLE', 'FLOAT') or starts_with(typeof(x), 'DECIMAL')
    then result else error('NOT_SUPPORTED: the type of this number is not known locally: cast it') end;
create macro t_bit_and(a, b) as a & b;
create macro t_bit_or(a, b) as a | b;
create macro t_bit_xor(a, b) as xor(a, b);
create macro t_bit_count(x BIGINT, bits) as case when bits = 64 then cast(bit_count(x) as BIGINT)
    else error('NOT_SUPPORTED: bit_count of other than 64 bits is not available locally') end;
create macro t_from_big_endian_64(x) as cast(cast(cast(x as BLOB) as BIT) as BIGINT) + cast(replace(
    'expected 8-byte input, but got instead: ' || octet_length(cast(x as BLOB)) || ';',
    'expected 8-byte input, but got instead: 8;', '0') as BIGINT);
create macro t_nan() as cast('NaN' as DOUBLE);
create macro t_infinity() as cast('Infinity' as DOUBLE);
create macro t_md5(x) as unhex(md5(x));
create macro t_sha256(x) as unhex(sha256(x));
"""

ALL = OPERATORS + CASTS + TEXTS + TIMES + ARRAYS + NUMBERS
_NAME = re.compile(r"\bt_\w+", re.IGNORECASE)
_MACROS = {
    _NAME.findall(statement)[0]: statement
    for statement in re.split(r"^(?=create macro )", ALL, flags=re.MULTILINE)
    if statement.strip()
}


def select_macros(texts: Iterable[str]) -> str:
    """The definitions of the macros that these texts name, and of those within them; all would take DuckDB 60 ms."""
    used: set[str] = set()
    unread = list(texts)
    while unread:
        named = {name.lower() for name in _NAME.findall(unread.pop())} & _MACROS.keys()
        unread += [_MACROS[name] for name in named - used]
        used |= named
    # In the order they are written in: DuckDB wants a macro before those that use it.
    return "".join(statement for name, statement in _MACROS.items() if name in used)
