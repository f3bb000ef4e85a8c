"""The rows of the landing tables as types.

Each key is a column of the table of the same name in `template.yaml`, each nested type a struct; a test compares them.
A column that a source does not fill may be left out of a row: it is null in the table.
"""

from __future__ import annotations

from typing import Any, Required, TypedDict


class User(TypedDict, total=False):
    """The author of a post."""

    id: int | None
    id_str: str | None
    name: str | None
    screen_name: str | None
    location: str | None
    url: str | None
    description: str | None
    translator_type: str | None
    protected: bool | None
    verified: bool | None
    verified_type: str | None
    followers_count: int | None
    friends_count: int | None
    listed_count: int | None
    favourites_count: int | None
    statuses_count: int | None
    created_at: str | None
    utc_offset: int | None
    time_zone: str | None
    geo_enabled: bool | None
    lang: str | None
    contributors_enabled: bool | None
    is_translator: bool | None
    profile_background_color: str | None
    profile_background_image_url: str | None
    profile_background_image_url_https: str | None
    profile_background_tile: bool | None
    profile_link_color: str | None
    profile_sidebar_border_color: str | None
    profile_sidebar_fill_color: str | None
    profile_text_color: str | None
    profile_use_background_image: bool | None
    profile_image_url: str | None
    profile_image_url_https: str | None
    profile_banner_url: str | None
    default_profile: bool | None
    default_profile_image: bool | None


class Point(TypedDict, total=False):
    """A GeoJSON point; degrees."""

    type: str | None
    coordinates: list[float] | None


class BoundingBox(TypedDict, total=False):
    """A GeoJSON polygon; degrees."""

    type: str | None
    coordinates: list[list[list[float]]] | None


class Place(TypedDict, total=False):
    """The place that a post is tagged with."""

    id: str | None
    url: str | None
    place_type: str | None
    name: str | None
    full_name: str | None
    country_code: str | None
    country: str | None
    bounding_box: BoundingBox | None


class Tag(TypedDict, total=False):
    """A hashtag or cashtag; `indices` are its first character and the one after its last."""

    text: str | None
    indices: list[int] | None


class Link(TypedDict, total=False):
    """A URL in the text."""

    url: str | None
    expanded_url: str | None
    display_url: str | None
    indices: list[int] | None


class Mention(TypedDict, total=False):
    """An account named in the text."""

    id: int | None
    id_str: str | None
    screen_name: str | None
    name: str | None
    indices: list[int] | None


class Entities(TypedDict, total=False):
    """What the source found in the text."""

    hashtags: list[Tag] | None
    urls: list[Link] | None
    user_mentions: list[Mention] | None
    symbols: list[Tag] | None


class Size(TypedDict, total=False):
    """A size in which a photo is offered; pixels."""

    w: int | None
    h: int | None
    resize: str | None


class Sizes(TypedDict, total=False):
    """The sizes in which a photo is offered."""

    thumb: Size | None
    small: Size | None
    medium: Size | None
    large: Size | None


class Media(TypedDict, total=False):
    """A photo of a post, or the preview of a video; `id` is unique for its platform."""

    id: str | None
    media_key: str | None
    type: str | None
    media_url: str | None
    media_url_https: str | None
    url: str | None
    display_url: str | None
    expanded_url: str | None
    ext_alt_text: str | None
    indices: list[int] | None
    sizes: Sizes | None


class ExtendedEntities(TypedDict, total=False):
    """The photos and videos of a post."""

    media: list[Media] | None


class ReferencedPost(TypedDict, total=False):
    """A post that a post repeats, quotes or replies to; `type` is retweeted, quoted or replied_to."""

    type: str | None
    id: str | None
    text: str | None
    screen_name: str | None
    media: list[Media] | None


class TextEntity(TypedDict, total=False):
    """What Comprehend found in the text; offsets in characters, score 0 to 1."""

    text: str | None
    type: str | None
    score: float | None
    begin_offset: int | None
    end_offset: int | None


class TextColumns(TypedDict, total=False):
    """The columns of `posts` that come from the text analysis; scores 0 to 1."""

    language: str
    sentiment: str | None
    sentimentposscore: float | None
    sentimentnegscore: float | None
    sentimentneuscore: float | None
    sentimentmixedscore: float | None
    sentiment_status: str
    entities_status: str
    text_entities: list[TextEntity] | None


class PostRow(TextColumns, total=False):
    """A row of `raw_tweets`, and with the results of the text analysis a row of `posts`."""

    id: Required[int]
    id_str: str
    source_platform: str
    created_at: str | None
    timestamp_ms: int | None
    text: str | None
    lang: str | None
    source: str | None
    truncated: bool | None
    favorited: bool | None
    retweeted: bool | None
    possibly_sensitive: bool | None
    is_quote_status: bool | None
    is_retweet: bool | None
    filter_level: str | None
    in_reply_to_status_id: int | None
    in_reply_to_status_id_str: str | None
    in_reply_to_user_id: int | None
    in_reply_to_user_id_str: str | None
    in_reply_to_screen_name: str | None
    quoted_status_id: int | None
    quoted_status_id_str: str | None
    conversation_id: str | None
    retweet_count: int | None
    reply_count: int | None
    quote_count: int | None
    favorite_count: int | None
    bookmark_count: int | None
    impression_count: int | None
    user: User | None
    coordinates: Point | None
    geo: Point | None
    place: Place | None
    entities: Entities | None
    extended_entities: ExtendedEntities | None
    referenced_tweets: list[ReferencedPost] | None
    edit_history_tweet_ids: list[str] | None
    collected_at: str
    matched_query: str | None
    source_json: str
    processed_at: str
    dt: str


class MetadataEntry(TypedDict):
    """User metadata of an S3 object."""

    name: str
    value: str


class PhotoRow(TypedDict, total=False):
    """A row of `photos`: a photo, wherever it came from, and what became of it. Width and height in pixels."""

    origin: Required[str]
    source_key: Required[str]
    source_platform: str | None
    tweetid: int | None
    mediaid: str | None
    media_url: str | None
    image_id: str | None
    image_dt: str | None
    alt_text: str | None
    width: int | None
    height: int | None
    kind: str
    status: str
    status_message: str | None
    collected_at: str | None
    processed_at: str
    file_name: str | None
    metadata: list[MetadataEntry] | None
    dt: str


class ApiError(TypedDict):
    """A request that a service refused for good."""

    api: str
    code: str
    message: str


class AnalysisRow(TypedDict, total=False):
    """A row of `analyses`: an image with Rekognition's responses in lower case. Width and height in pixels."""

    image_id: Required[str]
    s3_key: str
    origin: str
    width: int
    height: int
    content_type: str
    perceptual_hash: str | None
    analyzed_at: str
    image_labels: dict[str, Any] | None
    image_properties: dict[str, Any] | None
    face_counts: dict[str, Any] | None
    errors: list[ApiError]
    unmapped: str | None
    processed_at: str
    dt: str
