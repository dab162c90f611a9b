"""Owners' votes where somebody would contest them: rolls, rules and papers that don't fit."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from gongzhi.affairs.assemblies.models import OwnerContact, OwnersVote, PaperEntry, RollOwner
from gongzhi.affairs.assemblies.owners_ballots import drop_entry, type_paper
from gongzhi.affairs.assemblies.owners_choices import Choice, Disclosure
from gongzhi.affairs.assemblies.owners_counting import count_vote
from gongzhi.affairs.assemblies.owners_holdings import forget_owners
from gongzhi.affairs.assemblies.owners_lifecycle import CannotVote
from gongzhi.affairs.assemblies.owners_rolls import set_roll
from gongzhi.affairs.assemblies.owners_votes import announce_vote, change_vote
from gongzhi.affairs.assemblies.queries.owners_votes import ballot_of_link
from tests.affairs.assemblies.buildings import (
    AFTER,
    BEGINS,
    ENDS,
    announced,
    click,
    counted_again,
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

YEAR = timedelta(days=366)


def test_a_total_below_the_roll_is_refused_before_the_vote_could_never_be_counted(
    district: SmallDistrict,
) -> None:
    vote, by = drafted(district, total_area=None), district.worker  # 400 m² are listed
    with pytest.raises(CannotVote, match="总面积"):
        change_vote(
            vote_id=vote, new=new_vote(district, total_area=Decimal("399")), by=by, at=MONDAY
        )
    assert OwnersVote.objects.get().total_area is None
    change_vote(vote_id=vote, new=new_vote(district, total_area=Decimal("401")), by=by, at=MONDAY)
    announce_vote(vote_id=vote, begins_at=BEGINS, ends_at=ENDS, by=by, at=MONDAY)
    assert count_vote(vote_id=vote, by=by, at=AFTER) == {1: "failed"}


@pytest.mark.parametrize("disclosure", list(Disclosure))
def test_flats_with_a_blank_in_their_number_are_counted_again_to_the_same_figures(
    district: SmallDistrict, tmp_path: Path, disclosure: Disclosure
) -> None:
    roll = "房号,业主,面积\n3幢 101,甲,80\n3幢 102,甲,60\n3幢 201,乙,100\n"
    vote = announced(district, roll=roll, total_area=None, disclosure=disclosure)
    hand_in(district, vote, paper(1, Choice.FOR, flats=("3幢  101", "3幢　102")))
    hand_in(district, vote, paper(2, Choice.AGAINST, flats=("3幢 201",)))
    count_vote(vote_id=vote, by=district.worker, at=AFTER)
    figures = OwnersVote.objects.get().items.get().figures
    assert figures["taking_part"]["area"] == "240"
    assert counted_again(district, vote, tmp_path) == figures


@pytest.mark.parametrize("key", ["车位1、2", "101,102", "3幢；101", "1\x0201"])
def test_a_flat_that_no_list_of_flats_could_name_is_refused_with_its_line(
    district: SmallDistrict, key: str
) -> None:
    vote = drafted(district, roll="")
    lines = f'房号,业主,面积\n101,甲,80\n"{key}",乙,80\n'
    with pytest.raises(CannotVote, match="第 3 行"):
        set_roll(vote_id=vote, table=table(lines), by=district.worker, at=MONDAY)
    assert not RollOwner.objects.exists()


@pytest.mark.parametrize("rows_of", ["3幢", "楼栋=", "=3", "楼栋"])
def test_a_choice_of_rows_that_chooses_none_is_refused_and_takes_not_the_whole_estate(
    district: SmallDistrict, rows_of: str
) -> None:
    vote = drafted(district, roll="")
    lines = table("楼栋,房号,业主,面积\n3,101,甲,80\n4,102,乙,80\n")
    with pytest.raises(CannotVote, match="列=值"):
        set_roll(vote_id=vote, table=lines, rows_of=rows_of, by=district.worker, at=MONDAY)
    set_roll(vote_id=vote, table=lines, rows_of="楼栋=3", by=district.worker, at=MONDAY)
    assert RollOwner.objects.count() == 1


def test_an_owner_written_with_blanks_between_the_signs_is_the_same_head(
    district: SmallDistrict,
) -> None:
    vote = drafted(district, roll="", total_area=None)
    lines = table("房号,业主,面积\n101,王　某,80\n102,王某,80\n201,王 某,80\n202,李某,80\n")
    facts = set_roll(vote_id=vote, table=lines, by=district.worker, at=MONDAY)
    assert (facts.flats, facts.owners) == (4, 2)


def test_names_of_a_vote_that_never_ended_are_forgotten_too(district: SmallDistrict) -> None:
    """One left in preparation, and one that nobody counted or published."""
    left, by = drafted(district), district.worker
    uncounted = announced(district)
    counted = announced(district)
    count_vote(vote_id=counted, by=by, at=AFTER)
    young = AFTER + timedelta(days=300)
    assert forget_owners(cutoff=young - YEAR, limit=9, at=young) == 0
    late = AFTER + timedelta(days=500)
    assert forget_owners(cutoff=late - YEAR, limit=9, at=late) == 3
    assert not OwnerContact.objects.filter(owner__vote__in=[left, uncounted, counted]).exists()
    set_roll(vote_id=left, table=table(), by=by, at=late)
    assert OwnersVote.objects.get(pk=left).contacts_erased_at is None
    assert forget_owners(cutoff=late, limit=9, at=late + 2 * YEAR) == 0
    assert forget_owners(cutoff=late + YEAR, limit=9, at=late + 2 * YEAR) == 1


def test_a_mistyped_paper_of_somebody_who_left_does_not_stop_the_count_for_ever(
    district: SmallDistrict,
) -> None:
    vote = announced(district)
    typist = second_reader(district)
    type_paper(vote_id=vote, paper=paper(4, Choice.FOR), by=typist, at=AFTER)
    entry = PaperEntry.objects.get()
    with pytest.raises(CannotVote, match="还有 1 张"):
        count_vote(vote_id=vote, by=district.worker, at=AFTER)
    drop_entry(vote_id=vote, entry_id=entry.pk, by=district.worker, at=AFTER)
    assert count_vote(vote_id=vote, by=district.worker, at=AFTER) == {1: "failed"}


def test_who_only_types_takes_back_nobody_elses_paper(district: SmallDistrict) -> None:
    vote = announced(district)
    type_paper(vote_id=vote, paper=paper(4, Choice.FOR), by=district.worker, at=AFTER)
    with pytest.raises(CannotVote, match="自己录入"):
        drop_entry(
            vote_id=vote, entry_id=PaperEntry.objects.get().pk, by=second_reader(district),
            at=AFTER,
        )  # fmt: skip


def test_a_paper_after_a_vote_by_link_replaces_it_as_the_page_says(district: SmallDistrict) -> None:
    vote = announced(district)
    click(vote, 2, Choice.FOR)
    hand_in(district, vote, paper(2, Choice.AGAINST, signer="李某"))
    count_vote(vote_id=vote, by=district.worker, at=AFTER)
    figures = OwnersVote.objects.get().items.get().figures
    assert figures["by_choice"]["against"]["heads"] == 1
    assert figures["taking_part"]["heads"] == 1


def test_an_owner_is_told_which_of_the_papers_does_not_count(district: SmallDistrict) -> None:
    vote = announced(district)
    hand_in(district, vote, paper(2, Choice.FOR, received_at=ENDS))
    own = ballot_of_link(token=token(vote, 2), at=AFTER)
    assert [one[3] for one in own.receipts] == ["late"]


def test_fewer_days_of_notice_than_the_ordinance_asks_for_need_the_rule_they_rest_on(
    district: SmallDistrict,
) -> None:
    with pytest.raises(CannotVote, match="十五日"):
        drafted(district, notice_days=14)
    drafted(district, notice_days=7, basis="本市住宅物业管理规定第九条")
