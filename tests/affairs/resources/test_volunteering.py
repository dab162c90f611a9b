"""Signing up by link, the last place given once, hours once a day, names forgotten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from gongzhi.affairs.resources.choices import SignupChannel, SignupState, StintState
from gongzhi.affairs.resources.holdings import forget_signups
from gongzhi.affairs.resources.lifecycle import CannotMove, NotInPool
from gongzhi.affairs.resources.models import Signup, Stint, VolunteerPost
from gongzhi.affairs.resources.queries.volunteers import open_posts, own_page, post_story
from gongzhi.affairs.resources.signups import (
    dispute_own_hours,
    leave_post,
    sign_up,
    signup_link,
)
from gongzhi.affairs.resources.volunteers import (
    CannotVolunteer,
    answer_dispute,
    certify_hours,
    close_post,
    open_post,
)
from gongzhi.commons.ledger.reading import events_of_many
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.table import NotPermitted
from tests.affairs.resources.pools import DAY, FIRST, LAST, MONDAY, SmallPool, build_pool, moment
from tests.affairs.small_district import build

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LATER = moment("2026-03-11")


def post(pool: SmallPool, *, wanted: int = 3) -> int:
    return open_post(
        title="周六清扫", text="", organiser_id=pool.unit("bank"), wanted=wanted, begins=FIRST,
        place_id=pool.district.places["willow"].pk, ends=LAST, by=pool.bank, at=MONDAY,
    )  # fmt: skip


def join(post_id: int, name: str = "小周", contact: str = "13900000000") -> int:
    return sign_up(
        post_id=post_id, name=name, contact=contact, channel=SignupChannel.PAGE, by=RESIDENT,
        at=MONDAY,
    )  # fmt: skip


def test_a_volunteer_signs_up_sees_the_hours_and_has_them_put_right(pool: SmallPool) -> None:
    made = post(pool)
    signup = join(made)
    stint = certify_hours(
        post_id=made, name="", signup_id=signup, day=DAY, minutes=90, by=pool.bank, at=LATER
    )
    token = signup_link(signup)
    page = own_page(token)
    assert (page.name, page.minutes, page.signup_state) == ("小周", 90, SignupState.STANDS)
    dispute_own_hours(
        token=token, stint_id=stint, minutes=120, reason="少记了", by=RESIDENT, at=LATER
    )
    answer_dispute(stint_id=stint, agreed=True, by=pool.bank, at=LATER)
    assert own_page(token).minutes == 120
    assert Stint.objects.get().state == StintState.CORRECTED


def test_one_volunteer_can_not_object_to_the_hours_of_another(pool: SmallPool) -> None:
    made = post(pool)
    mine, other = join(made), join(made, "小何")
    stint = certify_hours(
        post_id=made, name="", signup_id=other, day=DAY, minutes=90, by=pool.bank, at=LATER
    )
    with pytest.raises(NotInPool):
        dispute_own_hours(
            token=signup_link(mine), stint_id=stint, minutes=0, reason="x", by=RESIDENT, at=LATER
        )


def test_only_who_organises_certifies_and_reads_names(pool: SmallPool) -> None:
    made = post(pool)
    signup = join(made)
    for by in (pool.community, pool.district.worker, pool.clinic, RESIDENT):
        with pytest.raises(NotPermitted):
            certify_hours(
                post_id=made, name="", signup_id=signup, day=DAY, minutes=60, by=by, at=LATER
            )
        story = post_story(by=by, post_id=made)
        assert (story.may_organise, story.signups, story.stints) == (False, (), ())
    assert [each.name for each in post_story(by=pool.bank, post_id=made).signups] == ["小周"]


def test_the_hours_of_a_day_are_written_down_once(pool: SmallPool) -> None:
    made = post(pool)
    signup = join(made)
    certify_hours(
        post_id=made, name="", signup_id=signup, day=DAY, minutes=60, by=pool.bank, at=LATER
    )
    with pytest.raises(CannotVolunteer, match="已经登记过"):
        certify_hours(
            post_id=made, name="", signup_id=signup, day=DAY, minutes=60, by=pool.bank, at=LATER
        )
    assert Stint.objects.count() == 1


def test_a_full_closed_or_past_post_takes_nobody(pool: SmallPool) -> None:
    made = post(pool, wanted=1)
    join(made)
    with pytest.raises(CannotVolunteer, match="招满"):
        join(made, "小何")
    second = post(pool)
    close_post(post_id=second, by=pool.bank, at=MONDAY)
    with pytest.raises(CannotVolunteer):
        join(second)
    third = post(pool)
    with pytest.raises(CannotVolunteer):
        sign_up(
            post_id=third, name="小何", contact="", channel=SignupChannel.PAGE, by=RESIDENT,
            at=MONDAY + timedelta(days=60),
        )  # fmt: skip
    for name in ("", " ", "长" * 41):
        with pytest.raises(CannotVolunteer):
            join(third, name)
    assert VolunteerPost.objects.get(pk=third).taken == 0


def test_who_leaves_is_forgotten_and_gives_the_place_back(pool: SmallPool) -> None:
    made = post(pool, wanted=1)
    signup = join(made)
    leave_post(token=signup_link(signup), by=RESIDENT, at=MONDAY)
    row = Signup.objects.get(pk=signup)
    assert (row.name_sealed, row.contact_sealed, row.state) == ("", "", SignupState.LEFT)
    with pytest.raises(CannotMove):
        leave_post(token=signup_link(signup), by=RESIDENT, at=MONDAY)
    join(made, "小何")
    assert VolunteerPost.objects.get(pk=made).taken == 1


def test_names_of_sign_ups_go_after_the_end_and_certified_hours_stay(pool: SmallPool) -> None:
    made = post(pool)
    signup = join(made)
    certify_hours(
        post_id=made, name="", signup_id=signup, day=DAY, minutes=60, by=pool.bank, at=LATER
    )
    assert forget_signups(cutoff=MONDAY, limit=10, at=LATER) == 0
    later = MONDAY + timedelta(days=60)
    assert forget_signups(cutoff=later, limit=10, at=later) == 1
    assert Signup.objects.get().name_sealed == ""
    assert (own_page(signup_link(signup)).name, own_page(signup_link(signup)).minutes) == (
        "小周", 60,
    )  # fmt: skip


def test_neither_names_nor_numbers_reach_the_ledger(pool: SmallPool) -> None:
    signup = join(post(pool))
    told = events_of_many("signup", [signup])[signup]
    assert "小周" not in str(told)
    assert "13900000000" not in str(told)
    row = Signup.objects.get()
    assert "小周" not in row.name_sealed
    assert "13900000000" not in row.contact_sealed


def test_who_rings_is_written_down_by_the_organiser_alone(pool: SmallPool) -> None:
    made = post(pool)
    asked = {"post_id": made, "name": "老陈", "contact": "", "channel": SignupChannel.PHONE}
    with pytest.raises(NotPermitted):
        sign_up(**asked, by=RESIDENT, at=MONDAY)
    sign_up(**asked, by=pool.bank, at=MONDAY)
    assert Signup.objects.get().channel == SignupChannel.PHONE


def test_the_list_of_posts_has_pages_and_one_query(
    pool: SmallPool, django_assert_max_num_queries: object
) -> None:
    for _ in range(31):
        post(pool)
    with django_assert_max_num_queries(1):  # type: ignore[operator]
        first = open_posts(on=DAY)
    assert len(first.rows) == 30
    assert len(open_posts(on=DAY, cursor=first.next_cursor).rows) == 1
    assert open_posts(on=DAY, cursor="9" * 30).rows


@pytest.mark.django_db(transaction=True)
def test_of_many_who_sign_up_at_once_the_last_place_is_given_once() -> None:
    made = post(build_pool(build()), wanted=2)

    def one(number: int) -> str:
        try:
            join(made, f"志愿者{number}")
        except CannotVolunteer:
            return "full"
        finally:
            connections.close_all()
        return "in"

    with ThreadPoolExecutor(4) as many:
        said = sorted(many.map(one, range(6)))
    assert said == ["full"] * 4 + ["in"] * 2
    assert VolunteerPost.objects.get(pk=made).taken == Signup.objects.count() == 2
