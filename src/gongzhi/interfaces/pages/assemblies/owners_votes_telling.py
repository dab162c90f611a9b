"""Owners' votes as lines of a list, and their counts in words and numbers for people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from gongzhi.affairs.assemblies.owners_choices import Channel, Choice, Phase
from gongzhi.affairs.assemblies.queries.owners_votes import VoteRow
from gongzhi.engines.deliberation.owners_figures import rounded_up
from gongzhi.interfaces.pages.components import Badge, Row, Tone
from gongzhi.interfaces.pages.tickets.rows import moment_words

_LOOKS: dict[Phase, tuple[Tone, str]] = {
    Phase.DRAFTED: (Tone.WARN, "ring"),
    Phase.NOTICE: (Tone.INFO, "ring"),
    Phase.OPEN: (Tone.INFO, "half"),
    Phase.TO_COUNT: (Tone.WARN, "half"),
    Phase.COUNTED: (Tone.GOOD, "half"),
    Phase.PUBLISHED: (Tone.GOOD, "full"),
    Phase.CANCELLED: (Tone.QUIET, "square"),
}
_VERDICTS: dict[str, tuple[str | Promise, Tone, str]] = {
    "passed": (pgettext_lazy("verdict", "通过"), Tone.GOOD, "full"),
    "failed": (pgettext_lazy("verdict", "未通过"), Tone.BAD, "square"),
    "undecided": (pgettext_lazy("verdict", "面积未核清，尚不能定"), Tone.WARN, "half"),
}
_TESTS = {
    "quorum_area": gettext_lazy("参与表决的面积"),
    "quorum_heads": gettext_lazy("参与表决的人数"),
    "majority_area": gettext_lazy("同意的面积（占参与的）"),
    "majority_heads": gettext_lazy("同意的人数（占参与的）"),
}
_REASONS = {
    "unknown_flat": gettext_lazy("名册中没有这套房屋"),
    "not_owner": gettext_lazy("不是这套房屋的业主"),
    "proxy_without_authority": gettext_lazy("代理人没有书面委托"),
    "proxy_over_limit": gettext_lazy("代理人超过可代理的人数"),
    "replaced": gettext_lazy("同一业主另有一张票为准"),
    "contradiction": gettext_lazy("几张票前后不一致"),
}


@dataclass(frozen=True, slots=True)
class Test:
    """One of the four conditions of the law, in words."""

    name: str | Promise
    share: str
    needed: str
    met: bool | None
    missing: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the count: of whom, how much area, how many heads, flats of unknown area."""

    label: str | Promise
    area: str
    heads: int
    unmeasured: int


@dataclass(frozen=True, slots=True)
class Told:
    """A count as the page shows it."""

    verdict: Badge
    tests: tuple[Test, ...]
    lines: tuple[Line, ...]
    divided: int
    by_channel: tuple[tuple[str | Promise, int], ...]
    refused: tuple[tuple[str | Promise, int], ...]
    unlisted: str


def phase_badge(phase: Phase) -> Badge:
    return Badge(phase.label, *_LOOKS[phase])


def verdict_badge(verdict: str) -> Badge:
    return Badge(*_VERDICTS[verdict])


def vote_rows(votes: Iterable[VoteRow], *, now: datetime) -> list[Row]:
    """The lines of a list of votes."""
    return [
        Row(
            title=vote.title,
            href=reverse("owners_vote", args=[vote.id]),
            facts=[
                f"{vote.scope.label}：{vote.scope_name}",
                vote.place_name,
                vote.convener_name,
            ],
            badges=[phase_badge(vote.phase)],
            due=_when(vote, now=now),
        )
        for vote in votes
    ]


def _when(vote: VoteRow, *, now: datetime) -> str:
    if vote.phase is Phase.NOTICE and vote.begins_at:
        return _("%(moment)s 开始") % {"moment": moment_words(vote.begins_at, now=now)}
    if vote.phase is Phase.OPEN and vote.ends_at:
        return _("%(moment)s 截止") % {"moment": moment_words(vote.ends_at, now=now)}
    return ""


def tell_count(figures: Mapping[str, Any]) -> Told:
    """A count as it stands in the record, for people to read."""
    lines: list[tuple[str | Promise, Mapping[str, Any]]] = [
        (_("有权表决"), figures["entitled"]),
        (_("参与表决"), figures["taking_part"]),
        *((choice.label, figures["by_choice"][choice.value]) for choice in Choice),
        (_("票已送达，没有表决"), figures["silent"]),
        (_("票没有送达"), figures["undelivered"]),
    ]
    reasons = [one["reason"] for one in figures["not_counted"]]
    return Told(
        verdict=verdict_badge(figures["verdict"]),
        tests=tuple(_test(one) for one in figures["conditions"]),
        lines=tuple(
            Line(label, number(one["area"]), one["heads"], one["flats_of_unknown_area"])
            for label, one in lines
        ),
        divided=figures["divided_heads"],
        by_channel=tuple(
            (channel.label, figures["flats_by_channel"][channel.value]) for channel in Channel
        ),
        refused=tuple(
            (words, reasons.count(reason))
            for reason, words in _REASONS.items()
            if reason in reasons
        ),
        unlisted=number(figures["unlisted_area"]) if figures["unlisted_area"] != "0" else "",
    )


def _test(one: Mapping[str, Any]) -> Test:
    low, high = one["share"]
    share = percent(low) if low == high else f"{percent(low)}–{percent(high)}"
    sign = "≥" if one["inclusive"] else ">"
    missing = ""
    if one["met"] is False and one["missing"] == "0":
        missing = str(_("正好达到，还须超过"))
    elif one["missing"] not in {None, "0"}:
        of_heads = str(one["name"]).endswith("heads")
        words = _("还差 %(missing)s 人") if of_heads else _("还差 %(missing)s 平方米")
        missing = words % {"missing": number(str(rounded_up(Fraction(one["missing"]))))}
    return Test(_TESTS[one["name"]], share, f"{sign} {one['threshold']}", one["met"], missing)


def percent(share: str) -> str:
    """Cut, not rounded, so that a share below its threshold never looks as if it met it."""
    return f"{int(Fraction(share) * 10_000) / 100:.2f}%"


def number(text: str) -> str:
    """An exact number with at most four decimals, as areas have them."""
    return f"{float(Fraction(text)):,.4f}".rstrip("0").rstrip(".")
