"""Public notices: posted by staff of the place, objected to by anyone in time, answered once."""

from datetime import timedelta

import pytest

from gongzhi.commons.ledger.reading import events_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.notices.models import PublicObjection
from gongzhi.commons.notices.public import (
    CannotPost,
    NoSuchNotice,
    answer_objection,
    object_to_notice,
    post_notice,
    withdraw_notice,
)
from gongzhi.commons.notices.public_queries import notice_about
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.table import NotPermitted
from tests.affairs.small_district import MONDAY, SmallDistrict, build

pytestmark = [pytest.mark.django_db, pytest.mark.database]
UNTIL = MONDAY + timedelta(days=7)
ABOUT = Subject("topic", 3)


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build()


def post(district: SmallDistrict, **more: object) -> int:
    facts: dict[str, object] = {
        "subject": ABOUT, "place_id": district.places["garden"].pk, "title": "拟装电梯",
        "text": "拟在北面装一台", "objections_until": UNTIL, "by": district.worker, "at": MONDAY,
    }  # fmt: skip
    return post_notice(**(facts | more))  # type: ignore[arg-type]


def test_what_is_posted_is_read_by_everyone_and_its_event_holds_no_word(
    district: SmallDistrict,
) -> None:
    made = post(district)
    view = notice_about(ABOUT, by=RESIDENT)
    assert view is not None
    assert (view.text, view.may_answer) == ("拟在北面装一台", False)
    (event,) = events_of(Subject("public_notice", made))
    assert "北面" not in str(event.data)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"text": " "}, "text"),
        ({"text": "字" * 4001}, "text"),
        ({"objections_until": MONDAY}, "until"),
        ({"place_id": 10**9}, "place"),
    ],
)
def test_a_notice_that_makes_no_sense_is_refused(
    district: SmallDistrict, more: dict[str, object], field: str
) -> None:
    with pytest.raises(CannotPost) as refused:
        post(district, **more)
    assert refused.value.field == field


def test_a_resident_posts_nothing(district: SmallDistrict) -> None:
    with pytest.raises(NotPermitted):
        post(district, by=RESIDENT)


def test_an_objection_is_for_who_answers_it_and_the_answer_for_everyone(
    district: SmallDistrict,
) -> None:
    made = post(district)
    one = object_to_notice(
        notice_id=made, text="挡我家的光", contact="13900001234", by=RESIDENT, at=UNTIL
    )
    assert "13900001234" not in PublicObjection.objects.get().contact_sealed
    seen = notice_about(ABOUT, by=RESIDENT)
    assert seen is not None
    assert (seen.objections[0].text, seen.objections[0].contact, seen.unanswered) == ("", "", 1)
    inside = notice_about(ABOUT, by=district.worker)
    assert inside is not None
    assert inside.objections[0].contact == "13900001234"
    answer_objection(objection_id=one, answer="已改方案", by=district.worker, at=UNTIL)
    seen = notice_about(ABOUT, by=RESIDENT)
    assert seen is not None
    assert (seen.objections[0].answer, seen.unanswered) == ("已改方案", 0)
    with pytest.raises(CannotPost):
        answer_objection(objection_id=one, answer="再改", by=district.worker, at=UNTIL)


def test_only_staff_of_the_place_answer(district: SmallDistrict) -> None:
    one = object_to_notice(notice_id=post(district), text="不同意", by=RESIDENT, at=MONDAY)
    for by in (RESIDENT, district.water):
        with pytest.raises(NotPermitted):
            answer_objection(objection_id=one, answer="好", by=by, at=MONDAY)
    with pytest.raises(NoSuchNotice):
        answer_objection(objection_id=10**9, answer="好", by=district.worker, at=MONDAY)


@pytest.mark.parametrize("text", ["", "字" * 4001])
def test_an_empty_or_endless_objection_is_refused(district: SmallDistrict, text: str) -> None:
    made = post(district)
    with pytest.raises(CannotPost):
        object_to_notice(notice_id=made, text=text, by=RESIDENT, at=MONDAY)


def test_after_the_time_and_after_it_was_taken_down_nobody_objects(
    district: SmallDistrict,
) -> None:
    made = post(district)
    with pytest.raises(CannotPost):
        object_to_notice(notice_id=made, text="晚了", by=RESIDENT, at=UNTIL + timedelta(seconds=1))
    withdraw_notice(notice_id=made, by=district.worker, at=MONDAY)
    assert notice_about(ABOUT, by=RESIDENT) is None
    with pytest.raises(NoSuchNotice):
        object_to_notice(notice_id=made, text="不同意", by=RESIDENT, at=MONDAY)
