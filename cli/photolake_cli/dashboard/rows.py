"""The rows and the index of the page, key by key as in `dashboard/src/data/format.ts`; a test compares them."""

from __future__ import annotations

from typing import Any, TypedDict

FORMAT_VERSION = 1

Scored = tuple[int, float]
"""The number of a name, and a confidence in percent."""
Face = tuple[int | None, int | None, int | None, int | None, int | None]
"""Lowest and highest age, the numbers of gender and strongest emotion, and whether it smiles (1 or 0)."""


class PostRow(TypedDict):
    """A post: numbers of names, milliseconds since 1970, scores 0 to 1."""

    id: str
    at: int | None
    platform: int | None
    language: int | None
    sentiment: int | None
    positive: float | None
    negative: float | None
    isRepost: int | None
    query: int | None
    author: int | None
    impressions: int | None
    likes: int | None
    reposts: int | None
    entities: list[int]
    hashtags: list[int]


class TextRow(TypedDict):
    """What is read of a post only when somebody looks at it."""

    text: str | None
    url: str | None
    author: str | None


class PhotoRow(TypedDict):
    """A photo of a post: the rows of the post and the picture, and numbers of names."""

    post: int
    picture: int | None
    status: int
    kind: int | None


class PictureRow(TypedDict):
    """An analysed image."""

    id: str
    origin: int
    width: int
    height: int
    missing: str | None
    alt: str | None
    group: int
    palette: list[str]
    labels: list[Scored]
    moderationLabels: list[Scored]
    lines: list[str]
    faces: list[Face]
    celebrities: list[Scored]


class ApiError(TypedDict):
    """A request that Rekognition refused for good."""

    api: str
    code: str
    message: str


class AnalysisRow(TypedDict):
    """What Rekognition answered about a picture, in the columns of the view image_analyses."""

    analyzedAt: str | None
    imageLabels: Any
    imageProperties: Any
    errors: list[ApiError]


class EntityName(TypedDict):
    """A brand, person, place, date or other thing that a post names."""

    text: str
    type: str


class LabelName(TypedDict):
    """A label with its parents and categories."""

    name: str
    parents: list[str]
    categories: list[str]


class ModerationName(TypedDict):
    """A moderation label; its parent is empty at the top level."""

    name: str
    parent: str


class Names(TypedDict):
    """The lists that name numbers count in."""

    platforms: list[str]
    languages: list[str]
    sentiments: list[str]
    queries: list[str]
    hashtags: list[str]
    entities: list[EntityName]
    labels: list[LabelName]
    moderationLabels: list[ModerationName]
    celebrities: list[str]
    genders: list[str]
    emotions: list[str]
    photoStatuses: list[str]
    photoKinds: list[str]
    origins: list[str]


class QueryText(TypedDict):
    """A saved query for people who want to run it themselves."""

    description: str
    sql: str
    command: str


class Answer(TypedDict):
    """The rows of a saved query under its columns."""

    columns: list[str]
    rows: list[list[Any]]


class Index(TypedDict):
    """What the page reads first."""

    format: int
    lake: str
    madeAt: int
    since: str
    until: str
    showsAuthors: bool
    imageApis: list[str]
    notes: list[str]
    rows: dict[str, int]
    pageRows: dict[str, int]
    names: Names
    queries: dict[str, QueryText]
    answers: dict[str, Answer]
