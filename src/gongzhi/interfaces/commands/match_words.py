"""Reasons and changes as sentences, in Chinese or English."""

from gongzhi.engines.matching.choices import NO_OFFER
from gongzhi.engines.matching.planning import Plan
from gongzhi.engines.matching.unmet import Unmet
from gongzhi.interfaces.commands.match_pool import Tables

PART_NAMES = {"zh": ("上午", "下午", "晚上"), "en": ("morning", "afternoon", "evening")}

_REASONS = {
    "category": ("没有任何资源提供这一类别", "no offer has this category"),
    "condition": ("提供这一类别的资源都不满足条件", "no offer of the category fits the conditions"),
    "area": ("满足条件的资源都不服务这个地点", "no fitting offer serves this place"),
    "time": ("服务这个地点的资源都不在需要的时间内", "no offer that serves this place is in time"),
    "exclusion": ("能够满足的资源都被排除", "every offer that would fit is excluded"),
    "capacity": (
        "有 {offers} 项资源合适，但能力已用于按公平和紧急程度在前或同等的需求",
        "{offers} offers fit, but needs that come before it, or beside it, use all of them",
    ),
    "whole": (
        "需要整份满足，没有一项资源能在一个时段内给足",
        "it must stay whole, and no offer has enough left in any one period",
    ),
    "sequence": ("要等另一项需求先满足", "it waits for another need to be met first"),
}


def tell_period(tables: Tables, period: int, language: str) -> tuple[str, str]:
    """A period as a day and a part of it (empty where periods are days)."""
    part = tables.calendar.part_of(period)
    day = tables.calendar.day_of(period).isoformat()
    return day, "" if part is None else PART_NAMES[language][part]


def tell_unmet(unmet: Unmet, tables: Tables, language: str) -> str:
    """Why, and what would help."""
    chinese, english = (text.format(offers=unmet.offers) for text in _REASONS[unmet.reason])
    change = _tell_change(unmet, tables, language)
    if language == "zh":
        return f"还差 {unmet.units}：{chinese}。" + (f"最省的办法：{change}。" if change else "")
    return f"{unmet.units} missing: {english}." + (f" Cheapest change: {change}." if change else "")


def _tell_change(unmet: Unmet, tables: Tables, language: str) -> str:
    if unmet.change is None:
        if unmet.reason != "category":
            return ""
        return "引入这一类别的资源" if language == "zh" else "a new offer of this category"
    change, zh = unmet.change, language == "zh"
    offer = tables.offer_ids[change.offer]
    day, part = tell_period(tables, change.period, language)
    when = f"{day} {part}".strip()
    steps = []
    if change.lifts_exclusion:
        steps.append("取消排除" if zh else "lift the exclusion")
    if change.conditions:
        steps.append(
            f"补足 {change.conditions} 项条件" if zh else f"fulfil {change.conditions} conditions"
        )
    if change.metres:
        steps.append(
            f"多走 {change.metres} 米" if zh else f"serve {change.metres} metres further out"
        )
    if change.periods:
        steps.append(
            f"时间放宽 {change.periods} 个时段" if zh else f"move by {change.periods} periods"
        )
    if change.units:
        steps.append(f"增加能力 {change.units}" if zh else f"give {change.units} more")
    if not steps:
        steps.append("直接安排" if zh else "serve it as things stand")
    listed = ("、" if zh else ", ").join(steps)
    return f"资源 {offer} 在 {when} {listed}" if zh else f"offer {offer} on {when}: {listed}"


def tell_choice(
    *,
    locked: bool,
    options: int,
    nearer: int,
    next_offer: int,
    next_distance: int,
    tables: Tables,
    language: str,
) -> str:
    """Why this offer, and which would be next."""
    zh = language == "zh"
    if locked:
        why = "已由人决定" if zh else "decided by people"
    elif options == 1:
        why = "唯一合适的资源" if zh else "the only offer that fits"
    elif nearer == 0:
        why = f"{options} 项合适资源中最近" if zh else f"the nearest of {options} that fit"
    else:
        why = (
            f"{options} 项合适资源中有 {nearer} 项更近，但用在别处总体更好"
            if zh
            else f"{nearer} of {options} that fit are nearer, but of more use elsewhere"
        )
    if next_offer == NO_OFFER:
        then = "其他合适资源都已用满" if zh else "no other has anything left"
        return f"{why}；{then}。" if zh else f"{why}; {then}."
    name = tables.offer_ids[next_offer]
    if zh:
        return f"{why}；其次是资源 {name}（{next_distance} 米）。"
    return f"{why}; next would be offer {name} ({next_distance} m)."


def tell_plan(plan: Plan, tables: Tables) -> list[tuple[str, str]]:
    """How good the plan is, in both languages."""
    needed = int(tables.pool.needs.quantity.sum())
    got, most = int(plan.received.sum()), int(plan.attainable.sum())
    lines = [
        (
            f"需求 {needed}，满足 {got}；共 {len(plan.rows)} 次交接"
            f"（不少于 {plan.fewest_rows} 次）。",
            f"{got} of {needed} units met in {len(plan.rows)} hand-overs "
            f"(no fewer than {plan.fewest_rows}).",
        )
    ]
    some = [c for c in range(len(plan.attainable)) if plan.attainable[c]]
    if some and most:
        worst = min(some, key=lambda c: plan.received[c] / plan.attainable[c])
        share = plan.received[worst] / plan.attainable[worst]
        name = tables.communities[worst]
        lines.append(
            (
                f"份额最低的社区：{name}，得到可得数量的 {share:.1%}。",
                f"Worst-off community: {name}, with {share:.1%} of what it could have.",
            )
        )
    if plan.bound is None:
        lines.append(("已证明：没有更好的方案。", "Proved: there is no better plan."))
    else:
        bound = plan.bound
        lines.append(
            (
                f"未证明最优（有整份或先后要求）：任何方案满足数量不超过 {bound.units}，"
                f"最低份额不超过 {bound.lowest_share:.1%}，"
                f"按紧急程度加权不超过 {bound.value}（本方案 {plan.value}）。",
                f"Not proved optimal (whole needs or sequences): no plan meets more than "
                f"{bound.units} units, lifts the worst-off above {bound.lowest_share:.1%}, or "
                f"reaches more than {bound.value} weighted by urgency (this one: {plan.value}).",
            )
        )
    return lines
