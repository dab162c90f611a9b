"""What every room's tests share."""

import os
from pathlib import Path

import pytest

from gongzhi.commons.revisions import forget_all


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


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """Forget what a process keeps: no revision tells of the rollback that ends a test."""
    forget_all()
