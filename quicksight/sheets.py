"""The dashboard, sheet by sheet."""

from __future__ import annotations

from dataclasses import dataclass

from quicksight.data_sets import (
    CELEBRITIES,
    ENTITIES,
    FACES,
    HASHTAGS,
    LABEL_PAIRS,
    LABELS,
    MODERATION,
    PHOTOS,
    POSTS,
    SPREAD,
    TEXTS,
    DataSet,
)
from quicksight.fields import Category, Count, Formula, Moment, Number, Time, distinct
from quicksight.tables import Table
from quicksight.visuals import Bars, HeatMap, Kpi, Lines, Visual

SAFE = {"Moderation label": ("none",)}
SIDES = ("A", "B")


@dataclass(frozen=True)
class Filter:
    """A control that every sheet has, over the column of this name in every data set."""

    column: str
    title: str


@dataclass(frozen=True)
class Parameter:
    """A value that a reader chooses on a sheet, among those in a column."""

    name: str
    title: str
    data: DataSet
    column: str


@dataclass(frozen=True)
class Sheet:
    """A page of the dashboard; `note` stands on top of it."""

    name: str
    visuals: tuple[Visual, ...]
    note: str = ""
    parameters: tuple[Parameter, ...] = ()


DAYS = Filter("Posted at", "Days")
FILTERS = (Filter("Platform", "Platform"), Filter("Language", "Language"), Filter("Sentiment", "Sentiment"))

OVERVIEW = Sheet(
    "Overview",
    (
        Kpi("Posts", POSTS, Count("Post")),
        Kpi("Photos", PHOTOS, Count("Photo")),
        Kpi("Posts with photos", POSTS, Formula("Share with photos")),
        Kpi("Different images", PHOTOS, distinct("Image")),
        Kpi("Photos seen before", PHOTOS, Formula("Duplicate share")),
        Kpi("Impressions", POSTS, Number("Impressions")),
        Lines("Posts by platform", POSTS, Count("Post"), Category("Platform")),
        Lines("Posts by language", POSTS, Count("Post"), Category("Language")),
        Bars("Sentiment by day", POSTS, Time(), Count("Post"), Category("Sentiment"), "STACKED_PERCENT"),
        Bars("What became of the photos by day", PHOTOS, Time(), Count("Photo"), Category("Status"), "STACKED"),
        Bars("What became of the photos", PHOTOS, Category("Status"), Count("Photo")),
        Bars("Kinds of photos", PHOTOS, Category("Kind"), Count("Photo")),
        Bars("Posts by query", POSTS, Category("Query"), Count("Post")),
        Table(
            "Posts with the most likes",
            POSTS,
            (Category("Post link"), Category("Platform"), Category("Language")),
            {
                "Likes": Number("Likes"),
                "Reposts": Number("Reposts"),
                "Replies": Number("Replies"),
                "Impressions": Number("Impressions"),
                "Posted at": Moment("MIN"),
            },
            links=("Post link",),
            width=18,
            height=12,
        ),
    ),
)
PICTURES = Sheet(
    "Pictures",
    (
        Table(
            "Pictures by the number of posts that show them",
            SPREAD,
            (Category("First photo"), Category("First post")),
            {
                "Posts": distinct("Post"),
                "Authors": distinct("Author key"),
                "First": Moment("MIN"),
                "Last": Moment("MAX"),
            },
            images=("First photo",),
            links=("First post",),
            height=21,
            only=SAFE,
        ),
        Table(
            "Photos, the newest first",
            SPREAD,
            (
                Category("Photo link"),
                Category("Platform"),
                Category("Language"),
                Category("Sentiment"),
                Category("Post link"),
            ),
            {"Posted at": Moment("MAX")},
            images=("Photo link",),
            links=("Post link",),
            height=21,
            only=SAFE,
        ),
    ),
    note="Near-duplicates are one picture. Photos with moderation labels are left out: see Suspect content.",
)
CONTENT = Sheet(
    "Labels, text, entities",
    (
        Bars("Labels", LABELS, Category("Label"), Count("Photo"), largest=25, height=16),
        Lines("Labels by day", LABELS, Count("Photo"), Category("Label"), height=16),
        Bars(
            "Labels by sentiment of the post",
            LABELS,
            Category("Label"),
            Count("Photo"),
            Category("Sentiment"),
            "STACKED_PERCENT",
        ),
        Bars("Categories of labels", LABELS, Category("Category"), Count("Photo")),
        HeatMap("Labels together in a photo", LABEL_PAIRS, Category("Label"), Category("Other label"), Count("Photo")),
        Bars("Entities", ENTITIES, Category("Entity"), distinct("Post"), Category("Entity type"), "STACKED", 25),
        Bars(
            "Entities by sentiment of the post",
            ENTITIES,
            Category("Entity"),
            distinct("Post"),
            Category("Sentiment"),
            "STACKED_PERCENT",
        ),
        Table(
            "Labels and balance of sentiment",
            LABELS,
            (Category("Label"),),
            {"Posts": distinct("Post"), "Balance": Formula("Balance (labels)")},
            width=18,
        ),
        Table(
            "Entities and balance of sentiment",
            ENTITIES,
            (Category("Entity"), Category("Entity type")),
            {"Posts": distinct("Post"), "Balance": Formula("Balance (entities)")},
            width=18,
        ),
        Bars("Hashtags", HASHTAGS, Category("Hashtag"), distinct("Post")),
        Lines("Hashtags by day", HASHTAGS, distinct("Post"), Category("Hashtag")),
        Table(
            "Text in photos",
            TEXTS,
            (Category("Line"),),
            {"Times": Count("Photo"), "Posts": distinct("Post"), "First": Moment("MIN"), "Last": Moment("MAX")},
        ),
    ),
)
COMPARE = Sheet(
    "Compare",
    (
        Bars(
            "Posts by day",
            POSTS,
            Time(),
            Count("Post"),
            Category("Side (posts)"),
            only={"Side (posts)": SIDES},
        ),
        Bars(
            "Sentiment",
            POSTS,
            Category("Side (posts)"),
            Count("Post"),
            Category("Sentiment"),
            "STACKED_PERCENT",
            only={"Side (posts)": SIDES},
        ),
        Table(
            "In numbers",
            POSTS,
            (Category("Side (posts)"), Category("Query")),
            {
                "Posts": Count("Post"),
                "With photos": Formula("Share with photos"),
                "Positive": Formula("Share positive"),
                "Negative": Formula("Share negative"),
                "Impressions": Number("Impressions"),
                "Likes of a post": Number("Likes", "AVERAGE"),
            },
            height=8,
            only={"Side (posts)": SIDES},
        ),
        Bars(
            "Labels, photos of A and B",
            LABELS,
            Category("Label"),
            Count("Photo"),
            Category("Side (photos)"),
            largest=25,
            height=18,
            only={"Side (photos)": SIDES},
        ),
        Bars(
            "Labels, share of A and B",
            LABELS,
            Category("Label"),
            Count("Photo"),
            Category("Side (photos)"),
            "STACKED_PERCENT",
            largest=25,
            height=18,
            only={"Side (photos)": SIDES},
        ),
        Bars(
            "Entities A and B by day",
            ENTITIES,
            Time(),
            distinct("Post"),
            Category("Side (mentions)"),
            only={"Side (mentions)": SIDES},
        ),
        Bars(
            "Sentiment of the posts that name entity A or B",
            ENTITIES,
            Category("Side (mentions)"),
            distinct("Post"),
            Category("Sentiment"),
            "STACKED_PERCENT",
            only={"Side (mentions)": SIDES},
        ),
    ),
    note="Choose two queries, and two entities (such as brands), in the controls above.",
    parameters=(
        Parameter("QueryA", "Query A", POSTS, "Query"),
        Parameter("QueryB", "Query B", POSTS, "Query"),
        Parameter("EntityA", "Entity A", ENTITIES, "Entity"),
        Parameter("EntityB", "Entity B", ENTITIES, "Entity"),
    ),
)
PEOPLE = Sheet(
    "People",
    (
        Kpi("Faces", FACES, Count("Photo"), width=12),
        Kpi("Different photos with faces", FACES, distinct("Photo"), width=12),
        Kpi("Recognised celebrities", CELEBRITIES, distinct("Celebrity"), width=12),
        Bars("Ages", FACES, Category("Age group"), Count("Photo"), Category("Gender"), "STACKED"),
        Bars("Strongest emotions", FACES, Category("Emotion"), Count("Photo"), Category("Gender"), "STACKED"),
        Lines("Emotions by day", FACES, Count("Photo"), Category("Emotion")),
        Bars(
            "Emotions by sentiment of the post",
            FACES,
            Category("Emotion"),
            Count("Photo"),
            Category("Sentiment"),
            "STACKED_PERCENT",
        ),
        Bars("Celebrities", CELEBRITIES, Category("Celebrity"), distinct("Post")),
        Bars(
            "Celebrities by sentiment of the post",
            CELEBRITIES,
            Category("Celebrity"),
            distinct("Post"),
            Category("Sentiment"),
            "STACKED_PERCENT",
        ),
    ),
    note="Age, gender and emotion are guessed from the look of a face. It is not what a person is or feels.",
)
SUSPECT = Sheet(
    "Suspect content",
    (
        Kpi("Different photos with moderation labels", MODERATION, distinct("Photo"), width=12),
        Kpi("Posts that show them", MODERATION, distinct("Post"), width=12),
        Kpi("Kinds", MODERATION, distinct("Moderation label"), width=12),
        Bars("Moderation labels", MODERATION, Category("Moderation label"), Count("Photo")),
        Lines("Moderation labels by day", MODERATION, Count("Photo"), Category("Moderation label")),
        Table(
            "Posts",
            MODERATION,
            (Category("Moderation label"), Category("Parent label"), Category("Platform"), Category("Post link")),
            {"Confidence": Number("Confidence", "MAX"), "Posted at": Moment("MIN")},
            links=("Post link",),
            height=20,
        ),
    ),
    note="No picture is shown here. The links lead to the posts.",
)
SPREADING = Sheet(
    "Spread",
    (
        Kpi("Pictures", SPREAD, distinct("Picture"), width=12),
        Kpi("Posts that show them", SPREAD, distinct("Post"), width=12),
        Kpi("Different files", SPREAD, distinct("Image"), width=12),
        Table(
            "The most repeated pictures",
            SPREAD,
            (Category("First photo"), Category("Picture"), Category("First post")),
            {
                "Posts": distinct("Post"),
                "Authors": distinct("Author key"),
                "Files": distinct("Image"),
                "First": Moment("MIN"),
                "Last": Moment("MAX"),
            },
            images=("First photo",),
            links=("First post",),
            height=21,
            only=SAFE,
        ),
        Lines(
            "Posts that show the most repeated pictures, by day",
            SPREAD,
            distinct("Post"),
            Category("Picture"),
            largest=5,
        ),
        Bars(
            "Languages of the posts that show the most repeated pictures",
            SPREAD,
            Category("Picture"),
            distinct("Post"),
            Category("Language"),
            "STACKED",
            10,
        ),
    ),
    note="A picture is a group of near-duplicates. Its first photo may be older than the days that are shown.",
)
SHEETS = (OVERVIEW, PICTURES, CONTENT, COMPARE, PEOPLE, SUSPECT, SPREADING)
