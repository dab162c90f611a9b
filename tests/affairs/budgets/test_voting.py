"""Secret ballots: one code, one ballot, and nothing that joins the two."""

import json
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.db import connection

from gongzhi.affairs.budgets import ballots as voting
from gongzhi.affairs.budgets import codes as coding
from gongzhi.affairs.budgets.ballots import (
    CannotVote,
    NoSuchCode,
    cast_ballot,
    cast_ballots,
    receive_paper,
)
from gongzhi.affairs.budgets.choices import BallotKind, Gain
from gongzhi.affairs.budgets.codes import CannotIssue, print_slips, replace_codes
from gongzhi.affairs.budgets.models import Ballot, RosterEntry
from gongzhi.affairs.budgets.rounds import open_voting
from gongzhi.affairs.budgets.rules import RuleChoice
from gongzhi.commons.backups.rows import dump_rows
from gongzhi.commons.ledger.models import Event
from gongzhi.commons.ledger.verifying import verify
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.table import NotPermitted
from tests.affairs.budgets.small_rounds import AFTER, MARCH_12, VOTING_DAY, SmallRound
from tests.affairs.small_district import build, moment

pytestmark = [pytest.mark.django_db, pytest.mark.database]
RANKED = RuleChoice(ballot_kind=BallotKind.RANKED, gain=Gain.BORDA, most_listed=2)
POINTS = RuleChoice(ballot_kind=BallotKind.POINTS, gain=Gain.POINTS, points_each=10)


def test_a_code_is_good_for_one_ballot(round_: SmallRound) -> None:
    made, codes = round_.voting(3)
    round_.cast(codes[0].lower().replace("-", " "), [3, 1])
    with pytest.raises(CannotVote, match="已经用过"):
        round_.cast(codes[0], [2])
    assert [ballot.choices for ballot in Ballot.objects.all()] == [[1, 3]]
    assert round_.row(made).cast == 1


def test_a_code_replaced_since_it_was_read_votes_no_more(
    round_: SmallRound, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, codes = round_.voting(1)
    entry = RosterEntry.objects.get(round_id=made)
    read = voting.numbers_of

    def replaced_meanwhile(round_id: int) -> frozenset[int]:
        replace_codes(round_id=made, entry_ids=[entry.pk], by=round_.worker, at=VOTING_DAY)
        return read(round_id)

    monkeypatch.setattr(voting, "numbers_of", replaced_meanwhile)
    with pytest.raises(CannotVote):
        round_.cast(codes[0], [1])
    assert not Ballot.objects.exists()


def test_misread_signs_are_put_right_and_a_wrong_code_opens_nothing(round_: SmallRound) -> None:
    assert coding.plain_code("ol1i-0o") == "011100"
    round_.voting(1)
    for wrong in ("", "ABCD", "Z" * 16, "x" * 5_000, "'; drop table"):
        with pytest.raises(NoSuchCode):
            round_.cast(wrong, [1])


def test_who_votes_electronically_can_not_hand_in_a_paper_and_the_other_way_round(
    round_: SmallRound,
) -> None:
    _made, codes = round_.voting(2)
    round_.cast(codes[0], [1])
    receive_paper(code=codes[1], by=round_.worker, at=VOTING_DAY)
    with pytest.raises(CannotVote, match="已经用过"):
        receive_paper(code=codes[0], by=round_.worker, at=VOTING_DAY)
    with pytest.raises(CannotVote, match="已经用过"):
        round_.cast(codes[1], [1])
    with pytest.raises(NotPermitted):
        receive_paper(code=codes[1], by=RESIDENT, at=VOTING_DAY)


@pytest.mark.parametrize(
    ("rule", "choices", "words"),
    [
        (RuleChoice(), [9], "以外"),
        (RuleChoice(), ["1"], "以外"),
        (RuleChoice(), [True], "以外"),
        (RuleChoice(), [[1, 2]], "以外"),
        (RuleChoice(), [1, 1], "两次"),
        (RuleChoice(most_listed=1), [1, 2], "最多选 1 项"),
        (RANKED, [3, 2, 1], "最多选 2 项"),
        (POINTS, [[1, 11]], "现在打了 11 分"),
        (POINTS, [[1, -1]], "不小于零"),
        (POINTS, [[1, 2.5]], "不小于零"),
        (POINTS, [[9, 1]], "以外"),
        (POINTS, [[1, 1], [1, 2]], "两次"),
        (POINTS, [1], "项目和分数"),
    ],
)
def test_a_ballot_against_the_rules_is_refused_whole(
    round_: SmallRound, rule: RuleChoice, choices: list[object], words: str
) -> None:
    made, codes = round_.voting(1, rule)
    with pytest.raises(CannotVote, match=words):
        round_.cast(codes[0], choices)
    assert not Ballot.objects.exists()
    assert RosterEntry.objects.get().used == ""
    assert round_.row(made).cast == 0


def test_each_kind_of_ballot_is_kept_in_one_form(round_: SmallRound) -> None:
    for rule, choices, kept in (
        (RuleChoice(), [3, 1], [1, 3]),
        (RANKED, [3, 1], [3, 1]),
        (POINTS, [[3, 4], [1, 0], [2, 6]], [[2, 6], [3, 4]]),
    ):
        made, codes = round_.voting(1, rule)
        round_.cast(codes[0], choices)
        assert Ballot.objects.get(round_id=made).choices == kept


def test_votes_count_in_the_days_announced_and_only_then(round_: SmallRound) -> None:
    _made, codes = round_.voting(1)
    with pytest.raises(CannotVote, match="开始"):
        round_.cast(codes[0], [1], at=MARCH_12)
    with pytest.raises(CannotVote, match="结束"):
        round_.cast(codes[0], [1], at=AFTER)
    round_.cast(codes[0], [1], at=moment("2026-03-22", "23:59"))


def test_of_many_votes_at_once_all_are_kept_or_none(round_: SmallRound) -> None:
    made, codes = round_.voting(3)
    for wrong in (
        [(codes[0], [1]), (codes[1], [9])],
        [(codes[0], [1]), (codes[0], [2])],
        [(codes[0], [1]), ("0" * 16, [2])],
    ):
        with pytest.raises((CannotVote, NoSuchCode)):
            cast_ballots(votes=wrong, by=RESIDENT, at=VOTING_DAY)
    assert not Ballot.objects.exists()
    cast_ballots(votes=[(code, [1]) for code in codes], by=RESIDENT, at=VOTING_DAY)
    assert (Ballot.objects.count(), round_.row(made).cast) == (3, 3)


def test_a_lost_code_is_ended_by_a_new_one_and_a_used_one_stays(round_: SmallRound) -> None:
    made, codes = round_.voting(2)
    lost, used = RosterEntry.objects.order_by("id").values_list("id", flat=True)

    def replace(*entries: int) -> int:
        return replace_codes(round_id=made, entry_ids=entries, by=round_.worker, at=MARCH_12)

    assert replace(lost, 10**9) == 1
    with pytest.raises(NoSuchCode):
        round_.cast(codes[0], [1])
    (slip,) = print_slips(round_id=made, by=round_.worker, at=MARCH_12)
    round_.cast(slip.code, [1])
    round_.cast(codes[1], [1])
    with pytest.raises(CannotIssue, match="用过"):
        replace(lost, used)


def test_a_code_is_shown_once(round_: SmallRound) -> None:
    """Nobody prints a second slip of somebody who hasn't voted; the old one would end."""
    made, _codes = round_.voting(2)
    assert print_slips(round_id=made, by=round_.worker, at=MARCH_12) == []
    for by in (RESIDENT, round_.district.officer):
        with pytest.raises(NotPermitted):
            print_slips(round_id=made, by=by, at=MARCH_12)


def test_the_database_holds_no_code_and_no_name(round_: SmallRound) -> None:
    _made, codes = round_.voting(3)
    kept = json.dumps(list(RosterEntry.objects.values("code_digest", "label_sealed")))
    for code in codes:
        assert code not in kept
        assert code.replace("-", "") not in kept
    assert "号" not in kept


def test_nothing_in_the_database_joins_a_ballot_to_a_code(round_: SmallRound) -> None:
    """Neither columns, nor ids, nor the order of rows, nor what the ledger says."""
    _made, codes = round_.voting(40)
    for number, code in enumerate(codes):
        round_.cast(code, [1 + number % 3])
    columns = {field.name for field in Ballot._meta.concrete_fields}
    assert columns == {"id", "round", "place_id", "choices"}
    entry_columns = {field.name for field in RosterEntry._meta.concrete_fields}
    assert entry_columns == {
        "id", "round", "place", "label_sealed", "version", "code_digest", "printed", "used",
    }  # fmt: skip
    # In the order of their ids, which is that of the table, ballots don't lie as they came.
    stored = [ballot.choices for ballot in Ballot.objects.order_by("id")]
    came = [[1 + number % 3] for number in range(40)]
    assert stored != came
    assert stored != came[::-1]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM budgets_ballot WHERE rowid <> id")
            assert cursor.fetchone() == (0,)
    said = Event.objects.filter(kind="round.ballots_cast").order_by("sequence")
    assert [event.data for event in said] == [{"count": 1}] * 40
    assert {event.person_id for event in said} | {event.unit_id for event in said} == {None}
    assert {moment("2026-03-16", "00:00")} == {event.at for event in said}


def test_a_backup_holds_the_ballots_in_no_order_of_voting(
    round_: SmallRound, tmp_path: Path
) -> None:
    _made, codes = round_.voting(12)
    for number, code in enumerate(codes):
        round_.cast(code, [1 + number % 3])
    dumped = {path.name: path for path in dump_rows(tmp_path, using="default")}
    assert {f"budgets.{name}.jsonl" for name in ("round", "proposal", "rosterentry")} <= set(dumped)
    head, *rows = dumped["budgets.ballot.jsonl"].read_text("utf-8").splitlines()
    ids = [json.loads(row)[0] for row in rows]
    assert ids == sorted(ids)
    columns = {name for name, _kind, _null in json.loads(head)["columns"]}
    assert columns == {"id", "round_id", "place_id", "choices"}


def test_a_ballot_says_its_place_only_where_many_may_vote(round_: SmallRound) -> None:
    made = round_.checking()
    from_garden = round_.codes(made, 20)
    from_elsewhere = round_.codes(made, 19, place="willow")
    open_voting(round_id=made, by=round_.runs, at=MARCH_12)
    round_.cast(from_garden[0], [1])
    round_.cast(from_elsewhere[0], [2])
    garden = round_.district.places["garden"].pk
    places = {ballot.choices[0]: ballot.place_id for ballot in Ballot.objects.all()}
    assert places == {1: garden, 2: None}


@pytest.mark.django_db(transaction=True)
def test_a_code_used_twice_at_once_gives_one_ballot(transactional_db: None) -> None:
    round_ = SmallRound(build())
    made, codes = round_.voting(1)
    gate, outcome = Barrier(4), []

    def vote(choice: int) -> None:
        try:
            gate.wait()
            cast_ballot(code=codes[0], choices=[choice], by=RESIDENT, at=VOTING_DAY)
            outcome.append("in")
        except CannotVote:
            outcome.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=vote, args=(1 + number % 3,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["in", "refused", "refused", "refused"]
    assert (Ballot.objects.count(), round_.row(made).cast) == (1, 1)
    assert verify().findings == ()
