"""A trained model as one file: NumPy arrays and a JSON record in a zip, readable without pickle."""

import io
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_RECORD = "record.json"
_MOST_UNPACKED_BYTES = 4_000_000_000


class CannotReadModel(ValueError):
    """A file isn't a saved model; says what is wrong in Chinese and English."""

    def __init__(self, *, chinese: str, english: str) -> None:
        super().__init__(f"{chinese} {english}")
        self.chinese = chinese
        self.english = english


def write_model(
    path: str | Path, *, arrays: Mapping[str, NDArray[Any]], record: Mapping[str, Any]
) -> None:
    """Write a model whole or not at all: beside its place first, then moved there."""
    path = Path(path)
    with tempfile.NamedTemporaryFile(
        dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as unfinished:
        try:
            with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                archive.writestr(_RECORD, json.dumps(record, ensure_ascii=False, indent=1))
                for name, array in arrays.items():
                    with archive.open(f"{name}.npy", "w", force_zip64=True) as part:
                        np.lib.format.write_array(part, np.asarray(array), allow_pickle=False)
            unfinished.flush()
            os.fsync(unfinished.fileno())
            os.chmod(unfinished.name, 0o644)  # a temporary file is only its maker's to read
            os.replace(unfinished.name, path)
        except BaseException:
            os.unlink(unfinished.name)
            raise


def read_model(path: str | Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Read the arrays and the record of a model file; nothing in it is ever executed."""
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MOST_UNPACKED_BYTES:
                raise _wrong(path, "文件过大", "it unpacks to more than 4 GB")
            record = json.loads(archive.read(_RECORD))
            arrays = {
                name.removesuffix(".npy"): np.lib.format.read_array(
                    io.BytesIO(archive.read(name)), allow_pickle=False
                )
                for name in archive.namelist()
                if name.endswith(".npy")
            }
    except OSError as error:
        raise _wrong(path, "打不开文件", f"it can't be opened ({error.strerror})") from error
    except (zipfile.BadZipFile, zlib.error, KeyError, json.JSONDecodeError, EOFError) as error:
        raise _wrong(path, "不是模型文件或已损坏", "it is no model file, or broken") from error
    except ValueError as error:
        if isinstance(error, CannotReadModel):
            raise
        raise _wrong(path, "含有不允许的内容", f"a part can't be read safely ({error})") from error
    if not isinstance(record, dict):
        raise _wrong(path, "记录损坏", "its record is no table of values")
    return arrays, record


def _wrong(path: Path, chinese: str, english: str) -> CannotReadModel:
    return CannotReadModel(
        chinese=f"{path}：无法读取模型（{chinese}）。请用 gongzhi triage train 重新训练。",
        english=f"{path}: not a usable model: {english}. Train it again with gongzhi triage train.",
    )
