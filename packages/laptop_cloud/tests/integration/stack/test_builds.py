"""Building functions and layers by their makefiles."""

import shutil
from pathlib import Path

import pytest

from laptop_cloud.errors import TemplateError
from laptop_cloud.stack.builds import Builds
from laptop_cloud.stack.template import CodeFolder


def _makefile(folder: Path, *rules: str) -> Path:
    folder.mkdir()
    (folder / "Makefile").write_text("".join(f"{rule}\n" for rule in rules))
    return folder


def test_code_is_built_by_its_makefile_in_its_own_folder_and_nothing_old_stays(tmp_path: Path):
    code = _makefile(tmp_path / "code", "build-Worker:", '\tcp app.py "$(ARTIFACTS_DIR)"')
    (code / "app.py").write_text("new")
    (tmp_path / "state" / "build" / "Worker").mkdir(parents=True)
    (tmp_path / "state" / "build" / "Worker" / "old.py").write_text("old")

    folder = Builds({"Worker": CodeFolder("Worker", code, "makefile")}, tmp_path / "state").function_folder("Worker")

    assert {path.name: path.read_text() for path in folder.iterdir()} == {"app.py": "new"}


def test_code_without_a_build_method_is_used_where_it_lies(tmp_path: Path):
    builds = Builds({"Sql": CodeFolder("Sql", tmp_path, None)}, tmp_path / "state")

    assert builds.function_folder("Sql") == tmp_path


def test_later_layers_overlay_earlier_ones_and_a_provided_layer_stays_empty(tmp_path: Path):
    for name in ("first", "second"):
        (tmp_path / name / "python").mkdir(parents=True)
        (tmp_path / name / "python" / "same.py").write_text(name)
        (tmp_path / name / f"{name}.txt").write_text(name)
    never_made = _makefile(tmp_path / "dependencies", "build-DependenciesLayer:", "\tfalse")
    code = {
        "First": CodeFolder("First", tmp_path / "first", None),
        "Second": CodeFolder("Second", tmp_path / "second", None),
        "DependenciesLayer": CodeFolder("DependenciesLayer", never_made, "makefile"),
    }
    builds = Builds(code, tmp_path / "state", frozenset({"DependenciesLayer"}))
    for key in code:
        builds.add_layer(f"arn:{key}", key)

    folder = builds.layers_folder("Worker", ["arn:First", "arn:DependenciesLayer", "arn:Second"])

    files = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}
    assert files == {"python/same.py": "second", "first.txt": "first", "second.txt": "second"}
    assert builds.layers_folder("Another", ["arn:First", "arn:DependenciesLayer", "arn:Second"]) == folder
    assert builds.layers_folder("Other", ["arn:Second", "arn:First"]) != folder


def test_at_the_next_start_a_layer_keeps_what_is_the_same_and_what_python_compiled_of_it(tmp_path: Path):
    layer, folder = tmp_path / "layer", tmp_path / "state" / "opt" / "Worker"
    for name in ("same", "changed", "gone/old"):
        (layer / name).parent.mkdir(parents=True, exist_ok=True)
        (layer / f"{name}.py").write_text(name)

    def lay() -> Path:
        builds = Builds({"Layer": CodeFolder("Layer", layer, None)}, tmp_path / "state")
        builds.add_layer("arn:Layer", "Layer")
        return builds.layers_folder("Worker", ["arn:Layer"])

    assert lay() == folder
    compiled = folder / "__pycache__" / "same.pyc"
    compiled.parent.mkdir()
    compiled.write_text("compiled")
    before = (folder / "same.py").stat().st_mtime_ns
    shutil.rmtree(layer / "gone")
    (layer / "changed.py").write_text("CHANGED")
    (layer / "same.py").touch()
    lay()

    files = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}
    assert files == {"same.py": "same", "changed.py": "CHANGED", "__pycache__/same.pyc": "compiled"}
    assert (folder / "same.py").stat().st_mtime_ns == before
    assert not (folder / "gone").exists()


def test_a_build_that_fails_is_said_with_what_make_printed(tmp_path: Path):
    code = _makefile(tmp_path / "code", "build-Worker:", "\tcp nothing.py there.py")

    with pytest.raises(TemplateError, match=r"make build-Worker in .* failed:\n(.*\n)*.*nothing\.py"):
        Builds({"Worker": CodeFolder("Worker", code, "makefile")}, tmp_path / "state").function_folder("Worker")


def test_another_way_to_build_is_refused(tmp_path: Path):
    builds = Builds({"Worker": CodeFolder("Worker", tmp_path, "python-uv")}, tmp_path / "state")

    with pytest.raises(TemplateError, match="Worker: BuildMethod python-uv is not available locally, only makefile"):
        builds.function_folder("Worker")
