"""Every function a query may call: its name in Trino and in DuckDB (`t_...` is a macro), and its type.

A name that is not here is refused. https://trino.io/docs/current/functions/list-by-topic.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Mapping

# What a function returns when its type depends on its arguments.
FIRST, ELEMENT, LIST, LAMBDA_LIST, UNKNOWN = "first argument", "element of it", "list of it", "list of lambda", ""


@dataclass(frozen=True)
class FunctionMapping:
    """`duckdb` is empty where a builder in `call_builders` makes the call."""

    duckdb: str
    returns: str


def _define_functions(returns: str, names: str) -> dict[str, FunctionMapping]:
    """Functions as `trino` or `trino=duckdb`, separated by blanks; `trino=` has a builder in `call_builders`."""
    pairs = (name.partition("=") for name in names.split())
    return {name: FunctionMapping(target if equals else name, returns) for name, equals, target in pairs}


FUNCTIONS: Mapping[str, FunctionMapping] = {
    **_define_functions(
        "bigint",
        """count count_if= approx_distinct= row_number rank dense_rank ntile grouping cardinality= length strpos
        levenshtein_distance=levenshtein hamming_distance=t_hamming codepoint=unicode regexp_count=t_regexp_count
        json_array_length=t_json_array_length array_position=t_array_position bit_count=t_bit_count
        bitwise_and=t_bit_and bitwise_or=t_bit_or bitwise_xor=t_bit_xor from_big_endian_64=t_from_big_endian_64
        date_diff= year month day hour minute second quarter week=weekofyear week_of_year=weekofyear
        year_of_week=isoyear yow=isoyear day_of_year=dayofyear doy=dayofyear day_of_week=isodow dow=isodow
        day_of_month=day millisecond=t_millisecond""",
    ),
    **_define_functions(
        "double",
        """avg stddev=stddev_samp stddev_samp stddev_pop variance=var_samp var_samp var_pop corr covar_samp covar_pop
        percent_rank cume_dist sqrt cbrt exp ln log2 log10 log power pow=power pi degrees radians
        sin cos tan asin acos atan atan2 nan=t_nan infinity=t_infinity random rand=random
        to_unixtime=epoch""",
    ),
    **_define_functions(
        "varchar",
        """lower upper trim= ltrim= rtrim= lpad rpad substr=t_substr substring=t_substr replace=t_replace chr translate
        split_part=t_split_part concat_ws= regexp_extract=t_regexp_extract regexp_replace= listagg=
        json_extract_scalar=t_json_scalar json_format= array_join=t_array_join
        url_extract_protocol=t_url_extract_protocol url_extract_host=t_url_extract_host
        url_extract_path=t_url_extract_path url_extract_query=t_url_extract_query
        url_extract_fragment=t_url_extract_fragment url_extract_parameter=t_url_extract_parameter
        date_format= format_datetime= to_iso8601= to_hex=hex from_utf8=decode to_base64""",
    ),
    **_define_functions(
        "boolean",
        """bool_and bool_or every=bool_and contains=t_contains arrays_overlap=t_arrays_overlap starts_with
        regexp_like=regexp_matches any_match= all_match= none_match= is_nan=isnan is_finite=isfinite
        is_infinite=isinf""",
    ),
    **_define_functions("array(varchar)", "split= regexp_extract_all regexp_split=string_split_regex"),
    **_define_functions("date", "date= last_day_of_month=last_day from_iso8601_date=t_from_iso8601_date"),
    **_define_functions("timestamp", "date_parse="),
    **_define_functions(
        "timestamp with time zone",
        "now from_unixtime= from_iso8601_timestamp=t_from_iso8601_timestamp parse_datetime=",
    ),
    **_define_functions("varbinary", "to_utf8=encode md5=t_md5 sha256=t_sha256 from_hex=unhex from_base64"),
    **_define_functions("json", "json_parse=json json_extract=t_json_extract"),
    **_define_functions(
        FIRST,
        """min max arbitrary=any_value any_value max_by min_by lag lead first_value last_value nth_value sum=
        coalesce nullif greatest= least= abs mod= round truncate=trunc ceil= ceiling= floor= sign= reverse= concat=
        approx_percentile= date_trunc= date_add= try=
        filter= array_sort= array_distinct=t_array_distinct array_union=t_array_union
        array_intersect=t_array_intersect array_except=t_array_except array_remove=t_array_remove slice=t_slice""",
    ),
    **_define_functions(ELEMENT, "element_at= array_max=t_array_max array_min=t_array_min flatten"),
    **_define_functions(LIST, "array_agg sequence="),
    **_define_functions(LAMBDA_LIST, "transform="),
    **_define_functions("map", "map histogram map_agg= map_from_entries map_concat"),
    **_define_functions(UNKNOWN, "row map_keys map_values map_entries reduce="),
}

# Trino has these; a query with one of them may be right, but not here.
_NOT_LOCAL_NAMES = """
    approx_most_frequent approx_set array_frequency array_histogram at_timezone bing_tile checksum combinations
    current_timezone date_from_parts empty_approx_set entropy find_first format format_number from_base
    from_unixtime_nanos geometric_mean great_circle_distance hmac_sha256 human_readable_seconds
    inverse_normal_cdf is_json_scalar json_array json_array_contains json_array_get json_exists json_object json_query
    json_size json_value kurtosis line_locate_point luhn_check map_filter map_union map_zip_with merge multimap_agg
    multimap_from_entries murmur3 ngrams normalize numeric_histogram parse_data_size parse_duration position
    qdigest_agg reduce_agg regexp_position regr_intercept regr_slope sha1 sha512 shuffle skewness soundex
    spooky_hash_v2_64 split_to_map split_to_multimap st_contains st_distance st_point tdigest_agg timezone_hour
    timezone_minute to_base
    to_char to_date to_geometry to_milliseconds to_timestamp transform_keys transform_values trim_array typeof
    url_decode url_encode uuid value_at_quantile width_bucket with_timezone word_stem xxhash64 zip zip_with
"""
NOT_LOCAL = frozenset(_NOT_LOCAL_NAMES.split())


def infer_returned_type(call: exp.Anonymous) -> exp.DataType:
    """The type a call returns, from its (annotated) arguments; UNKNOWN if they do not determine it."""
    function = FUNCTIONS.get(call.name.lower())
    arguments = call.expressions
    first = exp.DataType.build("unknown")
    if arguments:
        # `date_add(unit, n, x)` and `date_trunc(unit, x)` return what they are given last.
        first = arguments[-1 if call.name.lower() in ("date_add", "date_trunc") else 0]
        first = (first.expressions[0] if isinstance(first, exp.Distinct) else first).type or exp.DataType.build(
            "unknown"
        )
    if function is None or function.returns == UNKNOWN:
        return exp.DataType.build("unknown")
    if function.returns == FIRST:
        return _infer_from_first(call, first)
    if function.returns == ELEMENT:
        return first.expressions[0] if first.is_type("array") and first.expressions else exp.DataType.build("unknown")
    if function.returns == LIST:
        return exp.DataType(this=exp.DType.ARRAY, expressions=[first], nested=True)
    if function.returns == LAMBDA_LIST:
        return exp.DataType(this=exp.DType.ARRAY, expressions=[infer_lambda_type(arguments)], nested=True)
    return exp.DataType.build(function.returns, dialect="trino")


def _infer_from_first(call: exp.Anonymous, first: exp.DataType) -> exp.DataType:
    if call.name.lower() == "sum" and first.is_type(*exp.DataType.INTEGER_TYPES):
        return exp.DataType.build("bigint")
    if call.name.lower() in ("coalesce", "greatest", "least") and first.is_type("null"):
        return next((part.type for part in call.expressions if part.type and not part.type.is_type("null")), first)
    return first


def infer_lambda_type(arguments: list[exp.Expr]) -> exp.DataType:
    """The type of `transform(a, x -> body)`'s elements: the body's own, or that of the field path from `x` it names."""
    unknown = exp.DataType.build("unknown")
    if len(arguments) != 2 or not isinstance(arguments[1], exp.Lambda):
        return unknown
    body, parameters = arguments[1].this, arguments[1].expressions
    path: list[str] = []
    while isinstance(body, exp.Dot):
        path.insert(0, body.expression.name.lower())
        body = body.this
    if not isinstance(body, (exp.Identifier, exp.Column)) or len(parameters) != 1 or body.name != parameters[0].name:
        found: exp.DataType | None = arguments[1].this.type
        return found or unknown
    datatype = arguments[0].type
    if datatype is None or not datatype.is_type("array") or not datatype.expressions:
        return unknown
    datatype = datatype.expressions[0]
    for name in path:
        fields = {field.name.lower(): field.args.get("kind") for field in datatype.expressions}
        datatype = fields.get(name, unknown)
    return datatype or unknown
