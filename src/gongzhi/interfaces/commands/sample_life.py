"""The life of the sample district: runs of the model, each kept whole or not at all.

What is still to come is a mark in the database, written in the transaction it speaks of. So the
start after one that was interrupted, however it was, knows where to go on.
"""

from datetime import datetime, time, timedelta
from typing import Any

from gongzhi.interfaces.commands.simulate import run_model

_MARK = "sample.life"
Runs = list[dict[str, Any]]


def is_unfinished() -> bool:
    """Whether a life was planned that hasn't been lived to its end."""
    return bool(_to_come())


def plan_once(runs: Runs, *, at: datetime) -> None:
    """Plan the life of a sample that has none; call it in the transaction that loads the sample."""
    from gongzhi.commons.ledger.marks import value_of  # noqa: PLC0415

    if not value_of(_MARK):
        _keep(runs, at=at)


def live() -> None:
    """Live what is still to come, up to this moment."""
    from django.db import transaction  # noqa: PLC0415
    from django.utils.timezone import localtime, make_aware  # noqa: PLC0415

    while _to_come():
        with transaction.atomic():
            to_come = _to_come(held=True)
            if not to_come:  # somebody else lived it while we waited
                return
            run, now = to_come[0], localtime()
            first = now.date() - timedelta(days=run["days"] - 1)
            run_model(begins=make_aware(datetime.combine(first, time())), until=now, **run)
            _keep(to_come[1:], at=now)


def _to_come(*, held: bool = False) -> Runs:
    from gongzhi.commons.ledger.marks import hold, value_of  # noqa: PLC0415

    if held:
        hold(_MARK)
    runs: Runs = value_of(_MARK).get("to_come", [])
    return runs


def _keep(runs: Runs, *, at: datetime) -> None:
    from gongzhi.commons.ledger.marks import keep  # noqa: PLC0415

    keep(_MARK, at=at, value={"to_come": runs})
