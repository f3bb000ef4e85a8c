"""The data sets of the dashboard: which columns of which view, and what QuickSight calls them.

A reader of the dashboard sees the friendly name, and formulas use it. The columns by which every sheet filters have the
same names in every data set, because QuickSight applies a filter to all data sets by the name of its column. Left out
on purpose are the posts' texts, their authors' handles and ids, and booleans, of which QuickSight makes numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# Ids are the texts, not the numbers: QuickSight shows whole numbers above 2^53 inexactly.
# https://docs.aws.amazon.com/quicksight/latest/user/supported-data-types.html
POST = {"id_str": "Post"}
# A photo that several posts show has one id on X: counting rows counts showings, different values count photos.
PHOTO = {"mediaid": "Photo"}
LINK = {"post_url": "Post link"}
QUERY = {"matched_query": "Query"}
FILTERED = {
    "posted_at": "Posted at",
    "source_platform": "Platform",
    "language": "Language",
    "sentiment": "Sentiment",
}


@dataclass(frozen=True)
class DataSet:
    """A view in SPICE.

    `columns` gives each column of the view the name that readers see, `formulas` each calculated field its formula.
    """

    name: str
    title: str
    view: str
    columns: Mapping[str, str]
    formulas: Mapping[str, str] = field(default_factory=dict)

    def check(self, column: str) -> str:
        """The same name; KeyError if the data set has no such column or calculated field."""
        if column not in self.formulas and column not in self.columns.values():
            raise KeyError(
                f"{self.title} has no column {column}, only {', '.join([*self.columns.values(), *self.formulas])}"
            )
        return column


BALANCE = "(countIf({Post}, {Sentiment} = 'POSITIVE') - countIf({Post}, {Sentiment} = 'NEGATIVE')) / count({Post})"


def compare(column: str, first: str, second: str) -> str:
    """The formula that says which of two parameters has the value of a column."""
    return f"ifelse({{{column}}} = ${{{first}}}, 'A', {{{column}}} = ${{{second}}}, 'B', 'neither')"


POSTS = DataSet(
    "posts",
    "Posts",
    "dashboard_posts",
    {
        **FILTERED,
        **POST,
        **LINK,
        **QUERY,
        "photos": "Photos",
        "impression_count": "Impressions",
        "favorite_count": "Likes",
        "retweet_count": "Reposts",
        "reply_count": "Replies",
    },
    {
        "Share with photos": "countIf({Post}, {Photos} > 0) / count({Post})",
        "Share positive": "countIf({Post}, {Sentiment} = 'POSITIVE') / count({Post})",
        "Share negative": "countIf({Post}, {Sentiment} = 'NEGATIVE') / count({Post})",
        "Side (posts)": compare("Query", "QueryA", "QueryB"),
    },
)
PHOTOS = DataSet(
    "photos",
    "Photos",
    "dashboard_photos",
    {
        **FILTERED,
        **PHOTO,
        "image_id": "Image",
        "status": "Status",
        "kind": "Kind",
    },
    {"Duplicate share": "countIf({Photo}, {Status} = 'duplicate') / count({Photo})"},
)
LABELS = DataSet(
    "labels",
    "Labels",
    "dashboard_labels",
    {**FILTERED, **POST, **QUERY, **PHOTO, "label_name": "Label", "label_category": "Category"},
    {
        "Balance (labels)": BALANCE,
        "Side (photos)": compare("Query", "QueryA", "QueryB"),
    },
)
LABEL_PAIRS = DataSet(
    "label-pairs",
    "Label pairs",
    "dashboard_label_pairs",
    {**FILTERED, **PHOTO, "label_name": "Label", "other_label_name": "Other label"},
)
TEXTS = DataSet(
    "texts",
    "Text in photos",
    "dashboard_texts",
    {**FILTERED, **POST, **PHOTO, "line": "Line"},
)
ENTITIES = DataSet(
    "entities",
    "Entities",
    "dashboard_entities",
    {**FILTERED, **POST, "entity": "Entity", "type": "Entity type"},
    {
        "Balance (entities)": BALANCE,
        "Side (mentions)": compare("Entity", "EntityA", "EntityB"),
    },
)
HASHTAGS = DataSet("hashtags", "Hashtags", "dashboard_hashtags", {**FILTERED, **POST, "hashtag": "Hashtag"})
FACES = DataSet(
    "faces",
    "Faces",
    "dashboard_faces",
    {**FILTERED, **PHOTO, "age_group": "Age group", "gender": "Gender", "emotion": "Emotion"},
)
CELEBRITIES = DataSet(
    "celebrities",
    "Celebrities",
    "dashboard_celebrities",
    {**FILTERED, **POST, "name": "Celebrity"},
)
MODERATION = DataSet(
    "moderation",
    "Moderation labels",
    "dashboard_moderation",
    {
        **FILTERED,
        **POST,
        **LINK,
        **PHOTO,
        "label_name": "Moderation label",
        "parent_name": "Parent label",
        "confidence": "Confidence",
    },
)
SPREAD = DataSet(
    "spread",
    "Spread of pictures",
    "dashboard_spread",
    {
        **FILTERED,
        **POST,
        **LINK,
        "media_url": "Photo link",
        "image_id": "Image",
        "image_group": "Picture",
        "moderation_label": "Moderation label",
        "first_media_url": "First photo",
        "first_post_url": "First post",
        "author_key": "Author key",
    },
)
DATA_SETS = (
    POSTS,
    PHOTOS,
    LABELS,
    LABEL_PAIRS,
    TEXTS,
    ENTITIES,
    HASHTAGS,
    FACES,
    CELEBRITIES,
    MODERATION,
    SPREAD,
)
