"""While a backup is restored: the installation's places, and none of the keys made at a start."""

from pathlib import Path
from secrets import token_urlsafe

from gongzhi.config import databases, environment
from gongzhi.config.secrets import FILE_NAME
from gongzhi.config.settings.base import *  # noqa: F403

DATA_FOLDER = environment.data_folder()
KEYS: dict[str, list[str]] = {}
SECRET_KEY = token_urlsafe(48)
SECRETS_FILE = DATA_FOLDER / FILE_NAME
SEAL_KEY_FILE = Path(environment.SEAL_KEY.read() or DATA_FOLDER / "seal.key")
_url = environment.DATABASE_URL.read()
DATABASES = {
    "default": databases.postgresql(_url)
    if _url
    else databases.sqlite(DATA_FOLDER / "gongzhi.sqlite3")
}
MEDIA_ROOT = DATA_FOLDER / "attachments"
MODELS_FOLDER = DATA_FOLDER / "models"
STATIC_ROOT = DATA_FOLDER / "static"
