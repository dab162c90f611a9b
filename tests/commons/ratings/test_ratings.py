"""Each side says once per turn how it went; units are rated, persons never."""

from datetime import UTC, datetime, timedelta

import pytest

from gongzhi.commons.ledger.models import Event
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import RESIDENT, resident_with_key
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.privacy.retention import run_retention
from gongzhi.commons.ratings import queries, rating
from gongzhi.commons.ratings.models import Rating
from gongzhi.commons.ratings.rating import CannotRate, Satisfied, Side, Solved, rate
from tests.commons.neighbourhood import Neighbourhood, build_neighbourhood

pytestmark = [pytest.mark.django_db, pytest.mark.database]

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
PROJECT = Subject("project", 7)
HOLDER = resident_with_key(7)


@pytest.fixture
def here(monkeypatch) -> Neighbourhood:
    monkeypatch.setattr(rating, "_rules", {})
    rating.declare_ratable(
        "project",
        lambda project, side, by: (
            by.ticket_key == project if side is Side.RESIDENT else bool(by.roles)
        ),
    )
    return build_neighbourhood()


def test_a_resident_rates_the_result_once_in_each_turn(here) -> None:
    about = here.department.pk

    def give(turn: int):
        return rate(
            subject=PROJECT,
            by_side=Side.RESIDENT,
            about_unit=about,
            solved=Solved.NO,
            satisfied=Satisfied.BASICALLY,
            remark=" 还在漏 ",
            turn=turn,
            by=HOLDER,
            at=AT,
        )

    first = give(1)
    with pytest.raises(CannotRate, match="已经评价"):
        give(1)
    again = give(2)
    assert queries.ratings_of(PROJECT) == [first, again]
    assert (first.remark, first.by_unit, first.solved) == ("还在漏", None, Solved.NO)
    event = Event.objects.filter(kind="rating.given").first()
    assert event is not None
    assert "还在漏" not in str(event.data)
    assert (event.person_id, event.unit_id) == (None, None)


def test_both_sides_rate_each_other_and_nobody_rates_themselves(here) -> None:
    office, department = here.office.pk, here.department.pk
    for side, by, about in [
        (Side.CALLER, here.street_lead, department),
        (Side.CALLED, here.department_member, office),
    ]:
        rate(subject=PROJECT, by_side=side, about_unit=about, satisfied=Satisfied.YES, by=by, at=AT)
    with pytest.raises(CannotRate, match="自己"):
        rate(
            subject=PROJECT,
            by_side=Side.CALLER,
            about_unit=office,
            satisfied=Satisfied.YES,
            by=here.street_lead,
            at=AT,
        )
    assert [(one.by_unit, one.about_unit) for one in queries.ratings_of(PROJECT)] == [
        (office, department),
        (department, office),
    ]


def test_an_empty_rating_and_a_stranger_are_refused(here) -> None:
    about = here.department.pk
    with pytest.raises(CannotRate, match="请选择"):
        rate(subject=PROJECT, by_side=Side.RESIDENT, about_unit=about, by=HOLDER, at=AT)
    for subject, by in [(PROJECT, RESIDENT), (Subject("unknown", 7), HOLDER)]:
        with pytest.raises(NotPermitted):
            rate(
                subject=subject,
                by_side=Side.RESIDENT,
                about_unit=about,
                solved=Solved.YES,
                by=by,
                at=AT,
            )
    assert not Rating.objects.exists()


def test_answers_are_counted_about_units_with_their_denominators(here) -> None:
    about = here.department.pk
    for number, solved in enumerate([Solved.YES, Solved.YES, Solved.PARTLY, None]):
        rate(
            subject=Subject("project", number),
            by_side=Side.RESIDENT,
            about_unit=about,
            solved=solved,
            satisfied=Satisfied.NO,
            by=resident_with_key(number),
            at=AT + timedelta(days=number),
        )
    whole = queries.counts_about([about, 10**9], since=AT, until=AT + timedelta(days=9))
    assert list(whole) == [about]
    assert whole[about].solved == {Solved.YES: 2, Solved.PARTLY: 1, Solved.NO: 0}
    assert (whole[about].said_solved, whole[about].said_satisfied) == (3, 4)
    part = queries.counts_about([about], since=AT, until=AT + timedelta(days=1))
    assert part[about].said_solved == 1
    others = queries.counts_about(
        [about], since=AT, until=AT + timedelta(days=9), by_side=Side.CALLER
    )
    assert others == {}


def test_remarks_can_be_erased_while_the_answers_stay(here) -> None:
    rate(
        subject=PROJECT,
        by_side=Side.RESIDENT,
        about_unit=here.department.pk,
        solved=Solved.YES,
        remark="谢谢老王",
        by=HOLDER,
        at=AT,
    )
    assert rating.erase_remarks(PROJECT) == 1
    assert queries.ratings_of(PROJECT)[0].remark == ""
    assert queries.ratings_of(PROJECT)[0].solved is Solved.YES


def test_old_remarks_go_with_the_retention_job_and_the_answers_stay(here) -> None:
    for number, age in enumerate([10, 1094, 1096, 2000]):
        rate(
            subject=Subject("project", number),
            by_side=Side.RESIDENT,
            about_unit=here.department.pk,
            solved=Solved.YES,
            remark="谢谢",
            by=resident_with_key(number),
            at=AT - timedelta(days=age),
        )
    assert run_retention(at=AT)["ratings.remark"] == 2
    remarks = [queries.ratings_of(Subject("project", number))[0].remark for number in range(4)]
    assert remarks == ["谢谢", "谢谢", "", ""]
    assert Rating.objects.filter(solved="yes").count() == 4


def test_a_rating_has_no_place_for_a_person() -> None:
    names = {field.name for field in Rating._meta.get_fields()}
    assert not {name for name in names if "person" in name}
