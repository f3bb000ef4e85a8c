"""The command's modules import each other in one direction."""

import ast
import subprocess
import sys
from pathlib import Path

import networkx
import pytest

ROOT = Path(__file__).parents[3] / "cli"


def build_import_graph():
    """Every import of one of our modules by another, also those inside functions and for types only."""
    paths = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in ROOT.rglob("*.py")}
    graph = networkx.DiGraph()
    for name, path in paths.items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                named = [f"{node.module}.{alias.name}" for alias in node.names]
                graph.add_edges_from((name, each) for each in (node.module, *named) if each in paths)
    return graph


def test_no_module_imports_itself_in_a_circle():
    graph = build_import_graph()

    assert len(graph) > 25
    assert list(networkx.simple_cycles(graph)) == []


def test_what_does_the_work_does_not_know_the_commands():
    importers = {source for source, target in build_import_graph().edges if ".commands." in target}

    assert {name for name in importers if ".commands." not in name} == {"photolake_cli.main"}


HEAVY = {"boto3", "botocore", "duckdb", "numpy", "pandas", "pyarrow", "pyathena", "rich", "pygments", "ssl", "urllib3"}


@pytest.mark.parametrize(
    "words", [["--help"], ["collect", "--help"], ["query", "--help"], ["demo", "--help"], ["export", "--help"]]
)
def test_a_page_of_help_loads_nothing_that_works(words):
    program = """
import atexit, sys
atexit.register(lambda: print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr))
from photolake_cli.main import app
app(prog_name="photolake")
"""
    ended = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)

    assert ended.stdout.startswith("Usage: photolake")
    assert HEAVY & set(ended.stderr.split()) == set()
