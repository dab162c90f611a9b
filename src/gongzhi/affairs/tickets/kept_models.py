"""A trained model's file: put in place, read once in a process and again when it changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction

from gongzhi.commons.ledger.recording import NewEvent, Plain, Subject, record
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.trained_models.files import read_model, write_model
from gongzhi.engines.triage.model import Model
from gongzhi.engines.triage.texts import Message

log = structlog.get_logger("gongzhi.triage")


@dataclass(frozen=True, slots=True)
class Stamp:
    """By what a file is known to be the one that was read."""

    path: Path
    node: int
    size: int
    changed: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What was last read: from which file, and the model; None where it can't be used."""

    stamp: Stamp | None
    model: Model | None


class KeptModel:
    """The model of one name in this installation's folder of models."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._reading = Lock()
        self._kept = Kept(None, None)

    def file(self) -> Path:
        """Where it lies, if there is one."""
        return Path(settings.MODELS_FOLDER) / self._name

    def newest(self) -> Kept:
        """What the file holds now; a broken one is a line in the log and never an error."""
        stamp = _stamp_of(self.file())
        if stamp != self._kept.stamp:
            with self._reading:
                if stamp != self._kept.stamp:
                    self._kept = Kept(stamp, _read(stamp) if stamp else None)
        return self._kept

    def replace(
        self,
        model: Model,
        *,
        told: Mapping[str, Any],
        subject: Subject,
        kind: str,
        data: Mapping[str, Plain],
        by: Actor,
        at: datetime,
    ) -> None:
        """Put a model in place, with what is `told` of its training in the file's record.

        The event is undone when the file can't be written. Its data get a digest of the arrays.
        """
        arrays, plain = model.parts()
        learned_at = {"learned_at": at.isoformat(timespec="seconds")}
        plain["record"] = {**plain["record"], **learned_at, **told}
        path = self.file()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        digest = sha256(b"".join(arrays[name].tobytes() for name in sorted(arrays))).hexdigest()
        with transaction.atomic():
            record(
                NewEvent(
                    subject=subject,
                    kind=kind,
                    at=at,
                    unit_id=by.unit_id,
                    person_id=by.person_id,
                    data={**data, "digest": digest},
                )
            )
            write_model(path, arrays=arrays, record=plain)


def _stamp_of(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return Stamp(path, found.st_ino, found.st_size, found.st_mtime_ns)


def _read(stamp: Stamp) -> Model | None:
    try:
        model = Model.from_parts(*read_model(stamp.path))
        model.suggest([Message(body="试一试")])  # parts that are read may still not work together
    except Exception as error:  # whatever a broken file does, requests go on
        log.warning("triage.model_unusable", file=stamp.path.name, error=type(error).__name__)
        return None
    log.info("triage.model_loaded", labels=len(model.labels))
    return model
