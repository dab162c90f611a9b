"""The triage engine beside its peers, on published data: `python -m benchmarks.triage [part …]`.

Parts: rules, classes, teaching, units, duplicates, index, hot, answers (default: all but index).
Set GONGZHI_REALDATA. `index` takes a million texts and some minutes. CPU seconds of one thread.
"""

import os
import sys
from collections.abc import Callable

from threadpoolctl import threadpool_limits

from benchmarks import triage_classes, triage_lists

SEED = 2024

PARTS: dict[str, Callable[[], None]] = {
    "rules": triage_lists.rules,
    "classes": lambda: triage_classes.classification(seed=SEED),
    "teaching": lambda: triage_classes.teaching(seed=SEED),
    "units": triage_classes.handling_units,
    "duplicates": lambda: triage_lists.duplicates(seed=SEED),
    "hot": triage_lists.hot,
    "answers": triage_lists.answers,
    "index": lambda: triage_lists.million(seed=SEED),
}


def main() -> None:
    """Run the parts named on the command line."""
    wanted = sys.argv[1:] or [part for part in PARTS if part != "index"]
    unknown = [part for part in wanted if part not in PARTS]
    if unknown:
        sys.exit(f"unknown part {unknown[0]!r}; there are: {', '.join(PARTS)}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.config.settings.test")
    with threadpool_limits(1):
        for part in wanted:
            PARTS[part]()


if __name__ == "__main__":
    main()
