"""Labels as trees."""

from hypothesis import given
from hypothesis import strategies as st

from photolake_cli.inspect.label_tree import LabelNode, build_label_tree


def label(name, confidence, *parents):
    return {"name": name, "confidence": confidence, "parents": [{"name": parent} for parent in parents]}


def outline(nodes: list[LabelNode], depth: int = 0) -> list[str]:
    return [line for node in nodes for line in ("  " * depth + node.name, *outline(node.children, depth + 1))]


def test_a_label_stands_below_the_nearest_of_its_parents_and_the_surest_first():
    labels = [
        label("Transportation", 99.0),
        label("Wheel", 80.0, "Machine"),
        label("Vehicle", 99.0, "Transportation"),
        label("Machine", 80.0),
        label("Bus", 60.0, "Transportation", "Vehicle"),
        label("Car", 98.0, "Vehicle", "Transportation"),
    ]

    assert outline(build_label_tree(labels)) == [
        "Transportation",
        "  Vehicle",
        "    Car",
        "    Bus",
        "Machine",
        "  Wheel",
    ]


def test_a_parent_that_was_not_found_itself_stands_there_without_a_label():
    (root,) = build_label_tree([label("Tulip", 70.0, "Flower"), label("Rose", 90.0, "Flower")])

    assert (root.name, root.label, root.confidence) == ("Flower", None, 90.0)
    assert [child.name for child in root.children] == ["Rose", "Tulip"]


NAMES = st.sampled_from("abcde")


@given(st.lists(st.builds(lambda name, parents: label(name, 50.0, *parents), NAMES, st.lists(NAMES)), max_size=8))
def test_whatever_the_parents_are_each_name_stands_there_once(labels):
    names = {one["name"] for one in labels} | {
        parent["name"] for one in labels for parent in {each["name"]: one for each in labels}[one["name"]]["parents"]
    }

    shown = [line.strip() for line in outline(build_label_tree(labels))]
    assert len(shown) == len(set(shown))
    assert {one["name"] for one in labels} <= set(shown) <= names | set("abcde")
