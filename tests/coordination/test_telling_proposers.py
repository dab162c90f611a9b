"""Whoever proposed something and left a contact hears what became of it, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from gongzhi.affairs.assemblies import proposers as of_topics
from gongzhi.affairs.assemblies.choices import Capacity
from gongzhi.affairs.assemblies.models import Topic
from gongzhi.affairs.assemblies.statements import seed_statement
from gongzhi.affairs.assemblies.topics import (
    CannotDeliberate,
    NewTopic,
    open_topic,
    proposal_link,
    propose_topic,
    refuse_topic,
)
from gongzhi.affairs.budgets import proposers as of_rounds
from gongzhi.affairs.budgets.holdings import forget_proposers
from gongzhi.affairs.budgets.models import Proposal, Round
from gongzhi.affairs.budgets.proposals import (
    CannotPropose,
    NewProposal,
    abandon_project,
    accept_project,
    make_proposal,
    withdraw_proposal,
)
from gongzhi.affairs.budgets.rounds import withdraw_round
from gongzhi.commons.ledger.models import Event
from gongzhi.commons.notices.addresses import address_of
from gongzhi.commons.notices.delivering import deliver_due
from gongzhi.commons.notices.models import Delivery, Notice
from gongzhi.commons.organisations.models import CoordinatingUnit
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.revisions import forget_all
from gongzhi.commons.tasks.finishing import finish_task
from gongzhi.commons.tasks.models import Task
from gongzhi.coordination.follow_ups import follow_all
from tests.affairs.assemblies.talks import CLOSES, DECIDED, LATER, SEEDS, Talk
from tests.affairs.budgets.small_rounds import AFTER, MARCH_2, MARCH_12, SmallRound
from tests.affairs.small_district import BEGINS, MONDAY, SmallDistrict, build

pytestmark = [pytest.mark.django_db, pytest.mark.database]

EMAIL = "resident@example.org"


@pytest.fixture(autouse=True)
def mail_server(settings: Any) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    settings.PUBLIC_URL = "https://gongzhi.example.org"


@pytest.fixture
def district(db: None) -> SmallDistrict:
    made = build()
    CoordinatingUnit.objects.create(
        unit=made.units["party"], place=made.places["willow"], begins=BEGINS
    )
    forget_all()
    return made


def proposed(district: SmallDistrict, **more: Any) -> Talk:
    new: dict[str, Any] = {
        "title": "修凉亭", "question": "凉亭修不修？", "place_id": district.places["willow"].pk,
        "contact": EMAIL,
    }  # fmt: skip
    talk = Talk(district, propose_topic(new=NewTopic(**(new | more)), by=RESIDENT, at=MONDAY))
    for words in SEEDS:
        seed_statement(topic_id=talk.topic_id, text=words, by=district.worker, at=MONDAY)
    return talk


def taken_up(talk: Talk) -> None:
    open_topic(
        topic_id=talk.topic_id, closes_at=CLOSES, capacities=[Capacity.OWNER],
        by_invitation=False, by=talk.district.worker, at=LATER,
    )  # fmt: skip


def told(at: Any = LATER) -> list[str]:
    """What went out by e-mail to the proposer: the subjects."""
    follow_all(at=at)
    deliver_due(at=at)
    return [each.subject for each in mail.outbox if each.to == [EMAIL]]


def test_the_proposer_of_a_topic_hears_each_step_and_finds_it_by_the_link(
    district: SmallDistrict,
) -> None:
    talk = proposed(district)
    assert told() == []
    taken_up(talk)
    assert told() == ["您提的议题“修凉亭”开始征集意见"]
    link = f"https://gongzhi.example.org/topics/proposal/{proposal_link(talk.topic_id)}"
    assert link in mail.outbox[0].body
    assert told() == ["您提的议题“修凉亭”开始征集意见"]  # once


def test_a_topic_that_is_not_taken_up_is_told_without_the_reason_in_the_message(
    district: SmallDistrict,
) -> None:
    talk = proposed(district, language="en")
    refuse_topic(topic_id=talk.topic_id, reason="已在改造计划内", by=district.worker, at=LATER)
    assert told() == ["Your topic “修凉亭” does not go on"]
    assert "改造计划" not in mail.outbox[0].body


def test_a_decision_and_its_deed_reach_the_proposer(district: SmallDistrict) -> None:
    talk = proposed(district)
    taken_up(talk)
    talk.two_camps(6)
    talk.notice()
    talk.decide(talk.task())
    assert "您提的议题“修凉亭”有了决议" in told(DECIDED)
    finish_task(task_id=Task.objects.get().pk, proof="修好了", by=talk.district.worker, at=DECIDED)
    assert "您提的议题“修凉亭”已经落实" in told(DECIDED)


def test_without_a_contact_nothing_is_written(district: SmallDistrict) -> None:
    taken_up(proposed(district, contact=""))
    assert told() == []
    assert not Notice.objects.filter(recipient_kind="topic").exists()


def test_staff_leave_no_contact_of_others(district: SmallDistrict) -> None:
    new = NewTopic(
        title="修凉亭", question="修不修？", place_id=district.places["willow"].pk, contact=EMAIL
    )
    propose_topic(new=new, by=district.worker, at=MONDAY)
    assert Topic.objects.get().contact_sealed == ""


@pytest.mark.parametrize("wrong", ["12345", "a@b", "张阿姨", f"{'x' * 80}@example.org", "@"])
def test_a_contact_at_which_nobody_can_be_told_is_refused(
    district: SmallDistrict, wrong: str
) -> None:
    with pytest.raises(CannotDeliberate) as refused:
        proposed(district, contact=wrong)
    assert refused.value.field == "contact"
    round_ = SmallRound(district)
    made = round_.collecting()
    with pytest.raises(CannotPropose) as no:
        make_proposal(round_id=made, new=round_.proposal(contact=wrong), by=RESIDENT, at=MARCH_2)
    assert no.value.field == "contact"
    assert not Topic.objects.exists()
    assert not Proposal.objects.exists()


def test_the_contact_is_sealed_masked_and_gone_when_its_owner_says_so(
    district: SmallDistrict,
) -> None:
    talk = proposed(district)
    assert EMAIL not in str(list(Topic.objects.values()))
    assert of_topics.contact_shown(talk.topic_id) == "r***@example.org"
    token = proposal_link(talk.topic_id)
    of_topics.erase_contact(token=token, by=RESIDENT, at=LATER)
    of_topics.erase_contact(token=token, by=RESIDENT, at=LATER)
    assert of_topics.contact_shown(talk.topic_id) == ""
    assert Event.objects.filter(kind="topic.proposer_erased").count() == 1
    taken_up(talk)
    assert told() == []


def test_a_contact_erased_on_its_way_is_not_written_to(district: SmallDistrict) -> None:
    talk = proposed(district)
    taken_up(talk)
    follow_all(at=LATER)
    of_topics.erase_contact(token=proposal_link(talk.topic_id), by=RESIDENT, at=LATER)
    assert told() == []
    kept = str(list(Notice.objects.values())) + str(list(Delivery.objects.values()))
    assert EMAIL not in kept


def test_contacts_of_topics_at_rest_are_forgotten(district: SmallDistrict) -> None:
    proposed(district)
    assert of_topics.forget_proposers(cutoff=MONDAY, limit=10, at=LATER) == 0
    rest = MONDAY + timedelta(days=180)
    assert of_topics.forget_proposers(cutoff=rest, limit=10, at=rest) == 1
    assert of_topics.forget_proposers(cutoff=rest, limit=10, at=rest) == 0
    assert Topic.objects.get().contact_sealed == ""


class Reachable(SmallRound):
    """A round whose proposers all leave a contact."""

    def proposal(self, title: str = "楼道加装扶手", yuan: int = 60_000, **more: Any) -> NewProposal:
        return super().proposal(title, yuan, **({"contact": EMAIL, "language": "zh-hans"} | more))


@pytest.fixture
def round_(district: SmallDistrict) -> Reachable:
    return Reachable(district)


def test_each_proposer_hears_of_the_check_and_of_the_vote(round_: Reachable) -> None:
    made = round_.counted()
    outcomes = dict(Proposal.objects.values_list("title", "state"))
    said = told(AFTER)
    for title, state in outcomes.items():
        assert f"您的提案“{title}”{'入选了' if state == 'funded' else '没有入选'}" in said
    assert set(outcomes.values()) == {"funded", "unfunded"}
    assert len(said) == len(outcomes)  # the check had been overtaken by the count
    links = [each.body for each in mail.outbox if "/proposal/" in each.body]
    assert len(links) == len(outcomes)
    assert Round.objects.get(pk=made).state == "counted"


def test_a_no_is_told_at_once_and_a_second_check_says_what_holds_now(round_: Reachable) -> None:
    made = round_.collecting()
    receipt = make_proposal(round_id=made, new=round_.proposal(), by=RESIDENT, at=MARCH_2)
    round_.check(receipt.proposal_id, feasible=False)
    assert told(MARCH_12) == ["您的提案“楼道加装扶手”核查没有通过"]
    round_.check(receipt.proposal_id)
    assert told(MARCH_12)[1:] == ["您的提案“楼道加装扶手”核查通过"]


def test_what_became_of_a_funded_project_is_told(round_: Reachable) -> None:
    round_.counted()
    before = len(told(AFTER))
    done, given_up = Proposal.objects.filter(state="funded").order_by("number")
    accept_project(proposal_id=done.pk, result="装好了", by=round_.runs, at=AFTER)
    abandon_project(proposal_id=given_up.pk, reason="没法装", by=round_.runs, at=AFTER)
    assert set(told(AFTER)[before:]) == {
        f"您的提案“{done.title}”已经完成", f"您的提案“{given_up.title}”停止实施",
    }  # fmt: skip


def test_a_round_that_is_given_up_tells_those_who_wait(round_: Reachable) -> None:
    made = round_.collecting()
    make_proposal(round_id=made, new=round_.proposal(), by=RESIDENT, at=MARCH_2)
    make_proposal(round_id=made, new=round_.proposal("别的", contact=""), by=RESIDENT, at=MARCH_2)
    withdraw_round(round_id=made, reason="上级另有安排", by=round_.runs, at=MARCH_12)
    assert told(MARCH_12) == ["“楼道加装扶手”所在的这一轮共建资金撤销了"]


def test_a_text_message_goes_where_a_number_was_left(round_: Reachable, settings: Any) -> None:
    settings.SMS_WEBHOOK, settings.EMAIL_HOST = "http://127.0.0.1:9/sms", ""
    made = round_.collecting()
    new = round_.proposal(contact="+86 138 0013 8000")
    receipt = make_proposal(round_id=made, new=new, by=RESIDENT, at=MARCH_2)
    assert of_rounds.contact_shown(receipt.link_token) == "138****8000"
    round_.check(receipt.proposal_id)
    follow_all(at=MARCH_12)
    (way,) = Delivery.objects.filter(notice__recipient_kind="proposal")
    assert way.channel == "sms"
    assert address_of("proposal", receipt.proposal_id, at=MARCH_12).phone == "13800138000"


def test_the_contact_of_a_proposal_goes_when_its_owner_says_so_or_in_time(
    round_: Reachable,
) -> None:
    made = round_.collecting()
    first = make_proposal(round_id=made, new=round_.proposal(), by=RESIDENT, at=MARCH_2)
    make_proposal(round_id=made, new=round_.proposal("别的"), by=RESIDENT, at=MARCH_2)
    of_rounds.erase_contact(token=first.link_token, by=RESIDENT, at=MARCH_12)
    of_rounds.erase_contact(token=first.link_token, by=RESIDENT, at=MARCH_12)
    assert of_rounds.contact_shown(first.link_token) == ""
    assert Proposal.objects.exclude(contact_sealed="").count() == 1
    withdraw_round(round_id=made, reason="上级另有安排", by=round_.runs, at=MARCH_12)
    assert forget_proposers(cutoff=AFTER, limit=10, at=AFTER) == 1
    assert not Proposal.objects.exclude(contact_sealed="", language="").exists()
    assert Event.objects.filter(kind="proposal.proposer_erased").count() == 2


def test_who_takes_a_proposal_back_is_forgotten_and_hears_no_more(round_: Reachable) -> None:
    made = round_.collecting()
    receipt = make_proposal(round_id=made, new=round_.proposal(), by=RESIDENT, at=MARCH_2)
    round_.check(receipt.proposal_id)
    follow_all(at=MARCH_12)
    assert Delivery.objects.filter(notice__recipient_kind="proposal").exists()  # not yet sent
    withdraw_proposal(token=receipt.link_token, by=RESIDENT, at=MARCH_12)
    row = Proposal.objects.get()
    assert (row.contact_sealed, row.name_sealed, row.language) == ("", "", "")
    withdraw_round(round_id=made, reason="上级另有安排", by=round_.runs, at=MARCH_12)
    assert told(MARCH_12) == []
    assert not Delivery.objects.filter(notice__recipient_kind="proposal").exists()
    assert Event.objects.filter(kind="proposal.proposer_erased").count() == 1


def test_contacts_go_in_time_where_a_round_was_never_brought_to_an_end(round_: Reachable) -> None:
    made = round_.collecting()
    make_proposal(round_id=made, new=round_.proposal(), by=RESIDENT, at=MARCH_2)
    assert forget_proposers(cutoff=MARCH_2, limit=10, at=MARCH_12) == 0
    assert forget_proposers(cutoff=MARCH_12, limit=10, at=AFTER) == 1
    assert not Proposal.objects.exclude(contact_sealed="").exists()
