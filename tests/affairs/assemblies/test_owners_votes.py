"""An owners' vote from the roll to the announcement; ballots by link and on paper."""

from datetime import timedelta
from decimal import Decimal

import pytest

from gongzhi.affairs.assemblies.models import (
    OwnerContact,
    OwnersBallot,
    OwnersVote,
    PaperEntry,
    RollFlat,
)
from gongzhi.affairs.assemblies.owners_ballots import drop_entry, type_paper, void_ballot
from gongzhi.affairs.assemblies.owners_choices import BallotState, Choice, Matter
from gongzhi.affairs.assemblies.owners_counting import count_vote
from gongzhi.affairs.assemblies.owners_holdings import forget_owners
from gongzhi.affairs.assemblies.owners_lifecycle import CannotVote, NoSuchVote
from gongzhi.affairs.assemblies.owners_links import link_for_code, renew_link
from gongzhi.affairs.assemblies.owners_rolls import mark_delivered, set_roll
from gongzhi.affairs.assemblies.owners_votes import (
    add_item,
    announce_vote,
    cancel_vote,
    change_vote,
    draft_vote,
    extend_vote,
    remove_item,
)
from gongzhi.affairs.assemblies.queries.owners_rolls import roll_page, slips_of
from gongzhi.affairs.assemblies.queries.owners_votes import ballot_of_link, vote_story
from gongzhi.commons.ledger.reading import events_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.permissions.table import NotPermitted
from tests.affairs.assemblies.buildings import (
    AFTER,
    BEGINS,
    ENDS,
    ROLL,
    announced,
    click,
    drafted,
    hand_in,
    new_vote,
    paper,
    second_reader,
    table,
    token,
)
from tests.affairs.small_district import MONDAY, SmallDistrict

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def kinds(vote: int) -> list[str]:
    return [event.kind.partition(".")[2] for event in events_of(Subject("owners_vote", vote))]


def test_a_roll_is_read_with_areas_owners_and_whom_the_ballots_reached(
    district: SmallDistrict,
) -> None:
    vote = drafted(district, roll="")
    facts = set_roll(vote_id=vote, table=table(), by=district.worker, at=MONDAY)
    assert (facts.flats, facts.owners, facts.unmeasured, facts.undelivered) == (5, 4, 1, 1)
    assert (facts.area, facts.unassigned) == (Decimal(400), Decimal(100))
    assert facts.several == (("甲", 2),)
    assert kinds(vote) == ["drafted", "item_added", "roll_set"]


def test_a_roll_without_a_column_of_deliveries_has_reached_nobody_yet(
    district: SmallDistrict,
) -> None:
    vote = drafted(district, roll="房号,业主,面积\n101,甲,80\n102,乙,80\n")
    assert vote_story(by=district.worker, vote_id=vote, at=MONDAY).turnout.undelivered == 2


def test_another_roll_takes_the_place_of_the_first(district: SmallDistrict) -> None:
    vote = drafted(district)
    set_roll(vote_id=vote, table=table("房号,业主,面积\n1,甲,50\n"), by=district.worker, at=MONDAY)
    assert list(RollFlat.objects.values_list("key", flat=True)) == ["1"]
    assert OwnerContact.objects.count() == 1


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("101,戊,20,是,,", "第 7 行：房号重复"),
        ("401,戊,-20,是,,", "第 7 行：面积不是正数"),
        ("401,戊,0,是,,", "第 7 行：面积不是正数"),
        ("401,戊,3000,是,,", "第 7 行：面积之和超过总面积"),
        ("401,戊,100,是,,", "已知面积已等于总面积"),
        ("401,,20,是,,", "第 7 行：缺房号或业主"),
        ("401,戊,二十,是,,", "第 7 行，列“面积”：看不懂“二十”"),
        ("401,戊,20.00001,是,,", "最多写四位小数"),
        ("401,戊,1e400,是,,", "看不懂“1e400”"),
        ("401,戊,20,也许,,", "第 7 行，列“送达”：看不懂“也许”"),
        (f"{'4' * 41},戊,20,是,,", "房号超过 40 个字"),
    ],
)
def test_a_bad_line_of_the_roll_is_named_and_nothing_is_kept(
    district: SmallDistrict, line: str, why: str
) -> None:
    vote = drafted(district, roll="")
    with pytest.raises(CannotVote, match=why):
        set_roll(vote_id=vote, table=table(ROLL + line + "\n"), by=district.worker, at=MONDAY)
    assert not RollFlat.objects.exists()
    assert kinds(vote) == ["drafted", "item_added"]


def test_names_and_telephones_are_sealed_and_only_those_who_run_the_vote_read_them(
    district: SmallDistrict,
) -> None:
    vote = announced(district)
    stored = " ".join(OwnerContact.objects.values_list("name_sealed", flat=True))
    assert "王" not in stored
    first = roll_page(by=district.worker, vote_id=vote).lines[0]
    assert (first.name, first.phone) == ("王某", "13900000001")
    assert roll_page(by=second_reader(district), vote_id=vote).lines[0].name == ""
    with pytest.raises(NotPermitted):
        roll_page(by=district.water, vote_id=vote)


def test_no_event_of_a_vote_holds_a_name_a_telephone_or_a_choice(district: SmallDistrict) -> None:
    vote = announced(district)
    click(vote, 1, Choice.FOR)
    hand_in(district, vote, paper(2, Choice.AGAINST, proxy="孙某某"))
    said = str([event.data for event in events_of(Subject("owners_vote", vote))])
    for secret in ("王某", "139000", "孙某某", "against", "'for'", "'201'"):
        assert secret not in said


def test_who_is_no_body_of_the_place_calls_no_owners(district: SmallDistrict) -> None:
    with pytest.raises(CannotVote, match="召集单位应是"):
        draft_vote(
            new=new_vote(district, convener_id=district.units["sanitation"].pk),
            by=district.sanitation,
            at=MONDAY,
        )
    with pytest.raises(NotPermitted):
        draft_vote(new=new_vote(district), by=district.water, at=MONDAY)


def test_a_vote_begins_only_after_its_notice_has_run(district: SmallDistrict) -> None:
    vote = drafted(district)
    with pytest.raises(CannotVote, match="须提前 15 天公告：最早可在 2026-03-17"):
        announce_vote(
            vote_id=vote,
            begins_at=MONDAY + timedelta(days=14),
            ends_at=ENDS,
            by=district.worker,
            at=MONDAY,
        )
    announce_vote(
        vote_id=vote,
        begins_at=MONDAY + timedelta(days=15),
        ends_at=ENDS,
        by=district.worker,
        at=MONDAY,
    )
    assert kinds(vote)[-1] == "announced"


def test_a_vote_without_questions_or_roll_is_not_announced(district: SmallDistrict) -> None:
    vote = drafted(district, roll="")
    with pytest.raises(CannotVote, match="还没有业主名册"):
        announce_vote(vote_id=vote, begins_at=BEGINS, ends_at=ENDS, by=district.worker, at=MONDAY)
    remove_item(vote_id=vote, number=1, by=district.worker, at=MONDAY)
    set_roll(vote_id=vote, table=table(), by=district.worker, at=MONDAY)
    with pytest.raises(CannotVote, match="还没有表决事项"):
        announce_vote(vote_id=vote, begins_at=BEGINS, ends_at=ENDS, by=district.worker, at=MONDAY)


def test_once_announced_neither_rules_nor_questions_nor_roll_change(
    district: SmallDistrict,
) -> None:
    vote, by = announced(district), district.worker
    with pytest.raises(CannotVote, match="现在是“公告期”"):
        change_vote(vote_id=vote, new=new_vote(district), by=by, at=MONDAY)
    with pytest.raises(CannotVote, match="公告期"):
        add_item(vote_id=vote, title="另一项", text="", matter=Matter.OTHER, by=by, at=MONDAY)
    with pytest.raises(CannotVote, match="公告期"):
        set_roll(vote_id=vote, table=table(), by=by, at=MONDAY)


def test_a_vote_in_preparation_is_nobody_elses_business(district: SmallDistrict) -> None:
    vote = drafted(district)
    for by in (RESIDENT, district.water):
        with pytest.raises(NoSuchVote):
            vote_story(by=by, vote_id=vote, at=MONDAY)
    assert vote_story(by=district.coordinator, vote_id=vote, at=MONDAY).row.phase == "drafted"


def test_everyone_reads_an_announced_vote_but_no_figure_of_it(district: SmallDistrict) -> None:
    vote = announced(district)
    click(vote, 1, Choice.FOR)
    seen = vote_story(by=RESIDENT, vote_id=vote, at=BEGINS)
    assert seen.row.phase == "open"
    assert seen.turnout is None
    assert seen.items[0].figures is None


def test_an_owner_votes_by_link_once_and_sees_that_it_is_in(district: SmallDistrict) -> None:
    vote = announced(district)
    receipt = click(vote, 1, Choice.FOR)
    own = ballot_of_link(token=token(vote, 1), at=BEGINS)
    assert own.receipts[0][:2] == (receipt, BEGINS)
    assert [key for key, _area in own.flats] == ["101", "102"]
    with pytest.raises(CannotVote, match="已经投过一次票"):
        click(vote, 1, Choice.AGAINST)
    assert OwnersBallot.objects.get().choices == {"1": "for"}


def test_a_link_opens_nothing_before_and_after_the_days_of_the_vote(
    district: SmallDistrict,
) -> None:
    vote = announced(district)
    with pytest.raises(CannotVote, match="公告期"):
        click(vote, 1, Choice.FOR, at=BEGINS - timedelta(minutes=1))
    with pytest.raises(CannotVote, match="待计票"):
        click(vote, 1, Choice.FOR, at=ENDS)


def test_a_lost_slip_is_replaced_and_its_link_and_code_end(district: SmallDistrict) -> None:
    vote = announced(district)
    (old,) = slips_of(by=district.worker, vote_id=vote, numbers=[2], at=BEGINS)
    assert link_for_code(vote, number=2, code=old.code) == old.token
    renew_link(vote_id=vote, number=2, by=district.worker, at=BEGINS)
    with pytest.raises(NoSuchVote):
        ballot_of_link(token=old.token, at=BEGINS)
    assert link_for_code(vote, number=2, code=old.code) is None
    (new,) = slips_of(by=district.worker, vote_id=vote, numbers=[2], at=BEGINS)
    assert link_for_code(vote, number=2, code=new.code.replace(" ", "-")) == new.token


def test_a_code_opens_no_other_owners_ballot(district: SmallDistrict) -> None:
    vote = announced(district)
    one, two = slips_of(by=district.worker, vote_id=vote, numbers=[1, 2], at=BEGINS)
    assert link_for_code(vote, number=1, code=two.code) is None
    assert link_for_code(vote, number=99, code=one.code) is None
    assert link_for_code(vote, number=1, code="一二三") is None


@pytest.mark.parametrize("bad", ["", "x", "A" * 19, "中文" * 10, "../" * 9])
def test_a_damaged_link_is_refused(district: SmallDistrict, bad: str) -> None:
    announced(district)
    with pytest.raises(NoSuchVote):
        ballot_of_link(token=bad, at=BEGINS)


def test_a_paper_counts_once_two_people_have_typed_the_same(district: SmallDistrict) -> None:
    vote = announced(district)
    slip = paper(2, Choice.FOR)
    first = type_paper(vote_id=vote, paper=slip, by=district.worker, at=BEGINS + timedelta(days=1))
    assert (first.agreed, first.second) == (False, False)
    again = type_paper(vote_id=vote, paper=slip, by=district.worker, at=BEGINS + timedelta(days=1))
    assert not again.agreed  # the same person twice is one person
    assert not OwnersBallot.objects.exists()
    last = type_paper(
        vote_id=vote, paper=slip, by=second_reader(district), at=BEGINS + timedelta(days=1)
    )
    assert (last.agreed, last.second) == (True, True)
    assert OwnersBallot.objects.get().channel == "paper"
    with pytest.raises(CannotVote, match="已由两人录入"):
        type_paper(vote_id=vote, paper=slip, by=district.worker, at=BEGINS + timedelta(days=1))


def test_what_two_people_typed_differently_is_named_until_one_mends_it(
    district: SmallDistrict,
) -> None:
    vote, at = announced(district), BEGINS + timedelta(days=1)
    type_paper(vote_id=vote, paper=paper(2, Choice.FOR), by=district.worker, at=at)
    seen = paper(2, Choice.AGAINST, proxy="孙某", authorised=True)
    typed = type_paper(vote_id=vote, paper=seen, by=second_reader(district), at=at)
    assert typed.differences == ("proxy", "authorised", "item_1")
    third = district.coordinator
    with pytest.raises(CannotVote, match="由其中一人更正"):
        type_paper(vote_id=vote, paper=seen, by=third, at=at)
    assert type_paper(vote_id=vote, paper=seen, by=district.worker, at=at).agreed
    assert OwnersBallot.objects.get().choices == {"1": "against"}


def test_a_mistyped_paper_is_taken_back_by_who_typed_it(district: SmallDistrict) -> None:
    vote, at = announced(district), BEGINS + timedelta(days=1)
    type_paper(vote_id=vote, paper=paper(2, Choice.FOR), by=district.worker, at=at)
    entry = PaperEntry.objects.get()
    with pytest.raises(CannotVote, match="只能撤回自己"):
        drop_entry(vote_id=vote, entry_id=entry.pk, by=second_reader(district), at=at)
    with pytest.raises(CannotVote, match="还有 1 张纸质票没有"):
        count_vote(vote_id=vote, by=district.worker, at=AFTER)
    drop_entry(vote_id=vote, entry_id=entry.pk, by=district.worker, at=at)
    assert not PaperEntry.objects.exists()


def test_a_paper_that_came_too_late_is_on_record_and_does_not_count(
    district: SmallDistrict,
) -> None:
    vote = announced(district)
    hand_in(district, vote, paper(2, Choice.FOR, received_at=ENDS))
    assert OwnersBallot.objects.get().state == BallotState.LATE
    count_vote(vote_id=vote, by=district.worker, at=AFTER)
    story = vote_story(by=district.worker, vote_id=vote, at=AFTER)
    assert story.items[0].figures["taking_part"]["heads"] == 0
    assert story.turnout.late == 1


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"number": 9}, "没有 9 号业主"),
        ({"flats": ("301",)}, "房号 301 不属于 2 号业主"),
        ({"flats": ("不存在",)}, "不属于"),
        ({"received_at": AFTER + timedelta(days=1)}, "不能晚于现在"),
        ({"received_at": BEGINS - timedelta(days=1)}, "早于投票开始"),
        ({"choices": {}}, "第 1 项请选择"),
        ({"choices": {1: Choice.FOR, 2: Choice.FOR}}, "没有第 2 项"),
        ({"sheet": 0}, "从第 1 张"),
        ({"proxy": "长" * 61}, "最多 60 个字"),
    ],
)
def test_a_paper_that_cannot_be_is_refused_with_what_is_wrong(
    district: SmallDistrict, facts: dict[str, object], why: str
) -> None:
    vote = announced(district)
    slip = paper(**{"number": 2, "choice": Choice.FOR, **facts})
    with pytest.raises(CannotVote, match=why):
        type_paper(vote_id=vote, paper=slip, by=district.worker, at=AFTER)
    assert not PaperEntry.objects.exists()


def test_a_forged_ballot_is_voided_before_the_count(district: SmallDistrict) -> None:
    vote = announced(district)
    click(vote, 1, Choice.FOR)
    ballot = OwnersBallot.objects.get().pk
    with pytest.raises(NotPermitted):
        void_ballot(vote_id=vote, ballot_id=ballot, by=second_reader(district), at=AFTER)
    void_ballot(vote_id=vote, ballot_id=ballot, by=district.worker, at=AFTER)
    with pytest.raises(CannotVote, match="本来就不计"):
        void_ballot(vote_id=vote, ballot_id=ballot, by=district.worker, at=AFTER)


def test_ballots_that_reached_more_owners_are_marked(district: SmallDistrict) -> None:
    vote = announced(district)
    assert mark_delivered(vote_id=vote, numbers=[3], by=second_reader(district), at=BEGINS) == 1
    assert mark_delivered(vote_id=vote, numbers=[3], by=district.worker, at=BEGINS) == 0
    assert kinds(vote).count("delivered") == 1


def test_more_time_is_given_before_the_end_and_with_a_reason(district: SmallDistrict) -> None:
    vote = announced(district)
    later = ENDS + timedelta(days=5)
    with pytest.raises(CannotVote, match="理由"):
        extend_vote(vote_id=vote, ends_at=later, reason=" ", by=district.worker, at=BEGINS)
    extend_vote(vote_id=vote, ends_at=later, reason="参与不足", by=district.worker, at=BEGINS)
    click(vote, 1, Choice.FOR, at=ENDS + timedelta(days=1))
    with pytest.raises(CannotVote, match="待计票"):
        extend_vote(
            vote_id=vote, ends_at=later + timedelta(days=5), reason="再等", by=district.worker,
            at=later,
        )  # fmt: skip


def test_a_cancelled_vote_takes_no_ballot(district: SmallDistrict) -> None:
    vote = announced(district)
    cancel_vote(vote_id=vote, reason="方案要改", by=district.worker, at=BEGINS)
    with pytest.raises(CannotVote, match="已取消"):
        click(vote, 1, Choice.FOR)
    with pytest.raises(CannotVote, match="已取消"):
        cancel_vote(vote_id=vote, reason="再取消", by=district.worker, at=BEGINS)


def test_contacts_are_forgotten_a_year_after_the_end_and_the_count_stays(
    district: SmallDistrict,
) -> None:
    vote = announced(district)
    cancel_vote(vote_id=vote, reason="方案要改", by=district.worker, at=BEGINS)
    late = BEGINS + timedelta(days=400)
    assert forget_owners(cutoff=BEGINS, limit=10, at=late) == 0
    assert forget_owners(cutoff=late, limit=10, at=late) == 1
    assert forget_owners(cutoff=late, limit=10, at=late) == 0
    assert not OwnerContact.objects.exists()
    assert OwnersVote.objects.get().contacts_erased_at == late
    assert RollFlat.objects.count() == 5


def test_staff_of_other_places_see_no_roll_and_enter_nothing(district: SmallDistrict) -> None:
    vote = announced(district)
    stranger = district.actor(RoleKind.COORDINATOR, "street_south", "pine")
    with pytest.raises(NotPermitted):
        type_paper(vote_id=vote, paper=paper(2, Choice.FOR), by=stranger, at=AFTER)
    with pytest.raises(NotPermitted):
        count_vote(vote_id=vote, by=district.officer, at=AFTER)
