"""The test suite: keys of its own, a data folder of its own, SQLite unless told otherwise."""

import tempfile
from pathlib import Path

from gongzhi.config import databases, environment, translations
from gongzhi.config.secrets import FILE_NAME, load
from gongzhi.config.settings.base import *  # noqa: F403

DATA_FOLDER = Path(tempfile.mkdtemp(prefix="gongzhi-test-"))
KEYS = load(DATA_FOLDER)
SECRETS_FILE = DATA_FOLDER / FILE_NAME
SEAL_KEY_FILE = DATA_FOLDER / "seal.key"
SECRET_KEY = KEYS["django"][0]
ALLOWED_HOSTS = ["*"]
_url = environment.DATABASE_URL.read()
DATABASES = {
    "default": databases.postgresql(_url)
    if _url
    else databases.sqlite(DATA_FOLDER / "test.sqlite3")
}
if not _url:
    # A file rather than memory, so that threads and live servers see one database.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_FOLDER / "suite.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = databases.SQLITE_PRAGMAS.replace(
        "synchronous=FULL", "synchronous=OFF"
    )
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT = DATA_FOLDER / "static"
STATIC_ROOT.mkdir()
MEDIA_ROOT = DATA_FOLDER / "attachments"
MODELS_FOLDER = DATA_FOLDER / "models"
METRICS_FOLDER = None  # one process, which counts in its memory
LOCALE_PATHS = [translations.compiled(translations.SOURCES, into=DATA_FOLDER / "locale")]
