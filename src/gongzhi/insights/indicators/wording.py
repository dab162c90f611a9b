"""A value in its own measure, or why there is none: the words that pages and reports share."""

from django.utils.translation import gettext as _

from gongzhi.insights.indicators.cells import Cell, Standing
from gongzhi.insights.indicators.measuring import is_share
from gongzhi.insights.indicators.shapes import Indicator, Statistic


def value_words(value: float, indicator: Indicator) -> str:
    """A value in its own measure: per cent, hours, days, or plain."""
    if is_share(indicator):
        return f"{value:.1%}"
    if indicator.statistic is Statistic.HOURS:
        return _("%(hours)s 小时") % {"hours": f"{value:.1f}"}
    if indicator.statistic is Statistic.MEAN:
        return _("%(days)s 天") % {"days": f"{value:.1f}"}
    return f"{value:.2f}"


def gap_words(cell: Cell, indicator: Indicator) -> str:
    """Why a cell has no value. Never 0."""
    if cell.standing is Standing.HIDDEN:
        return _("数太小，不公开")
    if cell.standing is Standing.TOO_FEW:
        return _("记录太少，算不出")
    return _("期内没有记录") if indicator.is_recorded else _("尚无记录")


def number_of(cell: Cell, indicator: Indicator) -> str:
    """A cell's value in words, or its gap in brackets."""
    if cell.value is None or not cell.is_measured:
        return _("（%(gap)s）") % {"gap": gap_words(cell, indicator)}
    return value_words(cell.value, indicator)
