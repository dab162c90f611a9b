"""Whether an offer may serve a need on a day: the same rules that the plan keeps to."""

from datetime import date
from math import cos, hypot, radians

from django.utils.translation import gettext as _

from gongzhi.affairs.resources.models import Exclusion, Need, Offer
from gongzhi.commons.territory.queries import ancestors, find_place

_METRES_PER_DEGREE = 111_320.0


def position(place_id: int) -> tuple[float, float] | None:
    """Metres east and north of a point common to all, by the nearest place with coordinates.

    Flat within a district: the error is below a thousandth over 100 km. None without coordinates.
    """
    for view in reversed(ancestors(place_id)):
        if view.latitude is not None and view.longitude is not None:
            north = view.latitude * _METRES_PER_DEGREE
            return view.longitude * _METRES_PER_DEGREE * cos(radians(_middle(place_id))), north
    return None


def _middle(place_id: int) -> float:
    """The latitude of the district, at which degrees of longitude are measured."""
    return ancestors(place_id)[0].latitude or 0.0


def distance(one: int, other: int) -> int:
    """Metres between two places; 0 where one has no coordinates."""
    a, b = position(one), position(other)
    return round(hypot(a[0] - b[0], a[1] - b[1])) if a and b else 0


def misfit(need: Need, offer: Offer, day: date) -> str:
    """Why this offer can't serve this need on this day, in words; empty where it can."""
    weekdays = set(offer.slots.values_list("weekday", flat=True))
    rules = (
        (
            offer.categories.filter(pk=need.category_id).exists(),
            _("这项资源不提供这一类别"),
        ),
        (_serves(offer, need), _("这个地点不在资源的服务范围内")),
        (
            offer.reach is None or distance(need.place_id, offer.place_id) <= offer.reach,
            _("这个地点超出了资源的最远距离"),
        ),
        (set(need.asks) <= set(offer.gives), _("资源不满足需求的条件")),
        (set(offer.asks) <= set(need.gives), _("需求不满足资源的条件")),
        (offer.begins <= day <= offer.ends, _("资源在这一天不可用")),
        (not weekdays or day.weekday() in weekdays, _("资源在这一天不开放")),
        (
            not Exclusion.objects.filter(need=need, offer=offer).exists(),
            _("已经决定不用这项资源满足这个需求"),
        ),
    )
    return next((why for holds, why in rules if not holds), "")


def _serves(offer: Offer, need: Need) -> bool:
    area = find_place(offer.area_id)
    return area is not None and need.place_path.startswith(area.path)
