"""People who sign in, and their roles."""

from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongzhi.commons.organisations.models import Person, Role, Unit
from gongzhi.commons.organisations.people import (
    NewPerson,
    NewRole,
    add_person,
    change_person,
    end_role,
    give_role,
)
from gongzhi.commons.permissions.roles import ROLES_OF_PEOPLE, RoleKind
from gongzhi.interfaces.admin.reading import ActingForm, Reading
from gongzhi.interfaces.admin.units import PlaceChoice


class PersonForm(ActingForm):
    name = forms.CharField(label=_("姓名"), max_length=40)
    email = forms.EmailField(label=_("电子邮件"), required=False)
    is_active = forms.BooleanField(label=_("可以登录"), required=False)
    new_password = forms.CharField(
        label=_("新密码"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("不填则不改。请当面告诉本人，并请本人登录后自己改掉。"),
    )

    class Meta:
        model = Person
        fields = ("name", "email", "is_active")

    def clean_new_password(self) -> str:
        given: str = self.cleaned_data["new_password"]
        if given:
            validate_password(given, self.instance)
        return given

    def perform(self, asked: dict[str, Any], *, at: datetime) -> int | None:
        password = asked.pop("new_password")
        change_person(person_id=self.instance.pk, by=self.by, at=at, password=password, **asked)
        return None


class NewPersonForm(PersonForm):
    login = forms.CharField(label=_("登录名"), max_length=40)
    is_active = None  # type: ignore[assignment]  # whoever is new may sign in
    field_order = ("login", "name")

    class Meta(PersonForm.Meta):
        fields = ("login", "name", "email")

    def perform(self, asked: dict[str, Any], *, at: datetime) -> int | None:
        new = NewPerson(
            login=asked["login"],
            name=asked["name"],
            email=asked["email"],
            password=asked["new_password"] or None,
        )
        return add_person(new=new, by=self.by, at=at)


class People(Reading):
    called = _("人员")
    adding, changing = NewPersonForm, PersonForm
    list_display = ("login_named", "named", "may_sign_in")
    search_fields = ("login", "name")
    ordering = ("login",)

    @admin.display(description=_("登录名"), ordering="login")
    def login_named(self, person: Person) -> str:
        return person.login

    @admin.display(description=_("姓名"), ordering="name")
    def named(self, person: Person) -> str:
        return person.name

    @admin.display(description=_("可以登录"), ordering="is_active", boolean=True)
    def may_sign_in(self, person: Person) -> bool:
        return person.is_active


class NewRoleForm(ActingForm):
    person = forms.ModelChoiceField(
        label=_("人员"), queryset=Person.objects.filter(is_active=True).order_by("login")
    )
    kind = forms.ChoiceField(
        label=_("角色"), choices=[(kind.value, kind.label) for kind in ROLES_OF_PEOPLE]
    )
    unit = forms.ModelChoiceField(
        label=_("单位"), queryset=Unit.objects.filter(ends=None).order_by("place__path", "name")
    )
    place = PlaceChoice()
    begins = forms.DateField(
        label=_("从哪天起"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    class Meta:
        model = Role
        fields = ("person", "kind", "unit", "place", "begins")

    def perform(self, asked: dict[str, Any], *, at: datetime) -> int | None:
        new = NewRole(
            person_id=asked["person"].pk,
            unit_id=asked["unit"].pk,
            kind=asked["kind"],
            place_id=asked["place"].pk,
            begins=asked["begins"],
        )
        return give_role(new=new, by=self.by, at=at)

    def validate_unique(self) -> None:
        """A role that somebody held before begins again."""


class Roles(Reading):
    called = _("任职")
    adding = NewRoleForm
    list_display = ("who", "what", "where", "at", "until")
    list_filter = ("kind",)
    search_fields = ("person__login", "person__name", "unit__name")
    list_select_related = ("person", "unit", "place")
    ordering = ("place__path", "unit__name", "person__login")
    actions = ("end",)

    @admin.display(description=_("人员"), ordering="person__login")
    def who(self, role: Role) -> str:
        return f"{role.person.name}（{role.person.login}）"

    @admin.display(description=_("角色"), ordering="kind")
    def what(self, role: Role) -> str:
        return str(RoleKind(role.kind).label)

    @admin.display(description=_("单位"), ordering="unit__name")
    def where(self, role: Role) -> str:
        return role.unit.name

    @admin.display(description=_("地点"), ordering="place__path")
    def at(self, role: Role) -> str:
        return role.place.name

    @admin.display(description=_("结束"), ordering="ends")
    def until(self, role: Role) -> Any:
        return role.ends

    @admin.action(description=_("今天结束任职"), permissions=["add"])
    def end(self, request: HttpRequest, roles: "QuerySet[Role]") -> None:
        for role in roles:
            end = partial(end_role, role_id=role.pk, ends=timezone.localdate())
            self.do(request, end, what=self.who(role))
