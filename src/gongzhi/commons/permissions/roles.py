"""What a person may be at a unit, for a place."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RoleKind(models.TextChoices):
    """The kinds of role; the permission table says what each may do."""

    GRID_WORKER = "grid_worker", _("网格员")
    COMMUNITY_WORKER = "community_worker", _("社区工作者")
    COORDINATOR = "coordinator", _("社区统筹人")
    UNIT_MEMBER = "unit_member", _("承办人员")
    UNIT_LEAD = "unit_lead", _("单位负责人")
    PARTNER = "partner", _("共建单位联络人")
    SUBDISTRICT_LEAD = "subdistrict_lead", _("街道负责人")
    DISTRICT_OFFICER = "district_officer", _("区级工作人员")
    RESEARCHER = "researcher", _("调研人员")
    ADMINISTRATOR = "administrator", _("系统管理员")
    AUDITOR = "auditor", _("审计员")
    INTERFACE = "interface", _("接口程序")  # a program that holds a unit's key, never a person
    # A unit's own case system: reads what the unit leads, and answers in its name.
    UNIT_SYSTEM = "unit_system", _("单位业务系统")


# Programs speak by a unit's key; nobody signs in as one.
ROLES_OF_PEOPLE = tuple(
    kind for kind in RoleKind if kind not in {RoleKind.INTERFACE, RoleKind.UNIT_SYSTEM}
)
