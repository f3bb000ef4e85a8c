"""The code of functions and layers as Lambda would lay it out, built by their makefiles as `sam build` does."""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from laptop_cloud.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from laptop_cloud.stack.template import CodeFolder


class Builds:
    """Builds into the folders `build/` and `opt/` of the state folder."""

    def __init__(
        self, code: Mapping[str, CodeFolder], state: Path, provided_layers: frozenset[str] = frozenset()
    ) -> None:
        self._code = code
        self._provided_layers = provided_layers
        self._build = state / "build"
        self._opt = state / "opt"
        self._layers: dict[str, Path | None] = {}
        self._laid: dict[tuple[str, ...], Path] = {}

    def add_layer(self, arn: str, code_key: str) -> None:
        """Build a layer, to be found by its ARN; a provided layer stays empty."""
        self._layers[arn] = None if code_key in self._provided_layers else self.function_folder(code_key)

    def function_folder(self, code_key: str) -> Path:
        """The built code of a function or layer: its LAMBDA_TASK_ROOT, or its part of /opt."""
        code = self._code[code_key]
        if code.build_method is None:
            return code.path
        if code.build_method != "makefile":
            raise TemplateError(
                f"{code.logical_id}: BuildMethod {code.build_method} is not available locally, only makefile"
            )
        return self._run_makefile(code)

    def layers_folder(self, logical_id: str, layer_arns: Sequence[str]) -> Path:
        """What a function finds in /opt: its layers, each laid over those before it.

        Functions of the same layers share a folder, and a file that is the same at the next start stays, so that
        Python compiles a layer once.
        """
        if known := self._laid.get(tuple(layer_arns)):
            return known
        folder = self._laid[tuple(layer_arns)] = self._opt / logical_id
        _lay(folder, [layer for arn in layer_arns if (layer := self._layers[arn]) is not None])
        return folder

    def _run_makefile(self, code: CodeFolder) -> Path:
        folder = self._build / code.logical_id
        _empty_folder(folder)
        made = subprocess.run(  # noqa: S603 (the project's own makefile)
            ["make", "--makefile", str(code.path / "Makefile"), f"build-{code.logical_id}"],  # noqa: S607
            cwd=code.path,
            env={**os.environ, "ARTIFACTS_DIR": str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            raise TemplateError(
                f"make build-{code.logical_id} in {code.path} failed:\n{made.stdout}{made.stderr}".rstrip()
            )
        return folder


def _empty_folder(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _lay(folder: Path, layers: Sequence[Path]) -> None:
    """Make the folder hold the files of the layers, and of others at most what Python compiled."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {source.relative_to(layer): source for layer in layers for source in _list_files(layer)}
    kept = {folder / parent for place in files for parent in place.parents}
    for old in [path for path in folder.rglob("*") if path.is_dir() and path.name != "__pycache__"]:
        if old not in kept:
            shutil.rmtree(old, ignore_errors=True)
    for old in _list_files(folder):
        if old.relative_to(folder) not in files:
            old.unlink()
    for place, source in files.items():
        target = folder / place
        if not (target.is_file() and filecmp.cmp(source, target, shallow=False)):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


def _list_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "__pycache__"]
