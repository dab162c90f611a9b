"""A register in the back office: read by all who may enter, changed only through actions."""

import copy
from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from gongzhi.commons.permissions.actors import Actor
from gongzhi.interfaces.admin.entering import actor_at, is_administrator

# Every room's own refusal is one of these.
REFUSALS = (ValueError, PermissionError)


class ActingForm(ModelForm):
    """A form whose last check is the action itself: what it refuses is said beside the fields."""

    by: ClassVar[Actor]
    made: int | None = None  # the id of what an action added

    def full_clean(self) -> None:
        super().full_clean()
        if not self.is_bound or self.errors or not self.has_changed():
            return
        try:
            self.made = self.perform(self.cleaned_data, at=timezone.now())
        except REFUSALS as refused:
            self.add_error(None, forms.ValidationError(str(refused)))

    def perform(self, asked: dict[str, Any], *, at: Any) -> int | None:
        """Call the action; the id of what it added, None after a change."""
        raise NotImplementedError


class NamedList(ChangeList):
    """A list under the register's own name."""

    def __init__(self, request: HttpRequest, *options: Any) -> None:
        super().__init__(request, *options)
        self.opts = self.model_admin.opts
        self.title = str(self.opts.verbose_name_plural)


class Reading(admin.ModelAdmin):
    """A register that can be read. With `adding` or `changing` it can also be written to."""

    called: str | Promise = ""
    adding: type[ActingForm] | None = None
    changing: type[ActingForm] | None = None
    actions: tuple[str, ...] = ()
    list_per_page = 50
    show_full_result_count = False

    def __init__(self, model: type[Model], site: admin.AdminSite) -> None:
        super().__init__(model, site)
        # The names are the back office's: a copy, since others share the model.
        self.opts = copy.copy(model._meta)
        for name in ("verbose_name", "verbose_name_plural"):
            setattr(self.opts, name, self.called)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_administrator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.adding is not None and is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.changing is not None and is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # nothing in a register is deleted: it ends with a day

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return NamedList

    def get_form(  # type: ignore[override]  # `change` says what `obj` says
        self, request: HttpRequest, obj: Any = None, **options: Any
    ) -> Any:
        form = self.changing if obj else self.adding
        if form is None:
            return super().get_form(request, obj, **options)
        return type(form.__name__, (form,), {"by": actor_at(request)})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        form = self.changing if obj else self.adding
        if form is None:
            return super().get_fieldsets(request, obj)
        return [(None, {"fields": list(form.base_fields)})]

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, *_change: bool, **_options: bool
    ) -> None:
        """The action has written already; only the new row's id is still to be told."""
        obj.pk = obj.pk or form.made

    def do(self, request: HttpRequest, act: Callable[..., object], *, what: str) -> None:
        """Call an action on one row of a list, and say beside its name how it went."""
        try:
            act(by=actor_at(request), at=timezone.now())
        except REFUSALS as refused:
            self.message_user(request, f"{what}：{refused}", messages.ERROR)
        else:
            self.message_user(request, _("%(what)s：已登记") % {"what": what}, messages.SUCCESS)

    # The ledger has the record of every action; Django's own log of the admin stays empty.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None
