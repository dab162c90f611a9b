"""`gongzhi set-password`: how the first administrator gets in."""

import pytest
from click.testing import CliRunner
from django.test import Client

from gongzhi.commons.ledger.models import Event
from gongzhi.commons.organisations.models import Person
from gongzhi.interfaces.commands.main import gongzhi
from tests.affairs.small_district import build

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def newcomer(db: None) -> Person:
    build()
    return Person.objects.create(login="head", name="周若兰")


def test_a_generated_password_opens_the_door(newcomer: Person, client: Client) -> None:
    result = CliRunner().invoke(gongzhi, ["set-password", "head", "--generate"])
    assert result.exit_code == 0
    word = result.output.splitlines()[0]
    answer = client.post("/account/login/", {"login": "head", "password": word})
    assert answer.status_code == 302
    assert word not in str(list(Event.objects.values_list("data", flat=True)))


def test_a_typed_password_is_asked_twice_and_never_shown(newcomer: Person) -> None:
    typed = "qing-liu-1937-xx\nqing-liu-1937-xx\n"
    result = CliRunner().invoke(gongzhi, ["set-password", "head"], input=typed)
    assert result.exit_code == 0
    assert "qing-liu" not in result.output
    newcomer.refresh_from_db()
    assert newcomer.check_password("qing-liu-1937-xx")


@pytest.mark.parametrize("weak", ["short", "1234567890", "password123"])
def test_a_weak_password_changes_nothing(newcomer: Person, weak: str) -> None:
    before = newcomer.password
    result = CliRunner().invoke(gongzhi, ["set-password", "head"], input=f"{weak}\n{weak}\n")
    assert result.exit_code == 1
    newcomer.refresh_from_db()
    assert newcomer.password == before


def test_nobody_of_that_name_is_refused(newcomer: Person) -> None:
    result = CliRunner().invoke(gongzhi, ["set-password", "nobody", "--generate"])
    assert result.exit_code == 1
    assert "nobody" in result.output
