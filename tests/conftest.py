"""What every room's tests share."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import settings

from gongzhi.commons.ledger import guards
from gongzhi.commons.revisions import forget_all

# A busy machine is no fault of the code; in CI the same examples come every time.
settings.register_profile("house", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("house")


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder of published data that GONGZHI_REALDATA names; unset skips, missing fails."""
    named = os.environ.get("GONGZHI_REALDATA")
    if not named:
        pytest.skip("GONGZHI_REALDATA is not set: tests on the published data are skipped")
    folder = Path(named)
    if not folder.is_dir():
        pytest.fail(f"GONGZHI_REALDATA names {folder}, which is not a folder")
    return folder


@pytest.fixture(scope="session", autouse=True)
def emptied_ledgers() -> Iterator[None]:
    """Let Django empty the tables after a test with real transactions, past the ledger's guards.

    They go up again with the `post_migrate` signal that ends Django's flush.
    """
    operations = type(connection.ops)
    flush = operations.sql_flush

    def past_the_guards(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        return [*guards.removal(connection.vendor), *flush(self, style, tables, **options)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "sql_flush", past_the_guards)
        yield


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """Forget what a process keeps: no revision tells of the rollback that ends a test."""
    forget_all()
