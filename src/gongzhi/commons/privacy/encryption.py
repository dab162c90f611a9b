"""Encryption at rest of contacts and whatever else must not be readable in the database file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.db import models, transaction

from gongzhi.commons.privacy.keyring import keys, keys_on_disk

_PURPOSE = "contact"
_CHUNK = 500


class CannotOpen(ValueError):
    """A sealed text that none of the installation's keys opens: altered, or its key is gone."""


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column that holds sealed texts, and the blind index kept beside it, if any."""

    model: str  # "tickets.Requester"
    field: str
    index_field: str = ""
    index: Callable[[str], str] | None = None


_columns: list[SealedColumn] = []


def declare_sealed_column(
    model: str, field: str, *, index_field: str = "", index: Callable[[str], str] | None = None
) -> None:
    """Tell `reseal` of a column to re-encrypt, with its blind index to compute anew."""
    column = SealedColumn(model, field, index_field, index)
    if column not in _columns:
        _columns.append(column)


def seal_text(text: str) -> str:
    """Encrypt a text under the newest key; the empty text stays empty."""
    return _box(keys(_PURPOSE)).encrypt(text.encode()).decode() if text else ""


def open_text(token: str) -> str:
    """Decrypt what `seal_text` gave; raises CannotOpen.

    A process started before a rotation looks once more into the secrets file before it gives up.
    """
    if not token:
        return ""
    for known in dict.fromkeys((keys(_PURPOSE), keys_on_disk(_PURPOSE))):
        try:
            return _box(known).decrypt(token.encode()).decode()
        except InvalidToken:
            continue
    raise CannotOpen("no key of this installation opens the sealed text")


def reseal(*, progress: Callable[[int], object] | None = None) -> int:
    """Bring every declared column, and its index, under the newest keys; returns how many changed.

    Chunk by chunk, each in its own transaction. What is already under the newest keys is passed
    over, so an interrupted run goes on when started again; a text changed meanwhile by somebody
    else is left as they wrote it. Raises CannotOpen at a text that no key opens.
    """
    ring = keys_on_disk(_PURPOSE)
    newest, box = _box(ring[:1]), _box(ring)
    changed = 0
    for column in _columns:
        for rows in _chunks(column):
            with transaction.atomic():
                changed += sum(_renew(column, pk, token, newest, box) for pk, token in rows)
            if progress:
                progress(len(rows))
    return changed


def sealed_texts() -> int:
    """How many sealed texts there are: the total for a progress bar."""
    return sum(_rows_of(column).count() for column in _columns)


def _renew(column: SealedColumn, pk: int, token: str, newest: MultiFernet, box: MultiFernet) -> int:
    model = apps.get_model(column.model)
    values: dict[str, str] = {}
    try:
        text = box.decrypt(token.encode())
    except InvalidToken:
        raise CannotOpen(f"{column.model} {pk}: no key opens its {column.field}") from None
    try:
        newest.decrypt(token.encode())
    except InvalidToken:
        values[column.field] = newest.encrypt(text).decode()
    rows = model._default_manager.filter(pk=pk, **{column.field: token})
    if column.index and column.index_field:
        index = column.index(text.decode())
        if values or rows.exclude(**{column.index_field: index}).exists():
            values[column.index_field] = index
    return rows.update(**values) if values else 0


def _rows_of(column: SealedColumn) -> models.QuerySet[models.Model]:
    return apps.get_model(column.model)._default_manager.exclude(**{column.field: ""})


def _chunks(column: SealedColumn) -> Iterator[list[tuple[int, str]]]:
    after = 0
    while True:
        rows = list(
            _rows_of(column)
            .filter(pk__gt=after)
            .order_by("pk")
            .values_list("pk", column.field)[:_CHUNK]
        )
        if not rows:
            return
        yield rows
        after = rows[-1][0]


@lru_cache(maxsize=8)
def _box(ring: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in ring])
