"""A real file of messages is triaged while it comes in, and what boils up in it is on the page."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from gongzhi.affairs.tickets.importing import FIELDS
from gongzhi.affairs.tickets.models import HotIssue, HotIssueTicket, Ticket
from gongzhi.affairs.tickets.suggesting import model_file
from gongzhi.affairs.tickets.triage import message_of
from gongzhi.commons.categories.models import Category
from gongzhi.commons.categories.queries import revision
from gongzhi.commons.permissions.actors import SYSTEM
from gongzhi.commons.tables.mapping import suggest_mapping
from gongzhi.commons.tables.reading import Table, read_table
from gongzhi.commons.trained_models.files import write_model
from gongzhi.coordination.importing import Imported, import_table
from gongzhi.engines.triage.model import Model
from gongzhi.engines.triage.texts import Message
from gongzhi.engines.triage.training import train
from tests.affairs.small_district import BEGINS, SmallDistrict, build
from tests.interfaces.pages.offices import Offices
from tests.interfaces.pages.reading import Page

pytestmark = [pytest.mark.realdata, pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def district(db: None, settings: Any, tmp_path: Path) -> SmallDistrict:
    settings.MODELS_FOLDER = tmp_path / "models"
    return build()


def messages(realdata: Path) -> Table:
    return read_table(realdata / "residents_messages" / "附件3.xlsx")


def bring_in(table: Table) -> Imported:
    mapping = suggest_mapping(FIELDS, table.columns)
    return import_table(table, mapping=mapping, source="messages", by=SYSTEM, at=datetime.now(UTC))


def learned(realdata: Path) -> Model:
    """A model of the published labels, whose names become matters of the district's tree."""
    table = read_table(realdata / "residents_messages" / "附件2_labelled.csv")
    rows = table.texts(["留言主题", "留言详情", "一级标签"])
    model = train([Message(subject=s, body=b) for s, b, _ in rows], [label for *_, label in rows])
    with transaction.atomic():
        for number, label in enumerate(model.labels):
            Category.objects.create(
                code=f"published.{number}", name_zh=label, name_en=label, valid_from=BEGINS
            )
        revision.grow()
    arrays, record = model.parts()
    model_file().parent.mkdir()
    write_model(model_file(), arrays=arrays, record=record)
    return model


def test_without_a_model_the_rules_triage_what_comes_in(
    district: SmallDistrict, realdata: Path
) -> None:
    table = messages(realdata)
    done = bring_in(replace(table, rows=table.rows[:600]))
    assert done.received + len(done.rejects) == 600
    tickets = list(Ticket.objects.all())
    assert len(tickets) == done.received
    assert {ticket.triage["basis"] for ticket in tickets} == {"rules"}
    assert {ticket.state for ticket in tickets} == {"dispatched"}
    assert any(ticket.category_code and ticket.triage["evidence"] for ticket in tickets)


def test_a_model_triages_what_comes_in_and_the_page_shows_what_boils_up(
    district: SmallDistrict, realdata: Path, client: Client
) -> None:
    model = learned(realdata)
    table = messages(realdata)
    done = bring_in(table)
    assert done.received > 4_300
    tickets = list(Ticket.objects.order_by("pk"))
    assert {ticket.triage["basis"] for ticket in tickets} == {"model"}
    code_of = {label: f"published.{at}" for at, label in enumerate(model.labels)}
    for ticket, said in zip(
        tickets, model.suggest([message_of(ticket) for ticket in tickets]), strict=True
    ):
        assert ticket.category_code == (code_of[said.category] if said.category else "")
        ranks = [[code_of[rank.category], round(rank.probability, 4)] for rank in said.ranks]
        assert ticket.triage["ranks"] == ranks
    filled = Counter(bool(ticket.category_code) for ticket in tickets)
    assert filled[True] > 0.85 * len(tickets)
    _the_page_shows_the_last_sixty_days(Offices(district), client)


def _the_page_shows_the_last_sixty_days(offices: Offices, client: Client) -> None:
    newest = Ticket.objects.latest("received_at").received_at
    assert newest < datetime.now(UTC) - timedelta(days=365), "the file is an old one"
    members = HotIssueTicket.objects.all()
    assert members.count() > 50
    assert not members.filter(ticket__received_at__lte=newest - timedelta(days=60)).exists()
    offices.sign_in(client, offices.district.officer)
    html = client.get("/desk/hot").content.decode()
    assert Page(html).faults == []
    hottest = list(HotIssue.objects.order_by("rank")[:5])
    for issue in hottest:
        assert f"<strong>{issue.heat:.1f}</strong>" in html
        assert issue.members.get(central=True).ticket.title in html
    about = [  # the mixing station, which published answers know to be among the hottest
        issue for issue in hottest if "搅拌" in issue.members.get(central=True).ticket.title
    ]
    assert len(about) == 1
    told = about[0].members.filter(ticket__text__contains="搅拌").count()
    assert told >= 0.8 * about[0].members.count()
