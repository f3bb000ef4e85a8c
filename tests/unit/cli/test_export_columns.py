"""What `photolake export` makes of Athena's text."""

from photolake_cli.export.columns import ValueReader
from photolake_cli.export.view import View, ViewColumn

COLUMNS = [ViewColumn("source_key", "string"), ViewColumn("image_id", "string"), ViewColumn("width", "bigint")]


def test_null_in_the_key_becomes_empty_text_and_is_counted():
    reader = ValueReader(View("dropped_photos", COLUMNS, ["source_key", "image_id"], "landing"))

    assert reader.read(("s3://lake/images/dropped/paper.pdf", None, None)) == {
        "source_key": "s3://lake/images/dropped/paper.pdf",
        "image_id": "",
        "width": None,
    }
    assert reader.changes == {"null in the key, now empty text": 1}
