"""`python -m gongzhi.interfaces.worker`: one worker process."""

import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.config.settings.local")
    django.setup()
    from gongzhi.interfaces.worker.running import run_until_signalled

    run_until_signalled()
