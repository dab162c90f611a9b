"""Triggers that refuse to change or delete events and seals, whoever asks through the database.

They stop mistakes and honest code. Whoever owns the database can take them away; what is done then
is found by `verify`.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

_TABLES = ("ledger_event", "ledger_seal")
_VERBS = ("update", "delete", "truncate")
_MESSAGE = "the ledger is append-only"

_FUNCTION = f"""
CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'restrict_violation'; END $$
"""


def install(connection: BaseDatabaseWrapper) -> None:
    """Put up what is missing of the guards; SQLite loses them when a migration remakes a table."""
    standing = set(guards_standing(connection))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for table, verb in _guards(connection.vendor):
            if _name(table, verb) not in standing:
                cursor.execute(_create(connection.vendor, table, verb))


def removal(vendor: str) -> list[str]:
    """The statements that take the guards away."""
    on = " ON {}" if vendor == "postgresql" else ""
    return [
        f"DROP TRIGGER IF EXISTS {_name(table, verb)}{on.format(table)}"
        for table, verb in _guards(vendor)
    ]


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The guards that ought to stand and don't, by name."""
    standing = set(guards_standing(connection))
    wanted = [_name(table, verb) for table, verb in _guards(connection.vendor)]
    return [name for name in wanted if name not in standing]


def guards_standing(connection: BaseDatabaseWrapper) -> list[str]:
    """The guards that stand (and, on PostgreSQL, are enabled)."""
    query = (
        "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'ledger_%%_no_%%' AND tgenabled <> 'D'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [row[0] for row in cursor.fetchall()]


def _guards(vendor: str) -> list[tuple[str, str]]:
    verbs = _VERBS if vendor == "postgresql" else _VERBS[:2]
    return [(table, verb) for table in _TABLES for verb in verbs]


def _name(table: str, verb: str) -> str:
    return f"{table}_no_{verb}"


def _create(vendor: str, table: str, verb: str) -> str:
    head = f"CREATE TRIGGER {_name(table, verb)} BEFORE {verb.upper()} ON {table}"
    if vendor == "postgresql":
        level = "STATEMENT" if verb == "truncate" else "ROW"
        return f"{head} FOR EACH {level} EXECUTE FUNCTION ledger_refuse()"
    return f"{head} BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
