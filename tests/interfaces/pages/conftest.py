"""People who sign in, and a district for them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.commons.organisations.people import NewPerson, NewRole, add_person, give_role
from gongzhi.commons.permissions.roles import RoleKind
from tests.affairs.small_district import MONDAY
from tests.commons.small_district import AT, SmallDistrict, build
from tests.interfaces.pages.offices import Offices, opened

PASSWORD = "a-long-enough-password"


@dataclass(frozen=True)
class People:
    """Adds somebody with a role; the login is the role's name."""

    district: SmallDistrict

    def add(self, kind: RoleKind, *, is_demo: bool = False) -> str:
        new = NewPerson(kind.value, f"{kind.label}甲", password=PASSWORD, is_demo=is_demo)
        person = add_person(new=new, by=SYSTEM, at=AT)
        unit = next(iter(self.district.units.values()))
        place = next(iter(self.district.places.values()))
        give_role(new=NewRole(person, unit, kind.value, place), by=SYSTEM, at=AT)
        return kind.value


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the clock of the pages; it begins with a Monday."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_to(MONDAY)
    return set_to


@pytest.fixture(autouse=True)
def _fresh_counters(db: None) -> None:
    cache.clear()


@pytest.fixture
def people(db: None) -> People:
    return People(build())


@pytest.fixture
def as_staff(people: People, client: Client) -> Callable[..., Client]:
    """The test client, signed in with a role."""

    def sign_in(kind: RoleKind, *, is_demo: bool = False) -> Client:
        login = people.add(kind, is_demo=is_demo)
        client.force_login(get_user_model().objects.get(login=login))
        return client

    return sign_in


@pytest.fixture
def offices(db: None) -> Offices:
    """A small district at work."""
    return opened()
