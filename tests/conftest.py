"""What every room's tests share."""

import os
from pathlib import Path

import pytest


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
