"""The indicators of this district, as data: each definition stands here and nowhere else."""

from gongzhi.insights.indicators.definitions.of_joint import JOINT
from gongzhi.insights.indicators.definitions.of_requests import REQUESTS
from gongzhi.insights.indicators.definitions.of_resources import RESOURCES
from gongzhi.insights.indicators.shapes import Difficulty, Indicator

INDICATORS: tuple[Indicator, ...] = tuple(
    sorted((*REQUESTS, *JOINT, *RESOURCES), key=lambda each: each.number)
)
BY_CODE = {each.code: each for each in INDICATORS}


class UnknownIndicator(LookupError):
    """There is no indicator of this code."""


def indicator(code: str) -> Indicator:
    """The indicator of this code."""
    if code not in BY_CODE:
        raise UnknownIndicator(f"没有这个指标：{code}；可用的有：{'、'.join(BY_CODE)}")
    return BY_CODE[code]


def indicators_of(difficulty: Difficulty) -> tuple[Indicator, ...]:
    """The indicators that stand for a difficulty, in their order."""
    return tuple(each for each in INDICATORS if difficulty in each.difficulties)
