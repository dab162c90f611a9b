"""The kinds of place, from the district down to the staircase."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PlaceKind(models.TextChoices):
    DISTRICT = "district", _("区")
    SUBDISTRICT = "subdistrict", _("街道")
    COMMUNITY = "community", _("社区")
    GRID = "grid", _("网格")
    ESTATE = "estate", _("小区")
    PHASE = "phase", _("分期")
    BUILDING = "building", _("楼栋")
    ENTRANCE = "entrance", _("单元")
