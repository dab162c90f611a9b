"""Hot issues are gathered once a day: stable, without words or persons, for who may read."""

import json
import math
from datetime import timedelta

import pytest
from django.core import serializers
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongzhi.affairs.tickets.choices import State
from gongzhi.affairs.tickets.hot_issues import gather_hot_issues
from gongzhi.affairs.tickets.intake import Request
from gongzhi.affairs.tickets.merging import follow_ticket, merge_tickets
from gongzhi.affairs.tickets.models import HotIssue, HotIssueTicket, Ticket
from gongzhi.affairs.tickets.queries.hot import (
    coming,
    gathered,
    hot_issue,
    hot_issues_within_reach,
    tickets_of_issue,
)
from gongzhi.affairs.tickets.requesters import correct_ticket, erase_requester
from gongzhi.affairs.tickets.seasons import look_ahead
from gongzhi.commons.ledger.models import Event
from gongzhi.commons.organisations.permissions import NotPermitted
from gongzhi.commons.permissions.actors import RESIDENT, SYSTEM
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.tables.reading import Table
from gongzhi.coordination.follow_ups import follow_all
from gongzhi.coordination.importing import import_table
from gongzhi.coordination.schedules import run_due
from tests.affairs.small_district import MONDAY, SmallDistrict
from tests.affairs.tickets.journeys import key_to, receive
from tests.affairs.tickets.trained import decided

pytestmark = [pytest.mark.django_db, pytest.mark.database]

MIXING = [
    "银杏路搅拌站夜里噪音很大，灰尘也大",
    "银杏路搅拌站整夜作业，噪音让人睡不着",
    "请管管银杏路搅拌站，灰尘飘进家里",
    "银杏路搅拌站的灰尘和噪音什么时候能停",
]
PARKING = ["和风花园停车位捆绑销售", "和风花园停车位捆绑销售，不买不让进", "停车位捆绑销售不合理"]
OTHERS = [
    "路灯坏了三盏",
    "求教孩子入学手续",
    "公交晚点太多",
    "楼上漏水到我家",
    "想问养老金何时发放",
]
LATER = MONDAY + timedelta(days=6)


def hear(
    district: SmallDistrict, texts: list[str], *, place: str = "garden", day: int = 0
) -> list[int]:
    """Requests of residents, an hour apart."""
    at = MONDAY + timedelta(days=day)
    ids = [
        receive(district, text, at=at + timedelta(hours=number), place=place).ticket_id
        for number, text in enumerate(texts)
    ]
    follow_all(at=at + timedelta(days=1))
    return ids


def members(issue_id: int) -> set[int]:
    return set(HotIssueTicket.objects.filter(issue=issue_id).values_list("ticket_id", flat=True))


def test_what_several_speak_of_is_one_matter_with_all_its_numbers(district: SmallDistrict) -> None:
    ids = hear(district, MIXING)
    hear(district, OTHERS, day=1)
    assert gather_hot_issues(at=LATER) == 1
    (view,) = hot_issues_within_reach(by=district.officer)
    assert members(view.id) == set(ids)
    assert (view.messages, view.supporters, view.tickets, view.here) == (4, 0, 4, 4)
    assert view.heat == pytest.approx(view.messages + math.sqrt(view.supporters) + view.surprise)
    assert (view.this_week, view.rank, view.place_name) == (4, 1, "北桥街道柳岸社区")
    assert any("搅拌站" in word for word in view.words)
    assert view.title in {ticket.title for ticket in Ticket.objects.filter(pk__in=ids)}
    found = gathered()
    assert found is not None
    assert found.tickets == 9


def test_what_is_kept_holds_no_words_and_no_person(district: SmallDistrict) -> None:
    hear(district, MIXING)
    gather_hot_issues(at=LATER)
    kept = serializers.serialize(
        "json", [*HotIssue.objects.all(), *HotIssueTicket.objects.all()], ensure_ascii=False
    )
    assert HotIssueTicket.objects.count() == 4
    assert not [letter for letter in kept if "\u4e00" <= letter <= "\u9fff"]
    words = [json.dumps(row.words) for row in HotIssueTicket.objects.all()]
    assert all("[" in each for each in words)


def test_gathering_changes_no_ticket_and_writes_no_event(district: SmallDistrict) -> None:
    hear(district, MIXING)
    before = (Event.objects.count(), list(Ticket.objects.order_by("pk").values()))
    gather_hot_issues(at=LATER)
    assert (Event.objects.count(), list(Ticket.objects.order_by("pk").values())) == before


def test_the_same_matter_keeps_its_id_from_day_to_day(district: SmallDistrict) -> None:
    first = hear(district, MIXING)
    gather_hot_issues(at=LATER)
    (before,) = hot_issues_within_reach(by=district.officer)
    more = hear(district, ["银杏路搅拌站又开工了，灰尘很大", "银杏路搅拌站噪音"], day=7)
    hear(district, PARKING, day=7)
    gather_hot_issues(at=LATER + timedelta(days=4))
    after = hot_issues_within_reach(by=district.officer)
    assert after[0].id == before.id
    assert after[0].listed_since == before.listed_since
    assert members(before.id) == {*first, *more}
    assert len(after) == 2
    gather_hot_issues(at=LATER + timedelta(days=4))
    again = hot_issues_within_reach(by=district.officer)
    assert again == after


def test_a_matter_whose_tickets_all_ended_is_kept_no_more(district: SmallDistrict) -> None:
    ids = hear(district, MIXING)
    Ticket.objects.filter(pk__in=ids[:3]).update(state=State.CLOSED)
    assert gather_hot_issues(at=LATER) == 1
    (view,) = hot_issues_within_reach(by=district.officer)
    assert (view.here, view.open_here) == (4, 1)
    assert view.samples[0].id in ids
    Ticket.objects.filter(pk__in=ids).update(state=State.CLOSED)
    assert gather_hot_issues(at=LATER) == 0
    assert not HotIssue.objects.exists()


def test_what_was_withdrawn_or_is_older_than_sixty_days_is_not_heard(
    district: SmallDistrict,
) -> None:
    ids = hear(district, MIXING)
    Ticket.objects.filter(pk__in=ids[:3]).update(state=State.WITHDRAWN)
    assert gather_hot_issues(at=LATER) == 0
    Ticket.objects.filter(pk__in=ids[:3]).update(state=State.IN_PROGRESS)
    assert gather_hot_issues(at=LATER) == 1
    hear(district, OTHERS, day=70)
    assert gather_hot_issues(at=MONDAY + timedelta(days=72)) == 0


def test_matters_at_two_places_stay_two(district: SmallDistrict) -> None:
    hear(district, MIXING, place="garden")
    hear(district, MIXING, place="pine")
    decided(district, 60)  # on other things, and ended
    gather_hot_issues(at=LATER)
    found = hot_issues_within_reach(by=district.officer)
    assert sorted(view.place_name for view in found) == [
        "北桥街道柳岸社区",
        "南坡街道松林社区",
    ]


class TestReach:
    """A reader sees the matters of which a ticket is theirs, and words of theirs only."""

    def test_a_community_sees_its_own(self, district: SmallDistrict) -> None:
        hear(district, MIXING, place="garden")
        hear(district, PARKING, place="pine")
        gather_hot_issues(at=LATER)
        (view,) = hot_issues_within_reach(by=district.worker)
        assert any("搅拌站" in word for word in view.words)
        other = next(
            each for each in hot_issues_within_reach(by=district.officer) if each.id != view.id
        )
        assert hot_issue(by=district.worker, issue_id=other.id) is None
        assert tickets_of_issue(by=district.worker, issue_id=other.id).rows == ()

    def test_words_and_title_come_from_tickets_within_reach(self, district: SmallDistrict) -> None:
        ids = hear(district, MIXING)
        gather_hot_issues(at=LATER)
        central = HotIssueTicket.objects.get(central=True).ticket_id
        theirs = next(ticket_id for ticket_id in ids if ticket_id != central)
        Ticket.objects.exclude(pk=theirs).update(lead_unit=district.units["hotline"])
        Ticket.objects.filter(pk=theirs).update(lead_unit=district.units["sanitation"])
        (view,) = hot_issues_within_reach(by=district.sanitation)
        assert (view.tickets, view.here) == (4, 1)
        own = Ticket.objects.get(pk=theirs)
        assert view.title == own.title
        assert [row.id for row in view.samples] == [theirs]
        assert all(word in own.title + own.text for word in view.words)
        rows = tickets_of_issue(by=district.sanitation, issue_id=view.id).rows
        assert [row.id for row in rows] == [theirs]
        assert hot_issues_within_reach(by=district.water) == ()

    def test_who_reads_no_tickets_sees_no_matters(self, district: SmallDistrict) -> None:
        researcher = district.actor(RoleKind.RESEARCHER, "hotline", "district")
        for ask in (
            lambda: hot_issues_within_reach(by=researcher),
            lambda: tickets_of_issue(by=researcher, issue_id=1),
        ):
            with pytest.raises(NotPermitted):
                ask()

    def test_many_matters_take_no_more_queries_than_one(self, district: SmallDistrict) -> None:
        def asked() -> int:
            gather_hot_issues(at=LATER)
            hot_issues_within_reach(by=district.worker)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                hot_issues_within_reach(by=district.worker)
            return len(queries)

        hear(district, MIXING)
        one = asked()
        hear(district, PARKING)
        hear(district, ["东门喷泉池水发臭", "东门喷泉池水发臭有蚊子", "喷泉池水发臭"])
        assert asked() == one
        assert len(hot_issues_within_reach(by=district.worker)) >= 2


def test_erased_words_leave_the_matter_at_once(district: SmallDistrict) -> None:
    ids = hear(district, MIXING)
    gather_hot_issues(at=LATER)
    central = HotIssueTicket.objects.get(central=True).ticket_id
    said = Ticket.objects.get(pk=central).title
    erase_requester(ticket_id=central, by=key_to(central), at=LATER)
    (view,) = hot_issues_within_reach(by=district.officer)
    assert view.here == 3
    assert view.title != said
    assert central not in [
        row.id for row in tickets_of_issue(by=district.officer, issue_id=view.id).rows
    ]
    gather_hot_issues(at=LATER)
    assert central not in members(view.id)
    assert set(ids) - members(view.id) == {central}


def test_whoever_follows_instead_of_sending_another_is_a_supporter(
    district: SmallDistrict,
) -> None:
    ids = hear(district, MIXING)
    gather_hot_issues(at=LATER)
    (before,) = hot_issues_within_reach(by=district.officer)
    Ticket.objects.filter(pk=ids[0]).update(public_at=MONDAY)
    for number in range(4):
        follow_ticket(
            ticket_id=ids[0],
            request=Request(text=f"{MIXING[0]}，第{number}户也一样"),
            by=RESIDENT,
            at=MONDAY + timedelta(days=1),
        )
    gather_hot_issues(at=LATER)
    (view,) = hot_issues_within_reach(by=district.officer)
    assert (view.id, view.messages, view.supporters) == (before.id, 4, 4)
    assert view.heat == pytest.approx(before.heat + math.sqrt(4))


def test_two_requests_that_staff_joined_are_still_two_messages(district: SmallDistrict) -> None:
    ids = hear(district, MIXING)
    merge_tickets(ticket_id=ids[1], into_id=ids[0], by=district.officer, at=LATER)
    gather_hot_issues(at=LATER)
    (view,) = hot_issues_within_reach(by=district.officer)
    assert (view.messages, view.supporters) == (4, 0)


def test_positions_in_a_text_that_was_corrected_are_forgotten(district: SmallDistrict) -> None:
    ids = hear(district, MIXING)
    gather_hot_issues(at=LATER)
    correct_ticket(ticket_id=ids[0], text="改成别的内容了", by=key_to(ids[0]), at=LATER)
    assert HotIssueTicket.objects.get(ticket_id=ids[0]).words == []


def test_no_ticket_makes_no_matter(district: SmallDistrict) -> None:
    assert gathered() is None
    assert gather_hot_issues(at=MONDAY) == 0
    found = gathered()
    assert found is not None
    assert (found.tickets, found.since) == (0, None)
    assert hot_issues_within_reach(by=district.officer) == ()


def test_the_worker_gathers_once_a_day(district: SmallDistrict) -> None:
    hear(district, MIXING)
    assert run_due(at=LATER)["tickets.hot"] == 1
    assert "tickets.hot" not in run_due(at=LATER + timedelta(hours=20))
    assert run_due(at=LATER + timedelta(hours=25))["tickets.hot"] == 1


def test_a_file_that_was_imported_shows_its_own_last_days(district: SmallDistrict) -> None:
    texts = [*MIXING, *OTHERS]
    table = Table(
        name="messages",
        columns=("内容", "社区", "时间"),
        rows=[(text, "柳岸社区", f"2019-07-{day:02}") for day, text in enumerate(texts, start=1)],
        first_row_number=2,
    )
    mapping = {"text": "内容", "community": "社区", "received_at": "时间"}
    done = import_table(table, mapping=mapping, source="messages", by=SYSTEM, at=MONDAY)
    assert done.received == len(texts)
    (view,) = hot_issues_within_reach(by=district.worker)
    assert view.here == len(MIXING)
    found = gathered()
    assert found is not None
    assert found.until is not None
    assert (found.tickets, found.until.year) == (len(texts), 2019)
    import_table(table, mapping=mapping, source="messages", by=SYSTEM, at=LATER, dry_run=True)
    assert hot_issues_within_reach(by=district.worker) == (view,)


def _year_of(district: SmallDistrict, *, years: int) -> None:
    """Waste every day alike; water mostly in March and April, when our Monday lies."""
    garden = district.places["garden"]
    rows = []
    for day in range(1, 365 * years + 40):
        at = MONDAY - timedelta(days=day)
        spring = at.month in {3, 4}
        for code in ["environment.waste"] * 2 + ["utilities.water"] * (4 if spring else 1):
            rows.append(
                Ticket(
                    channel="page",
                    title="x",
                    text="x",
                    text_key="0" * 32,
                    category_code=code,
                    place=garden,
                    place_path=garden.path,
                    received_at=at,
                    touched_at=at,
                )
            )
    Ticket.objects.bulk_create(rows, batch_size=500)


def test_what_usually_rises_now_is_told_beforehand(district: SmallDistrict) -> None:
    _year_of(district, years=2)
    assert look_ahead(at=MONDAY) == 1
    (season,) = coming()
    assert season.category_name == "供水"
    assert season.years == 2
    assert season.ratio > season.low > 1.25
    assert season.in_season >= 5


def test_less_than_a_year_tells_nothing_of_the_season(district: SmallDistrict) -> None:
    hear(district, MIXING)
    assert look_ahead(at=LATER) == 0
    assert coming() == ()


def test_what_only_the_name_of_an_estate_joins_is_no_matter(district: SmallDistrict) -> None:
    estate = district.places["garden"].name
    hear(district, [f"{estate}路灯坏了三盏", f"{estate}邻居门口放鞋柜", f"{estate}停水一天了"])
    pipe = f"{estate}供水管道"
    pipes = hear(district, [f"{pipe}破了", f"{pipe}又破了", f"{pipe}破了，水流一路"], day=1)
    gather_hot_issues(at=LATER)
    assert [members(issue.pk) for issue in HotIssue.objects.all()] == [set(pipes)]


def test_two_that_say_the_same_are_a_pair_and_no_hot_issue(district: SmallDistrict) -> None:
    hear(district, MIXING[:2])
    assert gather_hot_issues(at=LATER) == 0
    hear(district, MIXING[2:3], day=1)
    assert gather_hot_issues(at=LATER) == 1


def test_what_boiled_up_stays_listed_when_only_two_messages_are_left(
    district: SmallDistrict,
) -> None:
    ids = hear(district, MIXING[:3])
    gather_hot_issues(at=LATER)
    (before,) = HotIssue.objects.all()
    Ticket.objects.filter(pk=ids[0]).update(state=State.WITHDRAWN)
    gather_hot_issues(at=LATER + timedelta(days=1))
    assert [row.pk for row in HotIssue.objects.all()] == [before.pk]
    assert members(before.pk) == set(ids[1:])
