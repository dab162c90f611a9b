"""What an indicator is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gongzhi.commons.ledger.kinds import all_kinds
from gongzhi.commons.organisations import events as _unit_events
from gongzhi.commons.tasks import asking as _task_events
from gongzhi.commons.tasks import finishing as _more_task_events
from gongzhi.commons.territory import events as _place_events

if TYPE_CHECKING:
    from ibis.expr import types as ir

    from gongzhi.insights.indicators.reading import Reading

Words = str | Promise
# Kinds are declared where they are written; without these imports some would not be known yet.
WRITERS = (_unit_events, _place_events, _task_events, _more_task_events)


class Level(TextChoices):
    """Of what an indicator is told: never of a person."""

    DISTRICT = "district", _("全区")
    STREET = "street", _("街道")
    COMMUNITY = "community", _("社区")
    UNIT = "unit", _("单位")


class Difficulty(TextChoices):
    """The difficulties that the survey names; a page each."""

    FLOATING = "floating", _("悬浮化")
    LOOSE = "loose", _("脱嵌")
    SINGLE_ACTOR = "single_actor", _("主体单一")
    POOR_COORDINATION = "poor_coordination", _("协同不足")
    SCATTERED = "scattered", _("资源分散")
    MISFIT = "misfit", _("供需差距")
    FAILURE = "failure", _("失灵")


class Statistic(StrEnum):
    """How the records become a number."""

    SHARE = "share"  # numerator of denominator, both counts
    RATE = "rate"  # events in an exposure
    PORTION = "portion"  # amounts out of amounts: every one of them counted, so no interval
    MEAN = "mean"  # Σ numerator / denominator: a stock; every one of it counted, so no interval
    HOURS = "hours"  # median and 90th percentile of the numerators
    CONCENTRATION = "concentration"  # Σ share² of the keys
    DENSITY = "density"  # pairs of units with a joint item, of all pairs
    GAP = "gap"  # ½ Σ |share of needs − share of offers| over the keys


class Better(StrEnum):
    """Which way is better; most indicators have limits to that, named in their caveat."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Need:
    """A kind of event that an indicator reads, and what its data has to say."""

    kind: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: what it counts, of what, where, from which events, and what to beware of."""

    number: int
    code: str
    name: Words
    numerator: Words
    denominator: Words
    levels: tuple[Level, ...]
    period: Words
    events: tuple[Need, ...]
    caveat: Words
    records: "Callable[[Reading], ir.Table]"
    statistic: Statistic = Statistic.SHARE
    better: Better = Better.HIGHER
    difficulties: tuple[Difficulty, ...] = ()
    about_requests: bool = True  # a small cell would speak of single requesters

    @property
    def is_recorded(self) -> bool:
        """Whether the rooms that write its events exist: all kinds and fields are declared."""
        declared = {kind.name: set(kind.fields) for kind in all_kinds()}
        return all(
            need.kind in declared and declared[need.kind].issuperset(need.fields)
            for need in self.events
        )
