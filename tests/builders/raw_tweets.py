"""The columns of a collected post: their names, and their types as the template has them."""

from photolake.rows.schema import HiveType, TableSchema
from tests.resolved_template import table_input

NAMES = {
    "id",
    "id_str",
    "source_platform",
    "created_at",
    "timestamp_ms",
    "text",
    "lang",
    "source",
    "truncated",
    "favorited",
    "retweeted",
    "possibly_sensitive",
    "is_quote_status",
    "is_retweet",
    "filter_level",
    "in_reply_to_status_id",
    "in_reply_to_status_id_str",
    "in_reply_to_user_id",
    "in_reply_to_user_id_str",
    "in_reply_to_screen_name",
    "quoted_status_id",
    "quoted_status_id_str",
    "conversation_id",
    "retweet_count",
    "reply_count",
    "quote_count",
    "favorite_count",
    "bookmark_count",
    "impression_count",
    "user",
    "coordinates",
    "geo",
    "place",
    "entities",
    "extended_entities",
    "referenced_tweets",
    "edit_history_tweet_ids",
    "collected_at",
    "matched_query",
    "source_json",
}
COLUMNS = [
    column
    for column in table_input("RawTweetsTable")["StorageDescriptor"]["Columns"]
    if column["Name"] in NAMES  # the others are filled by the analysis
]
RAW_TWEETS = TableSchema("raw_tweets", {column["Name"]: HiveType.parse(column["Type"]) for column in COLUMNS})
