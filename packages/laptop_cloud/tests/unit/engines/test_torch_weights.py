"""Reading PyTorch's files of weights without PyTorch."""

import collections
import io
import pickle
import sys
import types

import numpy as np
import pytest

from laptop_cloud.engines.torch_weights import read_state_dict


class Tensor:
    """Stands in the file as a call of torch's function for tensors."""

    def __init__(self, *arguments):
        self._arguments = arguments

    def __reduce__(self):
        return sys.modules["torch._utils"]._rebuild_tensor_v2, (*self._arguments, False, collections.OrderedDict())


class Storage:
    def __init__(self, type_, key, count):
        self.pid = ("storage", type_, key, "cpu", count, None)


class Pickler(pickle.Pickler):
    def persistent_id(self, obj):
        return obj.pid if isinstance(obj, Storage) else None


@pytest.fixture
def torch(monkeypatch):
    """Just enough of torch for `pickle` to name its parts."""
    module, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    for name in ("FloatStorage", "LongStorage"):
        setattr(module, name, type(name, (), {"__module__": "torch"}))

    def rebuild(*arguments):
        return arguments

    rebuild.__module__, rebuild.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    monkeypatch.setattr(utils, "_rebuild_tensor_v2", rebuild, raising=False)
    monkeypatch.setitem(sys.modules, "torch", module)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)
    return module


def write_file(path, tensors, storages):
    buffer = io.BytesIO()
    for part in (119547037146038801333356, 1001, {"little_endian": True}, tensors, list(storages)):
        Pickler(buffer, protocol=2).dump(part)
    for array in storages.values():
        buffer.write(len(array).to_bytes(8, "little") + array.tobytes())
    path.write_bytes(buffer.getvalue())


def test_tensors_are_views_into_the_storages_with_their_strides(torch, tmp_path):
    floats, counts = np.arange(6, dtype="<f4"), np.array([7], "<i8")
    storage = Storage(torch.FloatStorage, "1", 6)
    tensors = collections.OrderedDict(
        rows=Tensor(storage, 0, (2, 3), (3, 1)),
        columns=Tensor(storage, 0, (3, 2), (1, 3)),
        tail=Tensor(storage, 4, (2,), (1,)),
        count=Tensor(Storage(torch.LongStorage, "2", 1), 0, (), ()),
    )
    write_file(tmp_path / "net.pth", tensors, {"1": floats, "2": counts})

    state = read_state_dict(tmp_path / "net.pth")

    assert {name: array.tolist() for name, array in state.items()} == {
        "rows": [[0, 1, 2], [3, 4, 5]],
        "columns": [[0, 3], [1, 4], [2, 5]],
        "tail": [4, 5],
        "count": 7,
    }


class Command:
    """A pickle that runs a function when it is loaded."""

    def __reduce__(self):
        return print, ("run",)


def test_a_file_that_would_run_code_is_refused(tmp_path, capsys):
    write_file(tmp_path / "net.pth", Command(), {})

    with pytest.raises(pickle.UnpicklingError, match="print has no place"):
        read_state_dict(tmp_path / "net.pth")

    assert capsys.readouterr().out == ""
