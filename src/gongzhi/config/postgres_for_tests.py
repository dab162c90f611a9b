"""Run a command with a PostgreSQL database for the tests, or say why not and succeed.

python -m gongzhi.config.postgres_for_tests COMMAND ...
"""

import os
import subprocess
import sys

import psycopg

DEFAULT = "postgresql://postgres@127.0.0.1:5432/postgres"


def main() -> int:
    url = os.environ.get("GONGZHI_TEST_POSTGRES", DEFAULT)
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        print(f"PostgreSQL tests skipped: no answer at {url.rpartition('@')[2]} ({error})")
        return 0
    return subprocess.call(sys.argv[1:], env=os.environ | {"GONGZHI_DATABASE_URL": url})  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
