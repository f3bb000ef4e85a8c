"""User metadata through the headers of S3."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake.aws.s3_metadata import decode_value, encode_value, read_metadata


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_value_comes_back_from_a_header_that_is_plain_ascii(value):
    header = encode_value(value)

    assert header.isascii()
    assert header.isprintable()
    assert header == header.strip()
    assert decode_value(header) == value


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("plain text, with = and ?", "plain text, with = and ?"),
        ("=?UTF-8?Q?caf=C3=A9?=", "café"),
        ("=?UTF-8?B?w4PChE1ldGFkYXRh?=", "Ã\x84Metadata"),
        # One character, cut in two words.
        ("=?UTF-8?B?4g==?= =?UTF-8?B?gqw=?=", "€"),
        ("=?ISO-8859-1?Q?caf=E9?=", "café"),
        ("=?UTF-8?B?broken", "=?UTF-8?B?broken"),
        ("=?UTF-8?B?A?=", "=?UTF-8?B?A?="),
        ("=?UTF-8?Q?=FF?=", "=?UTF-8?Q?=FF?="),
        ("=?klingon?Q?nuqneH?=", "=?klingon?Q?nuqneH?="),
        ("", ""),
    ],
)
def test_the_words_of_rfc_2047_are_decoded_and_damaged_ones_are_kept(header, value):
    assert decode_value(header) == value


@given(st.text())
def test_no_header_is_refused(header):
    assert isinstance(decode_value(f"=?UTF-8?B?{header}?="), str)
    assert isinstance(decode_value(header), str)


def test_metadata_is_sorted_by_name():
    assert read_metadata({"b": "2", "a": "=?UTF-8?Q?=E2=82=AC?="}) == [
        {"name": "a", "value": "€"},
        {"name": "b", "value": "2"},
    ]
