"""The site: who may enter, by which door, and how its registers are called."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from gongzhi.commons.categories.models import Category
from gongzhi.commons.ledger.models import OutboxEntry
from gongzhi.commons.notices.models import Delivery
from gongzhi.commons.organisations.models import Duty, Person, Role, Unit, WorkListItem
from gongzhi.commons.territory.models import Place
from gongzhi.interfaces.admin.entering import is_administrator
from gongzhi.interfaces.admin.matters import Duties, Matters, WorkList
from gongzhi.interfaces.admin.people import People, Roles
from gongzhi.interfaces.admin.pool import POOL
from gongzhi.interfaces.admin.reading import Reading
from gongzhi.interfaces.admin.units import Places, Units
from gongzhi.interfaces.admin.watching import Deliveries, FollowUps


class BackOffice(admin.AdminSite):
    """For administrators only; whoever isn't signed in goes through the usual door."""

    site_header = _("管理后台")
    site_title = _("管理后台")
    index_title = _("名册与运行")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Whoever isn't signed in is led to the door; whoever is, and may not enter, is told."""
        if request.user.is_authenticated and not is_administrator(request):
            raise PermissionDenied
        return is_administrator(request)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        wanted = request.GET.get(REDIRECT_FIELD_NAME, reverse("admin:index"))
        return redirect_to_login(wanted, reverse("account_login"))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Registers under the names that they have here, in one order for all."""
        found = super().get_app_list(request, app_label)
        for app in found:
            for entry in app["models"]:
                register = self.get_model_admin(entry["model"])
                entry["name"] = str(register.opts.verbose_name_plural)
        return found


back_office = BackOffice(name="admin")
REGISTERS: tuple[tuple[Any, type[Reading]], ...] = (
    (Unit, Units),
    (Person, People),
    (Role, Roles),
    (Duty, Duties),
    (Category, Matters),
    (WorkListItem, WorkList),
    (Place, Places),
    (OutboxEntry, FollowUps),
    (Delivery, Deliveries),
    *POOL,
)
for model, register in REGISTERS:
    back_office.register(model, register)
