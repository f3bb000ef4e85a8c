"""The table from ImageNet's classes to Rekognition's labels."""

import collections
import csv
from importlib import resources

import pytest

from laptop_cloud.engines.label_table import LabelRow, read_label_table
from laptop_cloud.engines.labels import derive_people_labels, derive_text_labels
from laptop_cloud.engines.results import Box, Face, Point, TextLine

TEXT = resources.files("laptop_cloud.engines").joinpath("label_table.csv").read_text(encoding="utf-8")
WRITTEN = list(csv.DictReader(TEXT.splitlines()))
ROWS = {row.name: row for row in read_label_table()}
# https://docs.aws.amazon.com/rekognition/latest/dg/labels.html
CATEGORIES = {
    "Animals and Pets",
    "Apparel and Accessories",
    "Beauty and Personal Care",
    "Buildings and Architecture",
    "Everyday Objects",
    "Food and Beverage",
    "Furniture and Furnishings",
    "Hobbies and Interests",
    "Home Appliances",
    "Home and Indoors",
    "Kitchen and Dining",
    "Nature and Outdoors",
    "Offices and Workspaces",
    "Person Description",
    "Plants and Flowers",
    "Sports",
    "Symbols and Flags",
    "Technology and Computing",
    "Text and Documents",
    "Tools and Machinery",
    "Toys and Gaming",
    "Transport and Logistics",
    "Vehicles and Automotive",
    "Weapons and Military",
}


def test_each_of_the_1000_classes_means_one_label():
    classes = collections.Counter(number for row in WRITTEN for number in row["imagenet_classes"].split(";") if number)

    assert classes == {str(number): 1 for number in range(1000)}


def test_each_class_stands_with_its_name():
    for row in WRITTEN:
        assert row["imagenet_classes"].count(";") == row["imagenet_names"].count(";"), row


def test_labels_are_unique_and_sorted():
    names = [row["label"] for row in WRITTEN]

    assert names == sorted(set(names), key=str.lower)


def test_categories_are_those_of_rekognition():
    assert {row.category for row in ROWS.values()} == CATEGORIES | {""}


def test_only_a_label_without_parents_may_have_no_category():
    assert [row.name for row in ROWS.values() if row.parents and not row.category] == []


@pytest.mark.parametrize(
    ("name", "parents", "aliases", "category"),
    [
        ("Car", ("Transportation", "Vehicle"), ("Automobile",), "Vehicles and Automotive"),
        ("Golden Retriever", ("Animal", "Canine", "Dog", "Mammal", "Pet"), (), "Animals and Pets"),
        ("Espresso", ("Beverage", "Coffee"), (), "Food and Beverage"),
        ("Trilobite", (), (), ""),
    ],
)
def test_a_label_has_all_labels_above_it_as_parents(name, parents, aliases, category):
    row = ROWS[name]

    assert (row.parents, row.aliases, row.category) == (parents, aliases, category)


def test_a_label_holds_the_classes_below_it():
    assert ROWS["Wine"].classes == {966}
    assert ROWS["Alcohol"].classes == {966}
    assert ROWS["Laptop"].classes == {620, 681}
    assert len(ROWS["Dog"].classes) == 118


def test_labels_that_other_engines_give_too_are_the_same_ones():
    people = derive_people_labels((Face(Box(0, 0, 1, 1), 90.0, {}, 0, 50, 50),))
    text = derive_text_labels((TextLine("OPEN", 95.0, (Point(0, 0),) * 4, ()),))
    shared = [label for label in (*people, *text) if label.name in ROWS]

    assert [label.name for label in shared] == ["Person", "Text"]
    for label in shared:
        row = ROWS[label.name]
        assert row == LabelRow(label.name, label.parents, label.aliases, label.category, row.classes)
