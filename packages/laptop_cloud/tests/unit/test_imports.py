"""How the modules of the package may import each other, and what they may not import at all."""

import ast
from pathlib import Path

import networkx as nx

import laptop_cloud

SOURCES = Path(laptop_cloud.__file__).parent
TESTS = Path(__file__).parents[1]


def imported_modules(file: Path) -> set[str]:
    """Every module that a file names in an import, those for type checkers included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def folder_of(module: str) -> str:
    """The folder of a module under the package; a module beside the folders stands for itself."""
    parts = module.split(".")[1:]
    path = SOURCES.joinpath(*parts)
    while not path.is_dir() and not path.with_suffix(".py").is_file():
        path = path.parent
    if path.is_dir():
        return str(path.relative_to(SOURCES))
    is_loose = path.parent in (SOURCES, SOURCES / "services", SOURCES / "services/athena")
    return str((path if is_loose else path.parent).relative_to(SOURCES))


def test_no_module_imports_anything_of_the_product() -> None:
    product = {"photolake", "photolake_cli", "tests"}
    files = [*SOURCES.rglob("*.py"), *TESTS.rglob("*.py")]

    assert {file.name for file in files for name in imported_modules(file) if name.split(".")[0] in product} == set()


def test_no_folders_import_each_other_in_a_circle() -> None:
    graph = nx.DiGraph()
    for file in SOURCES.rglob("*.py"):
        own = folder_of(".".join(["laptop_cloud", *file.relative_to(SOURCES).with_suffix("").parts]))
        for name in imported_modules(file):
            if name.startswith("laptop_cloud.") and (other := folder_of(name)) != own:
                graph.add_edge(own, other)

    assert list(nx.simple_cycles(graph)) == []
