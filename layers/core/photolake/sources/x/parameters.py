"""The request parameters that choose what X returns of a post, in both of its vocabularies.

X renames tweets to posts. The documentation (https://docs.x.com/x-api/fundamentals/data-dictionary) and the stream of
X's own SDK (https://github.com/xdevplatform/xdk-python) still say tweets, the SDK's search says posts. X takes both, as
of September 2026, and replies to each in its own names.
"""

from __future__ import annotations

from collections.abc import Mapping

_POST = [
    "attachments",
    "conversation_id",
    "created_at",
    "edit_controls",
    "entities",
    "geo",
    "id",
    "lang",
    "possibly_sensitive",
    "public_metrics",
    "reply_settings",
    "source",
    "text",
    "withheld",
]
_EXPANSIONS = [
    "author_id",
    "in_reply_to_user_id",
    "attachments.media_keys",
    "geo.place_id",
    "entities.mentions.username",
]
_OTHERS = {
    "media.fields": "media_key,type,url,preview_image_url,alt_text,width,height,duration_ms,variants",
    "user.fields": (
        "id,name,username,created_at,description,location,public_metrics,protected,verified,verified_type,"
        "profile_image_url,profile_banner_url,url"
    ),
    "place.fields": "id,name,full_name,country,country_code,place_type,geo",
}


def _join_parameters(fields: str, post: list[str], expansions: list[str]) -> Mapping[str, str]:
    return {fields: ",".join([*_POST, *post]), "expansions": ",".join([*_EXPANSIONS, *expansions]), **_OTHERS}


TWEETS = _join_parameters(
    "tweet.fields",
    ["author_id", "in_reply_to_user_id", "referenced_tweets", "note_tweet", "edit_history_tweet_ids"],
    # Without the last one the photos of retweeted and quoted posts are not included.
    ["referenced_tweets.id", "referenced_tweets.id.author_id", "referenced_tweets.id.attachments.media_keys"],
)
"""The parameters in the documented names."""
POSTS = _join_parameters("post.fields", ["note_post"], ["referenced_posts", "edit_history_post_ids"])
"""The same parameters, in the names of X's openapi.json of 2026, which cannot ask for the media of referenced posts."""
ALL_NAMES = frozenset({*TWEETS, *POSTS})
"""The names of all these parameters."""
