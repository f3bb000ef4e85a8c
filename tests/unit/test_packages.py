"""How the packages of photolake depend on each other, and which errors they raise."""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import photolake.errors

CORE = Path(photolake.errors.__file__).parent
MODULES = {
    ".".join(path.relative_to(CORE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in CORE.rglob("*.py")
}


def find_package(module, depth):
    """The package of a module, of at most `depth` parts; a module directly in photolake stands for itself."""
    parts = module.split(".")
    is_package = MODULES.get(module, CORE).name == "__init__.py"
    package = parts if is_package or len(parts) == 2 else parts[:-1]
    return ".".join(package[:depth])


def find_imports(module):
    """The modules of photolake that a module imports, also for its types alone."""
    for node in ast.walk(ast.parse(MODULES[module].read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES:
            for alias in node.names:
                nested = f"{node.module}.{alias.name}"
                yield nested if nested in MODULES else node.module


def graph(depth):
    edges: dict[str, set[str]] = {}
    for module in MODULES:
        package = find_package(module, depth)
        imported = {find_package(name, depth) for name in find_imports(module)}
        edges.setdefault(package, set()).update(imported - {package, "photolake"})
    return edges


@pytest.mark.parametrize("depth", [2, 5])
def test_packages_do_not_import_each_other_in_a_circle(depth):
    assert list(TopologicalSorter(graph(depth)).static_order())


def test_platforms_do_not_import_each_other():
    platforms = {name for name in graph(3) if name.startswith("photolake.sources.")}

    assert {"photolake.sources.x", "photolake.sources.bluesky"} <= platforms
    assert {name: graph(3)[name] & platforms for name in platforms} == {name: set() for name in platforms}


def test_the_docstring_of_errors_lists_every_error():
    listed = set(re.findall(r"\w+Error\b", photolake.errors.__doc__ or ""))
    defined = {
        node.name
        for path in MODULES.values()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        and any(re.search(r"(Error|Exception)$", ast.unparse(base)) for base in node.bases)
    }

    assert listed == defined
