"""The labels of a photo as a tree: each below the nearest of its parents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Label = Mapping[str, Any]


@dataclass
class LabelNode:
    """A label with those below it; `label` is None for a parent that was not found itself."""

    name: str
    label: Label | None = None
    children: list[LabelNode] = field(default_factory=list)

    @property
    def confidence(self) -> float:
        """Its confidence, or that of the surest label below it."""
        if self.label is not None and self.label.get("confidence") is not None:
            return float(self.label["confidence"])
        return max((child.confidence for child in self.children), default=0.0)


def build_label_tree(labels: Sequence[Label]) -> list[LabelNode]:
    """Build the trees of the labels in the lower case of a row, the surest first.

    A label has all its ancestors as parents, so the nearest is the one that has most itself; of several the first by
    name. A parent without a label of its own stands there without a confidence.
    """
    nodes = {str(label["name"]): LabelNode(str(label["name"]), label) for label in labels}
    parents = {name: _list_parents(node.label) for name, node in nodes.items()}
    for names in list(parents.values()):
        for name in names:
            if name not in nodes:
                nodes[name], parents[name] = LabelNode(name), []
    roots = []
    for name, node in nodes.items():
        above = [parent for parent in parents[name] if len(parents[parent]) < len(parents[name])]
        if above:
            nearest = min(above, key=lambda parent: (-len(parents[parent]), parent))
            nodes[nearest].children.append(node)
        else:
            roots.append(node)
    for node in nodes.values():
        node.children.sort(key=lambda child: (-child.confidence, child.name))
    return sorted(roots, key=lambda node: (-node.confidence, node.name))


def _list_parents(label: Label | None) -> list[str]:
    found = {str(parent["name"]) for parent in (label or {}).get("parents") or [] if parent.get("name")}
    return sorted(found - {str((label or {}).get("name"))})
