"""What is stuck comes to a meeting; a whistle calls one; units hear of it."""

from datetime import timedelta

import pytest

from gongzhi.affairs.assemblies.decisions import NewTask
from gongzhi.affairs.assemblies.meetings import cancel_meeting
from gongzhi.affairs.assemblies.queries.meetings import meeting_story, meetings_of
from gongzhi.affairs.assemblies.resolutions import publish_minutes, resolve, write_minutes
from gongzhi.affairs.tickets.joint_handling import authorise_whistle
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.notices.queries import notices_of_units
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.coordination.follow_ups import follow_all
from gongzhi.coordination.meeting_agendas import (
    draft_meeting_of_whistle,
    suggest_agenda,
    take_suggestions,
)
from tests.affairs.assemblies.sittings import ENDS, called, drafted, held, standing
from tests.affairs.small_district import MONDAY, SmallDistrict, build
from tests.affairs.tickets.journeys import dispatched
from tests.affairs.tickets.test_joint_handling import draft

pytestmark = [pytest.mark.django_db, pytest.mark.database]

LATER = MONDAY + timedelta(days=40)


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build()


def heard(district: SmallDistrict, unit: str) -> list[str]:
    follow_all(at=LATER)
    units = frozenset({district.units[unit].pk})
    return [notice.heading for notice in notices_of_units(units, language="en")]


def test_what_is_stuck_is_suggested_and_people_choose(district: SmallDistrict) -> None:
    ticket = dispatched(district)
    whistle = draft(district)
    authorise_whistle(whistle_id=whistle, approved=True, reason="", by=district.street, at=MONDAY)
    first = held(district, series := standing(district))
    late = NewTask("加装垃圾桶", district.units["sanitation"].pk, ENDS + timedelta(days=3))
    resolve(
        meeting_id=first, position=1, text="加装", hands=None, tasks=[late],
        by=district.coordinator, at=ENDS,
    )  # fmt: skip
    next_one = drafted(
        district, series, begins_at=LATER + timedelta(days=1),
        ends_at=LATER + timedelta(days=1, hours=1),
    )  # fmt: skip
    by = district.coordinator
    found = suggest_agenda(meeting_id=next_one, by=by, at=LATER)
    assert [one.why for one in found] == ["task_late", "overdue", "overdue", "whistle_late"]
    assert "垃圾桶三天没" not in str(found)  # never a requester's own words
    taken = [one.key for one in found[:3]]
    assert take_suggestions(meeting_id=next_one, keys=[*taken, "ticket-99"], by=by, at=LATER) == 3
    agenda = meeting_story(by=by, meeting_id=next_one).agenda
    assert agenda[1].subject == Subject("ticket", ticket)
    left = suggest_agenda(meeting_id=next_one, by=by, at=LATER)
    assert [one.subject for one in left] == [Subject("whistle", whistle)]


def test_nothing_of_other_places_is_suggested(district: SmallDistrict) -> None:
    dispatched(district)
    elsewhere = standing(district, place_id=district.places["willow"].pk)
    meeting = drafted(district, elsewhere)
    with pytest.raises(NotPermitted):
        suggest_agenda(meeting_id=meeting, by=district.worker, at=LATER)
    assert suggest_agenda(meeting_id=meeting, by=district.officer, at=MONDAY) == ()


def test_a_whistle_calls_the_units_it_called_to_a_meeting(district: SmallDistrict) -> None:
    whistle = draft(district)
    authorise_whistle(whistle_id=whistle, approved=True, reason="", by=district.street, at=MONDAY)
    begins = MONDAY + timedelta(days=1)
    meeting = draft_meeting_of_whistle(
        whistle_id=whistle, begins_at=begins, ends_at=begins + timedelta(hours=1), venue="现场",
        by=district.coordinator, at=MONDAY,
    )  # fmt: skip
    story = meeting_story(by=district.coordinator, meeting_id=meeting)
    assert story.source == Subject("whistle", whistle)
    assert len(story.attendance) >= 2
    assert [
        row.id for row in meetings_of(by=district.coordinator, source=Subject("whistle", whistle))
    ] == [meeting]


def test_units_hear_that_they_are_called_and_that_the_minutes_are_out(
    district: SmallDistrict,
) -> None:
    meeting = held(district)
    write_minutes(meeting_id=meeting, minutes="议定。", by=district.coordinator, at=ENDS)
    publish_minutes(meeting_id=meeting, by=district.coordinator, at=ENDS)
    told = heard(district, "water")
    assert any(each.startswith("Please come to") for each in told)
    assert any(each.startswith("Minutes are out") for each in told)


def test_only_units_that_were_called_hear_of_a_cancellation(district: SmallDistrict) -> None:
    series = standing(district)
    quiet, loud = drafted(district, series), called(district, series)
    cancel_meeting(meeting_id=quiet, reason="不开了", by=district.coordinator, at=MONDAY)
    assert not any(each.startswith("Cancelled") for each in heard(district, "water"))
    cancel_meeting(meeting_id=loud, reason="不开了", by=district.coordinator, at=MONDAY)
    assert any(each.startswith("Cancelled") for each in heard(district, "water"))
