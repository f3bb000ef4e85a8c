"""What becomes of each field of a view in a pseudonymised export.

The list is closed: a field that stands nowhere here is left out. A test holds it against the views.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from photolake_cli.pseudonyms.pseudonyms import Kind


class Rule(StrEnum):
    """What becomes of a field that gets no pseudonym."""

    KEEP = "keep"
    TEXT = "text"  # what people wrote: cleaned, or left out with --without-text
    WORDS = "words"  # a hashtag, an entity, a query: cleaned
    SECOND = "second"  # milliseconds, cut to the second: an id of X is made from its milliseconds
    DROP = "drop"


Treatment = Rule | Kind

_PSEUDONYMS: Mapping[Kind, str] = {
    Kind.POST: """id id_str tweetid conversation_id edit_history_tweet_ids in_reply_to_status_id
        in_reply_to_status_id_str quoted_status_id quoted_status_id_str referenced_tweets.id""",
    Kind.AUTHOR: """user.id user.id_str user_id author author_key in_reply_to_user_id in_reply_to_user_id_str
        entities.user_mentions.id entities.user_mentions.id_str""",
    Kind.HANDLE: """user.screen_name screen_name first_screen_name in_reply_to_screen_name referenced_tweets.screen_name
        entities.user_mentions.screen_name""",
    Kind.NAME: "user.name user_name entities.user_mentions.name",
    Kind.MEDIA: "mediaid media.id media.media_key",
    Kind.IMAGE: "image_id first_image_id other_image_id image_group",
    Kind.LINK: """post_url media_url first_media_url first_post_url entities.urls.url entities.urls.expanded_url
        entities.urls.display_url media.url media.media_url media.media_url_https media.display_url
        media.expanded_url""",
    Kind.OTHER: "source_key",
}
_RULES: Mapping[Rule, str] = {
    Rule.TEXT: """text tweettext originaltext alt_text line media.ext_alt_text referenced_tweets.text
        image_labels.textdetections.detectedtext""",
    Rule.WORDS: """hashtag entity matched_query entities.hashtags.text entities.symbols.text text_entities.text""",
    Rule.SECOND: "timestamp_ms",
    # A photo can be searched for by its hash, and a person by where and when the account was made.
    Rule.DROP: """s3_key other_s3_key perceptual_hash near_hash coordinates geo user.description user.location
        user_location user.url user.created_at user.profile_image_url user.profile_image_url_https
        user.profile_banner_url user.profile_background_image_url user.profile_background_image_url_https
        user.profile_background_color user.profile_background_tile user.profile_link_color
        user.profile_sidebar_border_color user.profile_sidebar_fill_color user.profile_text_color
        user.profile_use_background_image user.default_profile user.default_profile_image
        source file_name metadata value status_message errors.message unmapped place.id place.url name urls""",
    Rule.KEEP: """age_band age_group age_high age_low age_range_high age_range_low analyzed_at authors beard
        begin_offset bookmark_count celebrity_number collected_at confidence content_type created_at distance dt emotion
        emotion_confidence end_offset entities.hashtags.indices entities.symbols.indices entities.urls.indices
        entities.user_mentions.indices entities_status errors.api errors.code media.indices media.sizes media.type
        eyeglasses eyeglasses_conf eyeglasses_value face_confidence face_counts face_height face_left_edge face_number
        face_top_edge face_width faces favorite_count favorited filter_level first_seen gender gender_conf
        gender_confidence gender_value height image_dt image_labels image_properties images impression_count
        is_quote_status is_retweet isretweet kind known_gender label_category label_confidence label_name label_number
        label_parents lang language last_seen left_edge line_number match_confidence matchconfidence max_distance model
        moderation_label object_number origin other_label_name parent_name photos pitch place.bounding_box
        place.country place.country_code place.full_name place.name place.place_type possibly_sensitive posted_at
        posted_on posts processed_at quote_count referenced_tweets.type reply_count retweet_count retweeted roll score
        sentiment sentiment_status sentimentmixedscore sentimentnegscore sentimentneuscore sentimentposscore
        smile_confidence smiling source_platform status sunglasses sunglasses_conf sunglasses_value taxonomy_level
        text_entities.begin_offset text_entities.end_offset text_entities.score text_entities.type top_edge top_emotion
        truncated ts type user.contributors_enabled user.favourites_count user.followers_count user.friends_count
        user.geo_enabled user.is_translator user.lang user.listed_count user.protected user.statuses_count
        user.time_zone user.translator_type user.utc_offset user.verified user.verified_type width yaw""",
}
_TREATMENTS: Mapping[str, Treatment] = {
    path: treatment for rules in (_PSEUDONYMS, _RULES) for treatment, paths in rules.items() for path in paths.split()
}
# A celebrity is who Rekognition says it is, not an author.
_OF_CELEBRITIES: Mapping[str, Treatment] = dict.fromkeys(("id", "name", "urls"), Rule.KEEP)
# What a source looks for, and why it stopped.
_OF_RUNS: Mapping[str, Treatment] = {
    **dict.fromkeys(("source", "query", "reason"), Rule.WORDS),
    **dict.fromkeys(("run_id", "collected_by", "started_at", "ended_at", "bought"), Rule.KEEP),
    **dict.fromkeys(("covered_from", "covered_to", "has_gap", "gap_from", "gap_to", "hours", "runs"), Rule.KEEP),
}
_BY_VIEW: Mapping[str, Mapping[str, Treatment]] = {
    "celeb_view": _OF_CELEBRITIES,
    "collection_gaps": _OF_RUNS,
    "collection_runs": _OF_RUNS,
    "dashboard_celebrities": _OF_CELEBRITIES,
    "photo_metadata": {"name": Rule.KEEP},
}
# The same fields in two places.
_MEDIA = ("extended_entities.media", "referenced_tweets.media")


def find_treatment(view: str, path: str) -> Treatment | None:
    """Return what becomes of a field, such as `user.name`, or of a part of it; None if nobody has decided."""
    for place in _MEDIA:
        if path.startswith(f"{place}."):
            path = path.removeprefix(place.removesuffix("media"))
    rules = {**_TREATMENTS, **_BY_VIEW.get(view, {})}
    while path:
        if path in rules:
            return rules[path]
        path = path.rpartition(".")[0]
    return None
