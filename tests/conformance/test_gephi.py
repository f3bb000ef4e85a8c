"""Gephi opens the networks of `photolake export gexf`: its nodes, values and weights are what was written."""

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from photolake_cli.explorers.gexf import make_legal, write_gexf
from photolake_cli.explorers.image_row import read_image
from photolake_cli.explorers.lake import Hashtag
from photolake_cli.explorers.network import Networks
from tests.builders import explorer_lake
from tests.builders.explorer_lake import HOSTILE, HOSTILE_TAG, image_id
from tests.conformance.gephi_installation import DOWNLOAD
from tests.conformance.trino_installation import java

PROGRAM = Path(__file__).parent / "gephi/OpenNetworks.java"
FILE = f"{image_id('dog')}.jpg"


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """What Gephi says of the networks of two images, by their names."""
    folder = tmp_path_factory.mktemp("networks")
    networks = Networks(min_images=1, show_authors=True)
    networks.add_image(read_image(explorer_lake.result_row("dog")), FILE)
    networks.add_image(read_image(explorer_lake.result_row("wine")), None)
    networks.add_hashtags([Hashtag(image_id("dog"), "Beach", 2), Hashtag(image_id("dog"), HOSTILE_TAG, 1)])
    graphs = {
        "labels": networks.build_labels(),
        "image-labels": networks.build_image_labels(),
        "image-hashtags": networks.build_image_hashtags(),
    }
    for name, graph in graphs.items():
        with (folder / f"{name}.gexf").open("wb") as out:
            write_gexf(graph, out, name)
    return graphs, run_gephi([folder / f"{name}.gexf" for name in graphs])


def run_gephi(files):
    [toolkit] = DOWNLOAD.installed(os.environ).glob("gephi-toolkit-*-all.jar")
    program = [java(os.environ), "-Djava.awt.headless=true", "-cp", toolkit, PROGRAM, *files]
    done = subprocess.run([str(word) for word in program], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = {}
    for line in done.stdout.splitlines():
        kind, *words = line.split(" ")
        if kind == "issue":
            assert words[0] == "INFO", decode(words[1])
        elif kind == "network":
            network = found[words[0].removesuffix(".gexf")] = {"nodes": {}, "edges": {}, "undirected": words[1]}
        elif kind == "node":
            node = network["nodes"][decode(words[0])] = {"label": decode(words[1])}
        elif kind == "value":
            node[words[0]] = read_value(words[1], decode(words[2]))
        else:
            network["edges"][frozenset(map(decode, words[:2]))] = float(words[2])
    return found


def decode(word):
    return base64.b64decode(word.removeprefix("=")).decode()


def read_value(kind, text):
    return json.loads(text) if kind in ("Long", "Boolean") else text


@pytest.mark.parametrize("name", ["labels", "image-labels", "image-hashtags"])
def test_gephi_has_every_node_value_and_weight(name, opened):
    graphs, found = opened

    expected = {
        make_legal(node): {
            key: make_legal(value) if isinstance(value, str) else value for key, value in values.items() if key != "viz"
        }
        for node, values in graphs[name].nodes(data=True)
    }
    weights = {
        frozenset(map(make_legal, (one, other))): pytest.approx(values["weight"])
        for one, other, values in graphs[name].edges(data=True)
    }
    assert found[name] == {"nodes": expected, "edges": weights, "undirected": "true"}


def test_the_file_of_an_image_is_in_the_column_image_that_the_plugin_reads(opened):
    _, found = opened

    dog = found["image-labels"]["nodes"][f"image:{image_id('dog')}"]
    assert (dog["image"], dog["author"]) == (FILE, "ann")
    assert dog["text"] == make_legal(HOSTILE)
    assert "image" not in found["image-labels"]["nodes"][f"image:{image_id('wine')}"]
