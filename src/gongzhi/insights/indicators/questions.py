"""Questions to the engine as SQL, kept: turning an expression into SQL costs more than the answer.

What is kept is a template. The two moments of a reading and the names of its tables are left open
in it and filled in for each reading; whatever else the SQL depends on is part of the key. Where a
question holds anything else that belongs to one reading, it is not kept.
"""

import json
import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import ibis
from django.conf import settings
from ibis.expr import types as ir

from gongzhi.commons.ledger.kinds import all_kinds

_MOMENT = re.compile(r"MAKE_TIMESTAMP\([^()]*\)")
# What may not stand in a template: a moment or a day of one time, a table of one process.
_ONE_OFF = re.compile(r"MAKE_TIMESTAMP|MAKE_DATE|TIMESTAMP '|DATE '|memtable|\"[a-z_]+_\d+\"\.?\"?")
_TABLE = re.compile(r"⟦table:([a-z_]+)⟧")
_SINCE, _UNTIL = "⟦since⟧", "⟦until⟧"
_ENGINES = ("ibis-framework", "sqlglot", "duckdb")


@dataclass(frozen=True, slots=True)
class Asking:
    """What a template leaves open: the moments of a reading, and what its tables are called."""

    backend: Any
    since: datetime
    until: datetime
    names: Mapping[str, str]  # of the tables kept so far, by what they are

    def template_of(self, rows: ir.Table) -> tuple[str, str | None]:
        """The SQL of these rows, and its template; None where it may not be kept."""
        sql = str(self.backend.compile(rows))
        since, until = _as_sql(self.since), _as_sql(self.until)
        if since == until:  # which of the two stands where can't be told
            return sql, None
        left_open = sql.replace(since, _SINCE).replace(until, _UNTIL)
        for name, table in self.names.items():
            left_open = left_open.replace(f'"{table}"', f"⟦table:{name}⟧")
        return sql, None if _ONE_OFF.search(left_open) else left_open

    def filled(self, template: str) -> str:
        """The SQL of a template for this reading."""
        sql = template.replace(_SINCE, _as_sql(self.since)).replace(_UNTIL, _as_sql(self.until))
        return _TABLE.sub(lambda found: f'"{self.names[found[1]]}"', sql)


def tables_in(template: str) -> list[str]:
    """What tables of a reading a template asks, each once."""
    return sorted(set(_TABLE.findall(template)))


@lru_cache(maxsize=256)
def _as_sql(moment: datetime) -> str:
    found = _MOMENT.search(str(ibis.to_sql(ibis.literal(moment), dialect="duckdb")))
    if found is None:
        raise ValueError(f"the engine writes {moment} in a way that questions.py doesn't know")
    return found[0]


class Questions:
    """Templates by key, in memory and in one file; losing the file costs only time."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.asked_anew = 0  # questions that had to be turned into SQL
        self._templates: dict[str, str] = _read(file)

    def template(self, key: str) -> str | None:
        """The template of a question; None where it was never asked."""
        return self._templates.get(key)

    def keep(self, key: str, template: str) -> None:
        """Keep a template for this process and, where the folder may be written, the next."""
        self._templates[key] = template
        draft = self.file.with_suffix(f".{os.getpid()}.part")
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            whole = {"made_by": made_by(), "templates": self._templates}
            draft.write_text(json.dumps(whole, ensure_ascii=False), "utf-8")
            draft.replace(self.file)
        except OSError:
            with suppress(OSError):
                draft.unlink()


def _read(file: Path) -> dict[str, str]:
    """The templates of a file that this very version wrote; none of any other."""
    try:
        whole = json.loads(file.read_text("utf-8"))
        if whole["made_by"] != made_by():
            return {}
        return {str(key): str(template) for key, template in whole["templates"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


@cache
def made_by() -> str:
    """What every template depends on: the definitions, the kinds of events, the libraries."""
    whole, text = sha256(), ""
    folder = Path(__file__).parent
    for source in sorted(folder.rglob("*.py")):
        text += f"{source.relative_to(folder)}\0{source.read_text('utf-8')}\0"
    whole.update(text.encode())
    # Only those that are read here: which others are known depends on what a process has loaded.
    kinds = [(kind.name, kind.fields) for kind in all_kinds() if f'"{kind.name}"' in text]
    libraries = [version(name) for name in _ENGINES]
    whole.update(json.dumps([kinds, libraries]).encode())
    return whole.hexdigest()


_known: dict[Path, Questions] = {}


def questions() -> Questions:
    """The questions of this installation."""
    file = Path(settings.DATA_FOLDER) / "event-columns" / "questions.json"
    if file not in _known:
        _known[file] = Questions(file)
    return _known[file]


def key_of(*parts: object) -> str:
    """One key of everything that a question depends on."""
    return sha256(json.dumps(parts, ensure_ascii=False, default=str).encode()).hexdigest()


def sql_of(
    key: str, asking: Asking, make: Callable[[], ir.Table], tables: Callable[[str], object]
) -> tuple[str | None, ir.Table | None]:
    """The SQL of a question, from its template if there is one; else the expression to ask with.

    `tables` makes a table of the reading if it isn't there yet.
    """
    known = questions()
    template = known.template(key)
    if template is not None:
        for name in tables_in(template):
            tables(name)
        return asking.filled(template), None
    rows = make()
    known.asked_anew += 1
    sql, template = asking.template_of(rows)
    if template is None:
        return None, rows
    known.keep(key, template)
    return sql, None
