"""The fund: two people for every amount, a balance that is the sum of what they approved."""

from datetime import date
from io import BytesIO

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from gongzhi.affairs.budgets.choices import EntryKind
from gongzhi.affairs.budgets.funds import (
    VOUCHER,
    CannotEnter,
    NewEntry,
    approve_amount,
    enter_amount,
    refuse_amount,
    reverse_amount,
)
from gongzhi.affairs.budgets.lifecycle import CannotMove, NoSuchRound
from gongzhi.affairs.budgets.models import Fund, FundEntry, Proposal
from gongzhi.affairs.budgets.proposals import CannotPropose, abandon_project, accept_project
from gongzhi.affairs.budgets.queries.funds import entry_of, fund_view, running_projects
from gongzhi.affairs.budgets.rounds import CannotRun, finish_round
from gongzhi.commons.attachments.attaching import attach
from gongzhi.commons.attachments.queries import attachments_of, open_attachment
from gongzhi.commons.ledger.models import Event
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.ledger.verifying import verify
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.table import NotPermitted
from tests.affairs.budgets.small_rounds import AFTER, SmallRound, days
from tests.affairs.small_district import build

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LATER = AFTER + days(10)


@pytest.fixture(autouse=True)
def _files(settings: object, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]


def voucher(round_: SmallRound, entry: int) -> None:
    file = BytesIO()
    Image.new("RGB", (8, 8), "white").save(file, "PNG")
    file.seek(0)
    attach(file, subject=Subject(VOUCHER, entry), by=round_.worker, at=LATER, name="发票.png")


def entered(round_: SmallRound, yuan: int = 10_000, **more: object) -> int:
    told: dict[str, object] = {
        "place_id": round_.district.places["willow"].pk, "kind": EntryKind.INCOME,
        "amount": yuan * 100, "day": date(2026, 3, 25), "title": "年度拨款",
    }  # fmt: skip
    return enter_amount(new=NewEntry(**(told | more)), by=round_.worker, at=LATER)  # type: ignore[arg-type]


def approved(round_: SmallRound, yuan: int = 10_000, **more: object) -> int:
    made = entered(round_, yuan, **more)
    voucher(round_, made)
    approve_amount(entry_id=made, by=round_.runs, at=LATER)
    return made


def spent_on(round_: SmallRound, project: int, yuan: int) -> int:
    return approved(round_, yuan, kind=EntryKind.SPENDING, proposal_id=project, title="材料款")


def lamps(round_: SmallRound) -> int:
    round_.counted()
    return round_.ids["门口装两盏路灯"]


def balance() -> int:
    return Fund.objects.get().balance


def test_an_amount_counts_when_a_second_person_has_approved_it(round_: SmallRound) -> None:
    made = entered(round_)
    assert balance() == 0
    with pytest.raises(CannotEnter, match="还没有凭证"):
        approve_amount(entry_id=made, by=round_.runs, at=LATER)
    voucher(round_, made)
    with pytest.raises(NotPermitted):
        approve_amount(entry_id=made, by=round_.worker, at=LATER)
    approve_amount(entry_id=made, by=round_.runs, at=LATER)
    assert balance() == 10_000_00
    with pytest.raises(CannotEnter, match="复核过"):
        approve_amount(entry_id=made, by=round_.runs, at=LATER)
    assert balance() == 10_000_00


def test_nobody_approves_what_they_entered_themselves(round_: SmallRound) -> None:
    new = NewEntry(
        place_id=round_.district.places["willow"].pk, kind=EntryKind.INCOME, amount=100,
        day=date(2026, 3, 25), title="拨款",
    )  # fmt: skip
    made = enter_amount(new=new, by=round_.runs, at=LATER)
    for act in (approve_amount, refuse_amount):
        more = {"reason": "不对"} if act is refuse_amount else {}
        with pytest.raises(CannotEnter, match="另一人"):
            act(entry_id=made, by=round_.runs, at=LATER, **more)  # type: ignore[operator]


def test_spending_belongs_to_a_funded_project_and_stays_within_its_cost(
    round_: SmallRound,
) -> None:
    project = lamps(round_)
    approved(round_, 50_000)
    loser = round_.ids["楼道加装扶手"]
    for wrong in (None, loser, 10**9):
        with pytest.raises(CannotEnter) as refused:
            entered(round_, 1, kind=EntryKind.SPENDING, proposal_id=wrong)
        assert refused.value.field == "proposal"
    spent_on(round_, project, 15_000)
    with pytest.raises(CannotEnter, match="余额 5,000 元"):
        entered(round_, 5_001, kind=EntryKind.SPENDING, proposal_id=project)
    # Two that fit one by one, but not together: the second is stopped when it would count.
    first = entered(round_, 4_000, kind=EntryKind.SPENDING, proposal_id=project)
    second = entered(round_, 4_000, kind=EntryKind.SPENDING, proposal_id=project)
    for each in (first, second):
        voucher(round_, each)
    approve_amount(entry_id=first, by=round_.runs, at=LATER)
    with pytest.raises(CannotEnter, match="超过了项目的造价"):
        approve_amount(entry_id=second, by=round_.runs, at=LATER)
    assert balance() == 31_000_00
    assert Proposal.objects.get(pk=project).spent == 19_000_00


def test_the_fund_is_never_overdrawn(round_: SmallRound) -> None:
    project = lamps(round_)
    approved(round_, 1_000)
    made = entered(round_, 1_001, kind=EntryKind.SPENDING, proposal_id=project)
    voucher(round_, made)
    with pytest.raises(CannotEnter, match="余额不足"):
        approve_amount(entry_id=made, by=round_.runs, at=LATER)
    assert (balance(), FundEntry.objects.get(pk=made).state) == (1_000_00, "entered")


def test_a_mistake_is_undone_by_a_counter_entry_that_two_people_see(round_: SmallRound) -> None:
    project = lamps(round_)
    approved(round_, 30_000)
    wrong = spent_on(round_, project, 2_000)
    undone = reverse_amount(entry_id=wrong, reason="重复报销", by=round_.worker, at=LATER)
    with pytest.raises(CannotEnter, match="已经冲正"):
        reverse_amount(entry_id=wrong, reason="再冲一次", by=round_.worker, at=LATER)
    assert balance() == 28_000_00
    approve_amount(entry_id=undone, by=round_.runs, at=LATER)
    assert balance() == 30_000_00
    assert Proposal.objects.get(pk=project).spent == 0
    with pytest.raises(CannotEnter, match="已入账"):
        reverse_amount(entry_id=undone, reason="冲正的冲正", by=round_.worker, at=LATER)
    view = fund_view(by=RESIDENT, place_id=round_.district.places["willow"].pk)
    assert [row.amount for row in view.entries] == [2_000_00, -2_000_00, 30_000_00]
    assert (view.income, view.spending, view.sound) == (30_000_00, 0, True)


def test_a_refused_counter_entry_leaves_the_way_free(round_: SmallRound) -> None:
    wrong = approved(round_, 500)
    undone = reverse_amount(entry_id=wrong, reason="记错", by=round_.worker, at=LATER)
    refuse_amount(entry_id=undone, reason="原来没错", by=round_.runs, at=LATER)
    again = reverse_amount(entry_id=wrong, reason="确实记错", by=round_.worker, at=LATER)
    approve_amount(entry_id=again, by=round_.runs, at=LATER)
    assert balance() == 0


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": -5}, "amount"),
        ({"amount": 10**15}, "amount"),
        ({"title": " "}, "title"),
        ({"title": "长" * 81}, "title"),
        ({"day": date(2027, 1, 1)}, "day"),
        ({"place_id": 0}, "place"),
    ],
)
def test_an_amount_with_a_fault_is_refused_at_its_field(
    round_: SmallRound, wrong: dict[str, object], field: str
) -> None:
    with pytest.raises(CannotEnter) as refused:
        entered(round_, **wrong)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert not FundEntry.objects.exists()


def test_everyone_reads_the_ledger_and_only_staff_what_waits_and_the_vouchers(
    round_: SmallRound,
) -> None:
    made, waits = approved(round_), entered(round_, 5)
    willow = round_.district.places["willow"].pk
    public = fund_view(by=RESIDENT, place_id=willow)
    assert [row.id for row in public.entries] == [made]
    assert public.waiting == ()
    assert [row.id for row in fund_view(by=round_.runs, place_id=willow).waiting] == [waits]
    (file,) = attachments_of(Subject(VOUCHER, made))
    assert open_attachment(file.id, by=round_.runs).view.name.startswith("发票")
    with pytest.raises(NotPermitted):
        open_attachment(file.id, by=RESIDENT)
    with pytest.raises(NoSuchRound):
        entry_of(by=round_.district.sanitation, entry_id=made)
    with pytest.raises(NotPermitted):
        voucher(round_, made)  # nothing is added to what was approved


def test_a_balance_that_was_tampered_with_is_not_called_sound(round_: SmallRound) -> None:
    approved(round_)
    Fund.objects.update(balance=1)
    assert not fund_view(by=RESIDENT, place_id=round_.district.places["willow"].pk).sound


def test_a_round_ends_when_every_project_was_accepted_or_given_up(round_: SmallRound) -> None:
    made = round_.counted()
    lit, tables = round_.ids["门口装两盏路灯"], round_.ids["活动室添置桌椅"]
    with pytest.raises(CannotRun, match="2 个入选项目"):
        finish_round(round_id=made, by=round_.runs, at=LATER)
    with pytest.raises(CannotPropose, match="效果"):
        accept_project(proposal_id=lit, result=" ", by=round_.runs, at=LATER)
    with pytest.raises(NotPermitted):
        accept_project(proposal_id=lit, result="亮了", by=round_.worker, at=LATER)
    accept_project(proposal_id=lit, result="亮了", by=round_.runs, at=LATER)
    with pytest.raises(CannotMove):
        accept_project(proposal_id=lit, result="又亮了", by=round_.runs, at=LATER)
    abandon_project(proposal_id=tables, reason="活动室要腾退", by=round_.runs, at=LATER)
    assert running_projects(round_.district.places["willow"].pk) == []
    finish_round(round_id=made, by=round_.runs, at=LATER)
    assert round_.row(made).state == "carried_out"


@given(
    amounts=st.lists(
        st.tuples(st.booleans(), st.integers(1, 6_000), st.booleans(), st.booleans()), max_size=8
    )
)
@hypothesis_settings(max_examples=10)
def test_the_balance_is_always_the_sum_of_what_was_approved(
    django_db_blocker: object, amounts: list[tuple[bool, int, bool, bool]]
) -> None:
    with transaction.atomic():
        round_ = SmallRound(build())
        project = lamps(round_)
        for comes_in, yuan, approves, undoes in amounts:
            kind = EntryKind.INCOME if comes_in else EntryKind.SPENDING
            try:
                made = entered(round_, yuan, kind=kind, proposal_id=None if comes_in else project)
                if approves:
                    voucher(round_, made)
                    approve_amount(entry_id=made, by=round_.runs, at=LATER)
                    if undoes:
                        undone = reverse_amount(
                            entry_id=made, reason="错了", by=round_.worker, at=LATER
                        )
                        approve_amount(entry_id=undone, by=round_.runs, at=LATER)
            except CannotEnter:
                continue
            finally:
                fund = Fund.objects.first()
                kept = FundEntry.objects.filter(state="approved")
                held = sum(kept.values_list("amount", flat=True))
                assert fund is None or fund.balance == held >= 0
        told = Event.objects.filter(kind="fund.entry_approved").order_by("sequence").last()
        if told is not None:
            assert told.data["balance"] == Fund.objects.get().balance
        assert verify().findings == ()
        transaction.set_rollback(True)
