"""Tables made at once are those that the migrations make, to the last index and trigger."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from gongzhi.interfaces.commands.first_schema import make_schema_at_once

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

FRESH = "fresh"

_CATALOGUE = {
    "sqlite": {
        "tables": "SELECT type, name, tbl_name, sql FROM sqlite_master"
        " WHERE name NOT LIKE 'sqlite_%'",
    },
    "postgresql": {
        "columns": "SELECT table_name, column_name, data_type, character_maximum_length,"
        " numeric_precision, numeric_scale, is_nullable, column_default, is_identity,"
        " collation_name FROM information_schema.columns WHERE table_schema = 'public'",
        "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
        " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
        "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes"
        " WHERE schemaname = 'public'",
        "triggers": "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)"
        " FROM pg_trigger WHERE NOT tgisinternal",
        "functions": "SELECT proname, pg_get_functiondef(oid) FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'"
        " AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')",
        "extensions": "SELECT extname FROM pg_extension",
    },
}

_ROWS = {
    "applied": "SELECT app, name FROM django_migrations",
    "kinds": "SELECT app_label, model FROM django_content_type",
    "permissions": "SELECT app_label, model, codename, name FROM auth_permission"
    " JOIN django_content_type ON django_content_type.id = content_type_id",
}


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[BaseDatabaseWrapper]:
    """An empty database beside the one of the tests, on the same engine."""
    other = connection.copy(alias=FRESH)
    name = str(connection.settings_dict["NAME"])
    other.settings_dict = dict(
        connection.settings_dict,
        NAME=str(tmp_path / "fresh.sqlite3") if other.vendor == "sqlite" else f"{name}_{FRESH}",
    )
    made = other.ops.quote_name(other.settings_dict["NAME"])
    connections[FRESH] = other
    try:
        if other.vendor == "postgresql":
            _outside(f"DROP DATABASE IF EXISTS {made}", f"CREATE DATABASE {made}")
        yield other
    finally:
        other.close()
        del connections[FRESH]
        if other.vendor == "postgresql":
            _outside(f"DROP DATABASE {made}")


def _outside(*statements: str) -> None:
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def said(of: BaseDatabaseWrapper, questions: dict[str, str]) -> dict[str, set[Any]]:
    """What the database answers, without any order."""
    found = {}
    with of.cursor() as cursor:
        for name, question in questions.items():
            cursor.execute(question)
            found[name] = {tuple(map(_sorted_sql, row)) for row in cursor.fetchall()}
    return found


def _sorted_sql(value: Any) -> Any:
    """A table's columns stand in the order they came: two orders are one table."""
    if not (isinstance(value, str) and value.startswith("CREATE TABLE")):
        return value
    head, _, body = value.partition("(")
    parts, depth = [""], 0
    for letter in body.rpartition(")")[0]:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return head, tuple(sorted(part.strip() for part in parts))


def test_an_empty_database_gets_what_the_migrations_make(fresh: BaseDatabaseWrapper) -> None:
    assert make_schema_at_once(fresh)
    call_command("createcachetable", database=FRESH, verbosity=0)  # the tests' database has it
    for questions in (_CATALOGUE[fresh.vendor], _ROWS):
        made, migrated = said(fresh, questions), said(connection, questions)
        for name in questions:
            assert migrated[name], "the question asks nothing of this engine any more"
            assert made[name] - migrated[name] == set()
            assert migrated[name] - made[name] == set()


def test_a_database_that_holds_something_is_left_to_the_migrations(
    fresh: BaseDatabaseWrapper,
) -> None:
    with fresh.cursor() as cursor:
        cursor.execute("CREATE TABLE somebodys (id integer)")
    assert not make_schema_at_once(fresh)
    assert fresh.introspection.table_names() == ["somebodys"]


def test_what_breaks_on_the_way_leaves_nothing(
    fresh: BaseDatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("gongzhi.interfaces.commands.first_schema._our_steps", break_off)
    with pytest.raises(OSError, match="full"):
        make_schema_at_once(fresh)
    assert fresh.introspection.table_names() == []
    monkeypatch.undo()
    assert make_schema_at_once(fresh)
