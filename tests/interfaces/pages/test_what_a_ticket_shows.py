"""Whoever opens a ticket finds why it is urgent, what says the same, and what is boiling up."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongzhi.affairs.tickets.hot_issues import gather_hot_issues
from gongzhi.affairs.tickets.models import HotIssue, Ticket
from gongzhi.affairs.tickets.practice import learn_units
from gongzhi.commons.permissions.actors import SYSTEM
from tests.affairs.small_district import MONDAY
from tests.affairs.tickets.test_hot_issues import MIXING, OTHERS
from tests.affairs.tickets.test_practice import handled
from tests.interfaces.pages.offices import Offices
from tests.interfaces.pages.test_hot import read

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_urgency_is_shown_with_each_reason_and_its_words(client: Client, offices: Offices) -> None:
    ticket = offices.ticket("三单元电梯困人，里面有老人和孩子。")
    said = read(client, offices, offices.district.officer, f"/tickets/{ticket}")
    assert "危及生命：“电梯困人”" in said
    assert "老年人" in said
    english = read(client, offices, offices.district.officer, f"/tickets/{ticket}", "en")
    assert "danger to life: “电梯困人”" in english
    calm = offices.ticket("公园的长椅想换个颜色。")
    assert "为什么急" not in read(client, offices, offices.district.officer, f"/tickets/{calm}")


def test_what_was_ticked_is_a_reason_too(client: Client, offices: Offices) -> None:
    ticket = offices.ticket("公园的长椅想换个颜色。")
    Ticket.objects.filter(pk=ticket).update(
        urgency="urgent", triage={**Ticket.objects.get(pk=ticket).triage, "ticked": "urgent"}
    )
    said = read(client, offices, offices.district.officer, f"/tickets/{ticket}")
    assert "诉求人勾选了“紧急”" in said


def test_open_tickets_that_say_the_same_are_there_with_their_nearness(
    client: Client, offices: Offices
) -> None:
    first = offices.ticket("银杏路搅拌站夜里一直响，粉尘很大。")
    second = offices.ticket("银杏路的搅拌站夜里响，粉尘也很大。")
    said = read(client, offices, offices.district.officer, f"/tickets/{second}")
    assert "可能说的是同一件事" in said
    assert f'href="/tickets/{first}"' in said
    assert f'href="/tickets/{second}/merge?number=' in said
    Ticket.objects.filter(pk=second).update(state="closed")
    said = read(client, offices, offices.district.officer, f"/tickets/{second}")
    assert "可能说的是同一件事" not in said


def test_the_matter_that_boils_up_is_one_step_away(client: Client, offices: Offices) -> None:
    now = timezone.now()
    tickets = [
        offices.ticket(text, at=now - timedelta(hours=number + 1))
        for number, text in enumerate([*MIXING, *OTHERS])
    ]
    gather_hot_issues(at=now)
    issue = HotIssue.objects.get()
    said = read(client, offices, offices.district.officer, f"/tickets/{tickets[0]}")
    assert f'href="/desk/hot/{issue.pk}"' in said
    assert "全区第 1" in said
    other = read(client, offices, offices.district.officer, f"/tickets/{tickets[-1]}")
    assert f'href="/desk/hot/{issue.pk}"' not in other


def test_whoever_dispatches_sees_it_beside_the_catalogue(
    client: Client, offices: Offices, settings: Any, tmp_path: Path
) -> None:
    settings.MODELS_FOLDER = tmp_path / "models"
    ticket = offices.ticket("水表走得太快，阀门锈住了，请尽快看看", at=MONDAY + timedelta(days=1))
    path = f"/tickets/{ticket}"
    assert "以往由谁办" not in read(client, offices, offices.district.officer, path)
    handled(offices.district)
    learn_units(by=SYSTEM, at=MONDAY)
    said = read(client, offices, offices.district.officer, path)
    assert "以往由谁办" in said
    street = offices.district.units["street"].pk
    assert f'href="{path}/redispatch?unit={street}"' in said
    assert "由谁办以派单目录为准" in said
    english = read(client, offices, offices.district.officer, path, "en")
    assert "Who handled the like before" in english
    Ticket.objects.filter(pk=ticket).update(state="closed")
    assert "以往由谁办" not in read(client, offices, offices.district.officer, path)


def test_the_page_costs_the_same_with_many_alike(client: Client, offices: Offices) -> None:
    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as questions:
            assert client.get(path).status_code == 200
        return len(questions)

    tickets = [offices.ticket(f"银杏路搅拌站夜里一直响{at}次，粉尘很大。") for at in range(4)]
    offices.sign_in(client, offices.district.officer)
    asked(path := f"/tickets/{tickets[0]}")  # what a process keeps in memory is read once
    few = asked(path)
    for at in range(8):
        offices.ticket(f"银杏路搅拌站夜里又响{at}回，粉尘很大。")
    assert asked(path) == few
