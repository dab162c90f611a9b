"""The three rates with their counts. Rows stand in the order of their names: nobody is ranked."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongzhi.affairs.tickets.queries.rates import GroupBy, Ratio, ThreeRates, three_rates
from gongzhi.commons.categories.queries import category
from gongzhi.commons.organisations.permissions import NotPermitted, reach
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.commons.territory.queries import find_place
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.rates.forms import RatesForm


@dataclass(frozen=True, slots=True)
class Cell:
    """A rate with its counts; both are hidden where fewer than five stand behind it."""

    percent: str = ""
    counts: str = ""


@dataclass(frozen=True, slots=True)
class RatesRow:
    """One group's rates."""

    name: str
    response: Cell
    resolution: Cell
    partly: str
    satisfaction: Cell
    basically: str


@require_safe
@for_staff
def rates(request: HttpRequest) -> HttpResponse:
    visitor = visitor_of(request)
    by = visitor.actor
    if reach(by, "indicators.read").nowhere:
        raise NotPermitted("indicators.read")
    form = RatesForm(request.GET, by=by, today=visitor.today)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        since, until = form.period()
        group_by = GroupBy(form.cleaned_data["group"])
        place = form.cleaned_data["place"]
        found = three_rates(
            by=by,
            since=since,
            until=until,
            group_by=group_by,
            place_id=int(place) if place else None,
        )
        rows = [_row(each, group_by) for each in found]
        context |= {
            "rows": sorted(rows, key=lambda row: row.name),
            "heading": dict(form.fields["group"].choices)[group_by.value],  # type: ignore[attr-defined]
        }
    return render(request, "rates/rates.html", context)


def _row(rates: ThreeRates, group_by: GroupBy) -> RatesRow:
    shown = rates.resolution.share is not None
    return RatesRow(
        name=_name(rates.group, group_by),
        response=_cell(rates.response),
        resolution=_cell(rates.resolution),
        partly=f"{rates.partly_resolved:,}" if shown else "",
        satisfaction=_cell(rates.satisfaction),
        basically=f"{rates.basically_satisfied:,}" if shown else "",
    )


def _cell(ratio: Ratio) -> Cell:
    if ratio.share is None:
        return Cell()
    return Cell(f"{ratio.share:.1%}", f"{ratio.numerator:,}/{ratio.denominator:,}")


def _name(group: str | int | None, group_by: GroupBy) -> str:
    if group_by is GroupBy.ALL:
        return _("合计")
    if group_by is GroupBy.MONTH:
        return str(group)
    if group_by is GroupBy.CATEGORY:
        matter = category(str(group))
        return matter.name if matter else _("未分类")
    if not isinstance(group, int):
        return _("未定")
    if group_by is GroupBy.UNIT:
        unit = find_unit(group)
        return unit.name if unit else _("未定")
    place = find_place(group)
    return place.full_name if place else _("未定")
