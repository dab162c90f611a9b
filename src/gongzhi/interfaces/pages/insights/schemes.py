"""The assessment schemes: what counts how much from when on, and everyone under those in force."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongzhi.insights.indicators.assessing import Assessment, assess_all
from gongzhi.insights.indicators.definitions import BY_CODE
from gongzhi.insights.indicators.schemes import Assessed, Scheme, known_schemes
from gongzhi.insights.indicators.shapes import Indicator
from gongzhi.insights.indicators.snapshots import snapshot
from gongzhi.insights.indicators.tables import readable
from gongzhi.interfaces.pages.components import Crumb
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of
from gongzhi.interfaces.pages.insights.telling import name_of, period_asked
from gongzhi.interfaces.pages.insights.views import about_period


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a scheme as the page shows it."""

    scheme: Scheme
    weights: tuple[tuple[Indicator, str], ...]
    holds: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One community or street under a scheme; without a value, what is missing."""

    name: str
    value: str
    limits: str
    missing: str


@require_safe
@for_staff
def schemes(request: HttpRequest) -> HttpResponse:
    """Every version, and the numbers under those that hold at the end of the period."""
    by = visitor_of(request).actor
    readable(by)
    period = period_asked(request.GET.get("period", ""), timezone.localdate())
    known = known_schemes()
    with snapshot(at=timezone.now()) as snap:
        holding = [each for each in known if each.holds_on(period.last)]
        found = [assess_all(snap, period, each, by=by) for each in holding]
        about = about_period(request, snap, period)
    context = about | {
        "versions": [
            Version(
                each,
                tuple((BY_CODE[code], f"{part:.0%}") for code, part in each.weights.items()),
                each in holding,
            )
            for each in known
        ],
        "assessments": [(each, _lines(each)) for each in found],
        "crumbs": [Crumb(_("指标"), "/insights")],
    }
    return render(request, "insights/schemes.html", context)


def _lines(found: Assessment) -> list[Line]:
    return [_line(each, name_of(found.level, each.group)) for each in (*found.rows, found.whole)]


def _line(found: Assessed, name: str) -> Line:
    if found.value is None or found.lower is None or found.upper is None:
        missing = "、".join(str(BY_CODE[code].name) for code in found.missing)
        return Line(name, "", "", _("缺：%(what)s") % {"what": missing})
    limits = _("%(lower)s 至 %(upper)s") % {
        "lower": f"{found.lower:.1%}", "upper": f"{found.upper:.1%}",
    }  # fmt: skip
    return Line(name, f"{found.value:.1%}", limits, "")
