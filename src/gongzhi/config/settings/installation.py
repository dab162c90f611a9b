"""What one installation decides: its data folder, its database, its secrets."""

from pathlib import Path

from gongzhi.config import databases, environment, secrets, translations

DATA_FOLDER = environment.data_folder()
KEYS = secrets.load(DATA_FOLDER)
SECRETS_FILE = DATA_FOLDER / secrets.FILE_NAME
SEAL_KEY_FILE = Path(environment.SEAL_KEY.read() or DATA_FOLDER / "seal.key")
SECRET_KEY = KEYS["django"][0]
SECRET_KEY_FALLBACKS = KEYS["django"][1:]

_url = environment.DATABASE_URL.read()
DATABASES = {
    "default": databases.postgresql(_url)
    if _url
    else databases.sqlite(DATA_FOLDER / "gongzhi.sqlite3")
}
ALLOWED_HOSTS = [name.strip() for name in environment.HOSTNAMES.read().split(",") if name.strip()]
STATIC_ROOT = DATA_FOLDER / "static"
MEDIA_ROOT = DATA_FOLDER / "attachments"
MODELS_FOLDER = DATA_FOLDER / "models"
METRICS_FOLDER = environment.metrics_folder()
LOCALE_PATHS = [translations.compiled(translations.SOURCES, into=DATA_FOLDER / "locale")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
