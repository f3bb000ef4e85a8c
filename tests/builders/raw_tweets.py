"""The columns of a collected post, as the template has them: up to `source_json`. The analysis fills the others."""

from photolake.rows.schema import HiveType, TableSchema
from tests.resolved_template import table_input

_ALL = table_input("RawTweetsTable")["StorageDescriptor"]["Columns"]
COLUMNS = _ALL[: 1 + [column["Name"] for column in _ALL].index("source_json")]
RAW_TWEETS = TableSchema("raw_tweets", {column["Name"]: HiveType.parse(column["Type"]) for column in COLUMNS})
