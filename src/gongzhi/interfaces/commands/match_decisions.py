"""What people have decided: the table of locks and exclusions, and which need waits for which."""

import numpy as np

from gongzhi.engines.matching.pool import Decisions
from gongzhi.interfaces.commands.match_days import Calendar
from gongzhi.interfaces.commands.match_tables import Reader


def read_decisions(
    *,
    reader: Reader | None,
    calendar: Calendar,
    need_ids: dict[str, int],
    offer_ids: dict[str, int],
    after: list[tuple[int, int]],
) -> tuple[Decisions, list[int], list[int]]:
    """The decisions, and the rows of the locks and of the exclusions."""
    locked, excluded = [], []
    lock_rows, exclusion_rows = [], []
    if reader is not None:
        reader.require("need_id", "offer_id", "action")
        for row in range(len(reader.table)):
            need = _known(reader, row, "need_id", need_ids)
            offer = _known(reader, row, "offer_id", offer_ids)
            action = reader.text(row, "action").lower()
            if action in ("lock", "锁定"):
                period, units = _period(reader, calendar, row), reader.whole_number(row, "quantity")
                locked.append((need, offer, period, units))
                lock_rows.append(row)
            elif action in ("exclude", "排除"):
                excluded.append((need, offer))
                exclusion_rows.append(row)
            else:
                reader.complain(
                    row, "action", f"“{action}”应为 锁定 或 排除",
                    f"{action!r} should be lock or exclude",
                )  # fmt: skip
    locks = np.array(locked, dtype=np.int64).reshape(-1, 4)
    out = np.array(excluded, dtype=np.int64).reshape(-1, 2)
    pairs = np.array(after, dtype=np.int64).reshape(-1, 2)
    decisions = Decisions(
        locked_need=locks[:, 0],
        locked_offer=locks[:, 1],
        locked_period=locks[:, 2],
        locked_quantity=locks[:, 3],
        excluded_need=out[:, 0],
        excluded_offer=out[:, 1],
        earlier=pairs[:, 1],
        later=pairs[:, 0],
    )
    return decisions, lock_rows, exclusion_rows


def _known(reader: Reader, row: int, column: str, ids: dict[str, int]) -> int:
    name = reader.text(row, column)
    if name not in ids:
        reader.complain(row, column, f"没有编号“{name}”", f"{name!r} is unknown")
    return ids.get(name, 0)


def _period(reader: Reader, calendar: Calendar, row: int) -> int:
    day, parts = reader.day(row, "date"), reader.parts(row)
    if day is None and calendar.days > 1:
        reader.complain(row, "date", "不能为空", "must not be blank")
        return 0
    offset = (day - calendar.first).days if day else 0
    if not 0 <= offset < calendar.days:
        reader.complain(
            row, "date", f"不在期间 {calendar.first} 起的 {calendar.days} 天内",
            "lies outside the days of the plan",
        )  # fmt: skip
        return 0
    if calendar.parts > 1 and len(parts) != 1:
        reader.complain(row, "parts", "应写明一个时段", "should name one part of the day")
    return offset * calendar.parts + (parts[0] if parts else 0)
