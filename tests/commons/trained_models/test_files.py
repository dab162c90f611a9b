"""A model file comes back as it was, is never half-written, and can't carry code."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from gongzhi.commons.trained_models.files import CannotReadModel, read_model, write_model

ARRAYS = {"a": np.arange(6, dtype=np.uint64).reshape(2, 3), "空": np.array([1.5])}


def test_arrays_and_record_come_back_as_they_were(tmp_path: Path) -> None:
    write_model(tmp_path / "m.npz", arrays=ARRAYS, record={"标签": ["甲"], "n": 3})
    arrays, record = read_model(tmp_path / "m.npz")
    assert record == {"标签": ["甲"], "n": 3}
    assert arrays.keys() == ARRAYS.keys()
    assert all(np.array_equal(arrays[name], ARRAYS[name]) for name in ARRAYS)
    assert arrays["a"].dtype == np.uint64
    assert np.array_equal(np.load(tmp_path / "m.npz", allow_pickle=False)["a"], ARRAYS["a"])


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    write_model(path, arrays=ARRAYS, record={})
    before = path.read_bytes()
    with pytest.raises(ValueError, match="pickle"):
        write_model(path, arrays={"code": np.array([print], dtype=object)}, record={})
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_pickled_objects_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    np.savez(path, code=np.array([{"x": 1}], dtype=object))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("record.json", json.dumps({}))
    with pytest.raises(CannotReadModel, match="safely"):
        read_model(path)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04"])
def test_what_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.npz"
    path.write_bytes(content)
    with pytest.raises(CannotReadModel, match="no model file"):
        read_model(path)
    with pytest.raises(CannotReadModel, match="can't be opened"):
        read_model(tmp_path / "missing.npz")


def test_a_part_damaged_inside_is_refused_as_such(tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    write_model(path, arrays={"a": np.random.default_rng(1).random(5_000)}, record={})
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2 : len(whole) // 2 + 500] = b"\xff" * 500
    path.write_bytes(bytes(whole))
    with pytest.raises(CannotReadModel, match="broken"):
        read_model(path)
