"""The code of functions and layers as Lambda would lay it out, built by their makefiles as `sam build` does."""

from __future__ import annotations

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

        Functions of the same layers share a folder, so that Python compiles a layer once.
        """
        if known := self._laid.get(tuple(layer_arns)):
            return known
        folder = self._laid[tuple(layer_arns)] = self._opt / logical_id
        _empty_folder(folder)
        for arn in layer_arns:
            layer = self._layers[arn]
            if layer is not None:
                shutil.copytree(layer, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
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
