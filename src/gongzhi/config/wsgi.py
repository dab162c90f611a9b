"""The WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

from gongzhi.config.environment import metrics_folder

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.config.settings.local")
# The library of metrics looks for it when it is imported, which setting up Django does.
metrics_folder().mkdir(exist_ok=True)
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(metrics_folder()))
application = get_wsgi_application()
