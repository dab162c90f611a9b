"""A difficulty in one community, in words: its network, similar communities, what goes together."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gongzhi.commons.organisations.kinds import UnitKind
from gongzhi.insights.indicators.networks import CoWork
from gongzhi.insights.indicators.peers import Comparison, Together
from gongzhi.insights.indicators.shapes import Indicator, Level
from gongzhi.insights.indicators.wording import value_words
from gongzhi.interfaces.pages.insights import drawing
from gongzhi.interfaces.pages.insights.telling import name_of

_MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class Differs:
    """One thing that the better ones do differently."""

    indicator: Indicator
    mine: str
    theirs: str
    limits: str


@dataclass(frozen=True, slots=True)
class GoesWith:
    """Two indicators that go together, in words."""

    of_difficulty: Indicator
    other: Indicator
    how: str


def differing(found: Comparison) -> list[Differs]:
    """What the better ones among similar communities do differently."""
    return [
        Differs(
            each.indicator,
            value_words(each.mine.value or 0.0, each.indicator),
            value_words(each.theirs, each.indicator),
            _("%(lower)s 至 %(upper)s")
            % {
                "lower": value_words(each.lower, each.indicator),
                "upper": value_words(each.upper, each.indicator),
            },
        )
        for each in found.practices
    ]


def going_together(found: Sequence[Together]) -> list[GoesWith]:
    """What goes together with the difficulty, in words."""
    return [
        GoesWith(
            each.of_difficulty,
            each.other,
            (_("同高同低") if each.correlation > 0 else _("此高彼低"))
            + f" ({each.correlation:+.2f}, n={each.communities})",
        )
        for each in found
    ]


def network_words(network: CoWork) -> dict[str, object]:
    """Who worked with whom: the picture, the numbers, and the names of organisations."""

    def kind_name(kind: str) -> str:
        return str(UnitKind(kind).label) if kind in UnitKind.values else kind

    return {
        "plot": drawing.draw_network(network, kind_name=kind_name),
        "density": f"{network.density:.1%}" if network.density is not None else "",
        "isolated": len(network.isolated),
        "isolated_names": [name_of(Level.UNIT, unit) for unit in network.isolated[:_MOST_NAMED]],
        "bridges": [
            (name_of(Level.UNIT, unit), f"{between:.1%}") for unit, between in network.bridges
        ],
        "ties": [
            (kind_name(tie.one), kind_name(tie.other), tie.items)
            for tie in sorted(network.ties, key=lambda tie: -tie.items)
        ],
    }
