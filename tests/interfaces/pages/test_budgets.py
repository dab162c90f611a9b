"""The pages of the community fund: each audience sees and does its part."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongzhi.affairs.assemblies.queries.decisions import decisions_about
from gongzhi.affairs.budgets.ballots import receive_paper
from gongzhi.affairs.budgets.choices import BallotKind, Gain
from gongzhi.affairs.budgets.models import Ballot, FundEntry, PaperSheet, Proposal, Round
from gongzhi.affairs.budgets.proposals import make_proposal
from gongzhi.affairs.budgets.rules import RuleChoice
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import RESIDENT, Actor
from gongzhi.coordination.follow_ups import follow_all
from tests.affairs.budgets.small_rounds import AFTER, CALENDAR, MARCH_2, VOTING_DAY, SmallRound
from tests.affairs.budgets.test_archives import FILE
from tests.affairs.small_district import build
from tests.interfaces.pages.reading import Page

SetTo = Callable[[datetime], None]
pytestmark = pytest.mark.database


@pytest.fixture
def round_(db: None, monkeypatch: pytest.MonkeyPatch) -> SmallRound:
    cache.clear()
    return SmallRound(build())


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> SetTo:
    """Let the pages believe that it is another moment."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return set_to


def as_(actor: Actor) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=actor.person_id))
    return client


def sound(client: Client, path: str, status: int = 200) -> str:
    for language in ("en", "zh-hans"):
        client.cookies["django_language"] = language
        answer = client.get(path)
        assert answer.status_code == status, path
        html = answer.content.decode()
        assert Page(html).faults == [], path
    return html


def test_every_state_of_a_round_is_a_sound_page_for_everyone(round_: SmallRound) -> None:
    drafted = round_.drafted()
    assert "共建资金" in sound(Client(), "/budgets")
    sound(Client(), f"/budgets/{drafted}", 404)
    assert "公布并开始征集" in sound(as_(round_.runs), f"/budgets/{drafted}")
    collecting = round_.collecting()
    assert "我要提案" in sound(Client(), f"/budgets/{collecting}")
    checking = round_.checking()
    sound(Client(), f"/budgets/{checking}")
    counted = round_.counted()
    html = sound(Client(), f"/budgets/{counted}")
    assert "支持它的人合起来的份额还不够付它的造价" in html
    assert "少于 5" in html
    assert "办理这一轮" not in html
    assert "刚才重新计了一遍" in sound(as_(round_.runs), f"/budgets/{counted}")
    sound(Client(), f"/budgets/{counted}/proposals/1")
    sound(Client(), f"/budgets/{counted}/proposals/99", 404)
    sound(Client(), "/budgets/999999", 404)
    assert Client().get(f"/budgets/{counted}/round.pb").content.startswith(b"META")
    assert Client().get(f"/budgets/{checking}/round.pb").status_code == 404


def test_a_resident_proposes_without_an_account_and_follows_by_link(
    round_: SmallRound, today: SetTo
) -> None:
    made = round_.collecting()
    today(MARCH_2)
    sound(Client(), f"/budgets/{made}/propose")
    garden = round_.district.places["garden"].pk
    form = {
        "title": "楼道加装扶手", "text": "老人上下楼方便", "place": str(garden), "cost": "0",
        "basis": "两家报价", "once": "abc", "name": "", "contact": "",
    }  # fmt: skip
    wrong = Client().post(f"/budgets/{made}/propose", form)
    assert wrong.status_code == 200
    assert not Proposal.objects.exists()
    form["cost"] = "60000.50"
    answer = Client().post(f"/budgets/{made}/propose", form)
    assert answer.status_code == 302
    again = Client().post(f"/budgets/{made}/propose", form)
    assert again.headers["Location"] == answer.headers["Location"]
    assert Proposal.objects.get().cost == 60_000_50
    link = answer.headers["Location"]
    assert "待核查" in sound(Client(), link)
    staff = as_(round_.worker)
    sound(staff, f"/budgets/{made}/proposals/1/check")
    told = {"feasible": "no", "cost": "60000.50", "listed_as": "营利性活动", "reason": ""}
    assert staff.post(f"/budgets/{made}/proposals/1/check", told).status_code == 302
    html = sound(Client(), link)
    assert "核查未通过" in html
    assert "营利性活动" in html
    assert Client().post(link).status_code == 302  # nothing to take back any more
    assert Client().get("/proposal/" + "x" * 19).status_code == 404


def test_a_proposer_may_leave_a_contact_and_take_it_back(
    round_: SmallRound, today: SetTo, settings: Any
) -> None:
    made = round_.collecting()
    today(MARCH_2)
    form = {
        "title": "楼道加装扶手", "text": "老人上下楼方便", "cost": "600", "basis": "两家报价",
        "place": str(round_.district.places["garden"].pk), "once": "abc", "contact": "13800138000",
    }  # fmt: skip
    settings.EMAIL_HOST = settings.SMS_WEBHOOK = ""
    assert 'name="contact"' not in sound(Client(), f"/budgets/{made}/propose")
    settings.SMS_WEBHOOK = "http://127.0.0.1:9/sms"
    assert "只用来告诉您结果" in sound(Client(), f"/budgets/{made}/propose")
    wrong = Client().post(f"/budgets/{made}/propose", form | {"contact": "周阿姨"})
    assert "请写一个手机号" in wrong.content.decode()
    link = Client().post(f"/budgets/{made}/propose", form).headers["Location"]
    assert "138****8000" in sound(Client(), link)
    assert "138****8000" not in sound(as_(round_.worker), f"/budgets/{made}/proposals/1")
    assert "138****8000" not in Client().post(link, {"forget": "1"}, follow=True).content.decode()
    assert Proposal.objects.get().state == "proposed"  # the proposal itself stands


def test_a_ballot_is_looked_at_once_more_and_then_cast(round_: SmallRound, today: SetTo) -> None:
    _made, codes = round_.voting(2)
    today(VOTING_DAY)
    sound(Client(), "/vote")
    found = Client().post("/vote", {"code": codes[0].lower()})
    assert found.headers["Location"] == f"/v/{codes[0]}"
    assert Client().post("/vote", {"code": "AAAA"}).status_code == 400
    client, address = Client(), f"/v/{codes[0]}"
    assert "楼道加装扶手" in sound(client, address)
    counted = client.post(address, {"p1": "1", "p3": "1", "step": "sum"}).content.decode()
    assert "已选 2 项，合计 80,000 元" in counted
    looked = client.post(address, {"p1": "1", "p3": "1", "step": "look"}).content.decode()
    assert "再看一眼" in looked
    assert Page(looked).faults == []
    assert not Ballot.objects.exists()
    assert client.post(address, {"p1": "1", "p3": "1", "step": "cast"}).status_code == 302
    assert Ballot.objects.get().choices == [1, 3]
    receipt = sound(client, address)
    assert "已经投入票箱" in receipt
    assert "楼道加装扶手" not in receipt
    again = client.post(address, {"p2": "1", "step": "cast"})
    assert "已经投入票箱" in again.content.decode()
    assert Ballot.objects.count() == 1
    sound(Client(), "/v/0000-0000-0000-0000", 404)


@pytest.mark.parametrize(
    ("rule", "sent", "words"),
    [
        (RuleChoice(most_listed=1), {"p1": "1", "p2": "1"}, "最多选 1 项"),
        (
            RuleChoice(ballot_kind=BallotKind.RANKED, gain=Gain.BORDA),
            {"p1": "1", "p2": "1"},
            "同一个名次",
        ),
        (
            RuleChoice(ballot_kind=BallotKind.POINTS, gain=Gain.POINTS, points_each=10),
            {"p1": "7", "p2": "4"},
            "现在打了 11 分",
        ),
        (
            RuleChoice(ballot_kind=BallotKind.POINTS, gain=Gain.POINTS, points_each=10),
            {"p1": "<b>"},
            "请只写数字",
        ),
    ],
)
def test_a_ballot_with_a_fault_comes_back_with_what_was_written(
    round_: SmallRound, today: SetTo, rule: RuleChoice, sent: dict[str, str], words: str
) -> None:
    _made, codes = round_.voting(1, rule)
    today(VOTING_DAY)
    sound(Client(), f"/v/{codes[0]}")
    for step in ("look", "cast"):
        answer = Client().post(f"/v/{codes[0]}", {**sent, "step": step})
        assert answer.status_code == 400
        html = answer.content.decode()
        assert words in html
        assert Page(html).faults == []
    assert not Ballot.objects.exists()


def test_a_ballot_before_and_after_its_days_says_so(round_: SmallRound, today: SetTo) -> None:
    _made, codes = round_.voting(1)
    today(MARCH_2)
    assert "投票从 2026-03-15 开始" in sound(Client(), f"/v/{codes[0]}")
    today(AFTER)
    assert "投票已经结束" in sound(Client(), f"/v/{codes[0]}")


def test_staff_run_a_round_from_the_pages(round_: SmallRound, today: SetTo) -> None:
    client = as_(round_.runs)
    sound(client, "/budgets/new")
    assert as_(round_.worker).get("/budgets/new").status_code == 403
    assert Client().get("/budgets/new").status_code == 302
    form = {
        "title": "二〇二六年共建资金", "place": str(round_.district.places["willow"].pk),
        "year": "2026", "budget": "80000", "text": "", "may_fund": "公共部位小修小补",
        "may_not_fund": "营利性活动", "ballot_kind": "approval", "rule": "greedy",
        "gain": "cost", "growth": "add1", "beginning": "exact", "seed": "7",
        "tie_order": "lot", **{n: getattr(CALENDAR, n).isoformat() for n in (
            "proposals_until", "check_until", "ballots_from", "ballots_until")},
    }  # fmt: skip
    today(MARCH_2)
    wrong = client.post("/budgets/new", form).content.decode()
    assert "逐元追加只属于平等份额法" in wrong
    assert Page(wrong).faults == []
    form["growth"] = "none"
    assert client.post("/budgets/new", form).status_code == 302
    made = Round.objects.get()
    client.post(f"/budgets/{made.pk}/step/collect")
    client.post(f"/budgets/{made.pk}/step/vote")  # out of turn: refused, nothing happens
    assert client.post(f"/budgets/{made.pk}/step/nonsense").status_code == 404
    made.refresh_from_db()
    assert made.state == "collecting"
    sound(client, f"/budgets/{made.pk}/edit")
    sound(client, f"/budgets/{made.pk}/withdraw")
    client.post(f"/budgets/{made.pk}/withdraw", {"reason": "改到明年"})
    assert "改到明年" in sound(Client(), f"/budgets/{made.pk}")


def test_the_roster_is_kept_printed_and_mended_by_staff(round_: SmallRound, today: SetTo) -> None:
    made = round_.checking()
    client, path = as_(round_.worker), f"/budgets/{made}/roster"
    today(MARCH_2)
    sound(client, path)
    garden = str(round_.district.places["garden"].pk)
    assert client.post(path, {"place": garden, "count": "", "labels": ""}).status_code == 200
    client.post(path, {"place": garden, "count": "", "labels": "3号楼101\n3号楼102\n"})
    assert "3号楼101" in sound(client, path)
    printed = client.post(f"/budgets/{made}/slips").content.decode()
    assert Page(printed).faults == []
    assert printed.count("slip__code") == 2
    assert "<svg" in printed
    assert client.get(f"/budgets/{made}/slips").status_code == 405
    entry = round_.row(made).roster.first()
    assert entry is not None
    client.post(f"/budgets/{made}/codes", {"entry": [str(entry.pk), "x"]})
    entry.refresh_from_db()
    assert entry.version == 2
    for who in (as_(round_.district.sanitation), Client()):
        assert who.get(path).status_code in {302, 403}


def test_papers_are_entered_twice_and_counted_from_the_pages(
    round_: SmallRound, today: SetTo
) -> None:
    made, codes = round_.voting(2)
    first, second, chief = as_(round_.worker), as_(round_.other_worker), as_(round_.runs)
    today(VOTING_DAY)
    sound(first, f"/budgets/{made}/paper")
    assert first.post(f"/budgets/{made}/paper", {"code": codes[0]}).status_code == 302
    assert first.post(f"/budgets/{made}/paper", {"code": codes[0]}).status_code == 400
    receive_paper(code=codes[1], by=round_.worker, at=VOTING_DAY)
    today(AFTER)
    sound(first, f"/budgets/{made}/papers/1")
    for client, said in ((first, {"p1": "1"}), (second, {"p2": "1"})):
        assert client.post(f"/budgets/{made}/papers/1", said).status_code == 302
        assert client.post(f"/budgets/{made}/papers/2", {"step": "invalid"}).status_code == 302
    assert "两次不一致" in sound(second, f"/budgets/{made}/papers")
    assert first.post(f"/budgets/{made}/papers/9", {}).status_code == 400
    chief.post(f"/budgets/{made}/count", {"missing": "0"})
    assert round_.row(made).state == "voting"
    sound(chief, f"/budgets/{made}/papers")
    chief.post(f"/budgets/{made}/papers/1/aside", {"reason": "两人看法不同"})
    assert PaperSheet.objects.get(number=1).set_aside
    chief.post(f"/budgets/{made}/count", {"missing": "many"})
    chief.post(f"/budgets/{made}/count", {"missing": "0"})
    assert round_.row(made).state == "counted"
    sound(Client(), f"/budgets/{made}")


def test_a_funded_project_and_its_decision_lead_to_each_other(
    round_: SmallRound, today: SetTo
) -> None:
    made = round_.counted()
    today(AFTER)
    follow_all(at=AFTER)
    (decision,) = decisions_about(Subject("proposal", round_.ids["门口装两盏路灯"]))
    project = f"/budgets/{made}/proposals/3"
    assert f'href="{project}"' in sound(Client(), f"/decisions/{decision.id}")
    assert f'href="/decisions/{decision.id}"' in sound(Client(), project)


def test_the_fund_is_read_by_everyone_and_kept_by_two(
    round_: SmallRound, today: SetTo, settings: object, tmp_path: object
) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    made = round_.counted()
    today(AFTER)
    willow = round_.district.places["willow"].pk
    sound(Client(), f"/budgets/funds/{willow}")
    sound(Client(), "/budgets/funds/999", 404)
    first, second = as_(round_.worker), as_(round_.runs)
    sound(first, f"/budgets/funds/{willow}/enter")
    pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

    def form(**more: str) -> dict[str, object]:
        told: dict[str, object] = {
            "kind": "income", "amount": "80000", "day": "2026-03-23", "title": "年度拨款",
            "counterparty": "街道", "project": "",
            "vouchers": SimpleUploadedFile("拨款通知.pdf", pdf),
        }  # fmt: skip
        return told | more

    assert first.post(f"/budgets/funds/{willow}/enter", form(amount="-1")).status_code == 200
    assert not FundEntry.objects.exists()
    assert first.post(f"/budgets/funds/{willow}/enter", form()).status_code == 302
    entry = FundEntry.objects.get()
    first.post(f"/budgets/funds/entries/{entry.pk}/approve")
    sound(second, f"/budgets/funds/entries/{entry.pk}")
    second.post(f"/budgets/funds/entries/{entry.pk}/approve")
    assert "80,000" in sound(Client(), f"/budgets/funds/{willow}")
    wrong = first.post(f"/budgets/funds/{willow}/enter", form(kind="spending")).content.decode()
    assert "支出要挂在" in wrong
    second.post(f"/budgets/funds/entries/{entry.pk}/reverse", {"reason": "记错"})
    waiting = FundEntry.objects.get(reverses=entry)
    assert "等待复核" in sound(second, f"/budgets/funds/{willow}")
    sound(first, f"/budgets/funds/entries/{waiting.pk}")
    assert Client().get(f"/budgets/funds/entries/{entry.pk}").status_code == 302
    chief = as_(round_.runs)
    sound(chief, f"/budgets/{made}/proposals/3/accept")
    chief.post(f"/budgets/{made}/proposals/3/accept", {"reason": "两盏灯都亮了"})
    assert "两盏灯都亮了" in sound(Client(), f"/budgets/{made}/proposals/3")


def test_a_file_is_archived_from_the_page_and_a_faulty_one_named_by_line(
    round_: SmallRound,
) -> None:
    client = as_(round_.runs)
    sound(client, "/budgets/archive")

    def form(text: bytes) -> dict[str, object]:
        return {
            "file": SimpleUploadedFile("a.pb", text), "title": "", "rule": "equal-shares",
            "place": str(round_.district.places["willow"].pk), "gain": "cost", "growth": "add1",
            "beginning": "exact", "tie_order": "lot", "seed": "0",
        }  # fmt: skip

    html = client.post("/budgets/archive", form(FILE.replace("v5;34", "v5").encode()))
    assert "第 20 行" in html.content.decode()
    assert client.post("/budgets/archive", form(b"\xff\xfe\x00")).status_code == 200
    assert not Round.objects.exists()
    assert client.post("/budgets/archive", form(FILE.encode())).status_code == 302
    html = sound(Client(), f"/budgets/{Round.objects.get().pk}")
    assert "存档（只读）" in html
    assert Client().get(f"/budgets/{Round.objects.get().pk}/round.pb").status_code == 200


def test_pages_ask_the_database_the_same_few_questions(round_: SmallRound) -> None:
    made = round_.counted()

    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as questions:
            assert Client().get(path).status_code == 200
        return len(questions)

    before = [asked(path) for path in (f"/budgets/{made}", "/budgets")]
    big = round_.collecting()
    for number in range(12):
        new = round_.proposal(f"第 {number} 个提案", 100)
        make_proposal(round_id=big, new=new, by=RESIDENT, at=MARCH_2)
    for _more in range(4):
        round_.drafted()
    assert asked(f"/budgets/{big}") <= before[0]
    assert asked("/budgets") == before[1]
    assert max(before) <= 12


def test_codes_and_private_links_never_appear_in_an_address_passed_on(
    round_: SmallRound, today: SetTo
) -> None:
    _made, codes = round_.voting(1)
    today(VOTING_DAY)
    html = Client().get(f"/v/{codes[0]}").content.decode()
    assert f"page=/v/{codes[0]}" not in html
    assert Client().get(f"/v/{codes[0]}").headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in Client().get(f"/v/{codes[0]}").headers["Cache-Control"]
