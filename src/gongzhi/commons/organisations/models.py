"""Units, the people who work in them, their roles, and the dispatch catalogue."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from gongzhi.commons.organisations.kinds import UnitKind
from gongzhi.commons.permissions.roles import RoleKind


class Unit(models.Model):
    """An organisation that acts in the district."""

    kind = models.CharField(max_length=24, choices=UnitKind)
    name = models.CharField(max_length=80, unique=True)
    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    email = models.EmailField(blank=True)
    webhook_url = models.URLField(blank=True)
    phone = models.CharField(max_length=32, blank=True)  # an office line, public
    begins = models.DateField(null=True)
    ends = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(login=username)


class Person(AbstractBaseUser):
    """Somebody who signs in. Residents need no account and are not here."""

    login = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=8, blank=True)
    is_demo = models.BooleanField(default=False)

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    objects = PersonManager()

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Whether the back office opens: only for an administrator."""
        return self.is_active and self.roles.filter(kind=RoleKind.ADMINISTRATOR).exists()

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class Role(models.Model):
    """A person's role at a unit, for a place and everything below it."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="roles")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="roles")
    kind = models.CharField(max_length=24, choices=RoleKind)
    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    begins = models.DateField(null=True)
    ends = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "unit", "kind", "place"], name="role_once_per_person"
            )
        ]


class CoordinatingUnit(models.Model):
    """Which unit coordinates a place; a role of a unit, so that any kind of unit can hold it."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="coordinates")
    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    begins = models.DateField()
    ends = models.DateField(null=True)


class Duty(models.Model):
    """One line of the dispatch catalogue: this matter, at this place, is this unit's."""

    category_code = models.CharField(max_length=80, db_index=True)  # "" stands for every matter
    place = models.ForeignKey("territory.Place", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="duties")
    contact_amount = models.PositiveSmallIntegerField()
    contact_unit = models.CharField(max_length=12)
    limit_amount = models.PositiveSmallIntegerField()
    limit_unit = models.CharField(max_length=12)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)


class WorkListItem(models.Model):
    """A matter that a community may be asked to work on; anything else needs approval."""

    category_code = models.CharField(max_length=80, unique=True)
    title = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)


class OrganisationsRevision(models.Model):
    """One row whose number grows with every change of units, duties or the work list."""

    number = models.PositiveBigIntegerField(default=0)


class ApiKey(models.Model):
    """A unit's key to the interfaces. Only its digest is kept; the key is shown once."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    speaks_for_unit = models.BooleanField(default=False)  # else it only passes requests on
    begins = models.DateTimeField()
    ends = models.DateTimeField(null=True)
