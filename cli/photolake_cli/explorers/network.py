"""Networks of labels, hashtags and images, as networkx graphs with what Gephi reads of a node and an edge."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import networkx

from photolake_cli.explorers.image import Finding, Kind, LakeImage

if TYPE_CHECKING:
    from photolake_cli.explorers.lake import Hashtag

_NAMED = (Kind.LABEL, Kind.CUSTOM_LABEL, Kind.CELEBRITY)
_COLORS = {"image": (141, 160, 203), "hashtag": (252, 141, 98), Kind.LABEL: (102, 194, 165)}
_OTHER_COLOR = (231, 138, 195)
_IMAGE_SIZE = 10.0
_MAX_LABEL = 60


@dataclass
class _Name:
    """A label, custom label or celebrity: in how many images it is, and the file of the one where it is surest."""

    finding: Finding
    images: int = 0
    file: str | None = None


class Networks:
    """Collects images and their hashtags, and builds the three networks.

    Everything is in memory: what Gephi cannot draw is left out by `min_images`, which a label or hashtag, and two
    labels together, must have.
    """

    def __init__(self, min_images: int, show_authors: bool) -> None:
        """Nothing yet."""
        self._min_images = min_images
        self._show_authors = show_authors
        self._images: dict[str, dict[str, Any]] = {}
        self._names: dict[str, _Name] = {}
        self._labels: dict[str, list[tuple[str, float]]] = {}
        self._pairs: Counter[tuple[str, str]] = Counter()
        self._hashtags: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def add_image(self, image: LakeImage, file: str | None) -> None:
        """Add an image; `file` is the name of its file, None if there is none."""
        self._images[image.image_id] = _drop_nulls(self._describe_image(image, file))
        found: dict[str, Finding] = {}
        for finding in image.list_findings(*_NAMED):
            found.setdefault(_name_node(finding), finding)
        for node, finding in found.items():
            name = self._names.setdefault(node, _Name(finding))
            name.images += 1
            if file and (name.file is None or finding.confidence > name.finding.confidence):
                name.finding, name.file = finding, file
        self._labels[image.image_id] = [(node, round(each.confidence / 100, 4)) for node, each in found.items()]
        for (one, first), (other, second) in combinations(sorted(found.items()), 2):
            if first.name not in second.ancestors and second.name not in first.ancestors:
                self._pairs[one, other] += 1

    def add_hashtags(self, hashtags: Iterable[Hashtag]) -> None:
        """Add the hashtags of images that were added before; upper and lower case are the same hashtag."""
        for tag in hashtags:
            if tag.text and tag.image_id in self._images:
                node = f"hashtag:{tag.text.casefold()}"
                images = self._hashtags[node]
                images[tag.image_id] = images.get(tag.image_id, 0) + tag.posts
                self._spellings[node][tag.text] += tag.posts

    def build_labels(self) -> networkx.Graph:
        """Which labels are together in an image: an edge's weight is the number of such images.

        A label and its ancestor are always together, which says nothing.
        """
        graph = networkx.Graph()
        self._add_names(graph)
        for (one, other), images in self._pairs.items():
            if images >= self._min_images and one in graph and other in graph:
                either = self._names[one].images + self._names[other].images - images
                graph.add_edge(one, other, weight=images, jaccard=round(images / either, 4))
        return graph

    def build_image_labels(self) -> networkx.Graph:
        """Which labels an image has: an edge's weight is the confidence, from 0 to 1."""
        graph = networkx.Graph()
        self._add_names(graph)
        for image_id, labels in self._labels.items():
            node = self._add_image_node(graph, image_id)
            graph.add_weighted_edges_from((node, name, weight) for name, weight in labels if name in graph)
        return graph

    def build_image_hashtags(self) -> networkx.Graph:
        """Which hashtags stand in the posts that show an image: an edge's weight is the number of these posts."""
        graph = networkx.Graph()
        for tag, images in self._hashtags.items():
            if len(images) >= self._min_images:
                spelling, _ = min(self._spellings[tag].items(), key=lambda each: (-each[1], each[0]))
                label = f"#{spelling}"
                graph.add_node(tag, label=label, category="hashtag", images=len(images))
                graph.nodes[tag]["viz"] = _look("hashtag", _measure(len(images)))
                graph.add_weighted_edges_from(
                    (self._add_image_node(graph, image_id), tag, posts) for image_id, posts in images.items()
                )
        return graph

    def _add_names(self, graph: networkx.Graph) -> None:
        for node, name in self._names.items():
            if name.images >= self._min_images:
                values = {
                    "label": name.finding.name,
                    "category": str(name.finding.kind),
                    "group": name.finding.group or None,
                    "images": name.images,
                    "image": name.file,
                    "viz": _look(name.finding.kind, _measure(name.images)),
                }
                graph.add_node(node, **_drop_nulls(values))

    def _add_image_node(self, graph: networkx.Graph, image_id: str) -> str:
        node = f"image:{image_id}"
        graph.add_node(node, **self._images[image_id], viz=_look("image", _IMAGE_SIZE))
        return node

    def _describe_image(self, image: LakeImage, file: str | None) -> dict[str, Any]:
        post = image.post
        text = " ".join(post.text.split()) if post else ""
        described = {
            # 4CAT and Gephi's plugin Image Preview call them so.
            "category": "image",
            "image": file,
            "label": _shorten(text or image.file_name or image.image_id[:12]),
            "image_id": image.image_id,
            "labels": ", ".join(image.list_names(*_NAMED)) or None,
            "text": post.text or None if post else None,
            "posts": image.posts,
            "authors": image.authors,
            "day": image.day,
            "language": post and post.language,
            "sentiment": post and post.sentiment,
            "platform": post and post.platform,
            "post_url": post and post.url,
            "media_url": post and post.media_url,
            "suspect": image.is_suspect if image.is_judged else None,
            "moderation": ", ".join(image.list_names(Kind.MODERATION)) or None,
        }
        return {**described, "author": post.screen_name} if post and self._show_authors else described


def _name_node(finding: Finding) -> str:
    return f"{finding.kind}:{finding.name}"


def _drop_nulls(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _shorten(text: str) -> str:
    return text if len(text) <= _MAX_LABEL else f"{text[: _MAX_LABEL - 1]}…"


def _measure(images: int) -> float:
    """The size of a node, whose area grows with the number of images."""
    return round(min(5 * math.sqrt(images), 100), 1)


def _look(category: str, size: float) -> dict[str, Any]:
    red, green, blue = _COLORS.get(category, _OTHER_COLOR)
    return {"color": {"r": red, "g": green, "b": blue}, "size": size}
