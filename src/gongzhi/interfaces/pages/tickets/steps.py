"""One table of the steps that the ticket page offers: its form, when it shows, what it calls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from gongzhi.affairs.tickets import (
    callback,
    closing,
    dispatch,
    exclusions,
    handling,
    merging,
    parking,
    placing,
    requesters,
    supervision,
    triage,
)
from gongzhi.affairs.tickets.choices import (
    OPEN_STATES,
    ExclusionReason,
    RequestKind,
    Satisfied,
    Solved,
    State,
    Urgency,
)
from gongzhi.affairs.tickets.intake import ON_BEHALF
from gongzhi.affairs.tickets.lifecycle import Step
from gongzhi.affairs.tickets.queries.stories import Story
from gongzhi.commons.permissions.actors import Actor
from gongzhi.interfaces.pages.tickets import forms

Asked = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Does:
    """What a step is done with."""

    ticket_id: int
    by: Actor
    at: datetime

    @property
    def who(self) -> dict[str, Any]:
        return {"ticket_id": self.ticket_id, "by": self.by, "at": self.at}


@dataclass(frozen=True, slots=True)
class StepPage:
    """A step: the name in its address, its words, its form, when it is offered, what it calls."""

    name: str
    label: str | Promise
    form: type[forms.StepForm]
    offered: Callable[[Story], bool]
    act: Callable[[Does, Asked], object]
    main: bool = False  # a big button; the others fold away

    @property
    def writes(self) -> str:
        """The field that a kept reply may fill; empty where the step writes to nobody."""
        return self.form.writes if issubclass(self.form, forms.WritingForm) else ""


def _can(step: Step) -> Callable[[Story], bool]:
    return lambda story: step in story.steps


def _review(what: str, action: str) -> Callable[[Story], bool]:
    return lambda story: action in story.actions and any(r.what == what for r in story.reviews)


def _handled(story: Story) -> bool:
    return story.row.state in handling.BEING_HANDLED and Step.ANSWER in story.steps


def _yes(asked: Asked) -> bool:
    return bool(asked["decision"] == "yes")


STEPS: tuple[StepPage, ...] = (
    StepPage(
        "contact", pgettext_lazy("step", "联系诉求人"), forms.ContactForm,
        lambda s: Step.CONTACT in s.steps and not s.row.contacted,
        lambda d, a: handling.contact_requester(note=a["note"], **d.who), main=True,
    ),
    StepPage(
        "answer", pgettext_lazy("step", "答复"), forms.AnswerForm, _can(Step.ANSWER),
        lambda d, a: handling.answer_ticket(text=a["text"], **d.who), main=True,
    ),
    StepPage(
        "close", pgettext_lazy("step", "办结"), forms.CloseForm, _can(Step.CLOSE),
        lambda d, a: closing.close_ticket(
            evidence=a["evidence"], reply=a.get("reply", ""), **d.who
        ),
        main=True,
    ),
    StepPage(
        "call-back", pgettext_lazy("step", "电话回访"), forms.CallBackForm,
        lambda s: "tickets.call_back" in s.actions and s.row.state == State.CLOSED
        and bool(s.callbacks) and s.callbacks[-1].state != "answered",
        lambda d, a: callback.call_back(
            solved=Solved(a["solved"]), satisfied=Satisfied(a["satisfied"]),
            remark=a["remark"], **d.who,
        ),
        main=True,
    ),
    StepPage(
        "review-objection", pgettext_lazy("step", "审核派单异议"), forms.ObjectionReviewForm,
        _review("objection", "tickets.review_objection"),
        lambda d, a: dispatch.review_objection(
            upheld=_yes(a), unit_id=int(a["unit"]) if a["unit"] else None,
            reason=a["reason"], **d.who,
        ),
        main=True,
    ),
    StepPage(
        "review-extension", pgettext_lazy("step", "审核延期"), forms.ReviewForm,
        _review("extension", "tickets.approve_extension"),
        lambda d, a: handling.review_extension(approved=_yes(a), reason=a["reason"], **d.who),
        main=True,
    ),
    StepPage(
        "review-parking", pgettext_lazy("step", "审核挂账"), forms.ReviewForm,
        _review("parking", "tickets.approve_parking"),
        lambda d, a: parking.review_parking(approved=_yes(a), reason=a["reason"], **d.who),
        main=True,
    ),
    StepPage(
        "review-exclusion", pgettext_lazy("step", "审核剔除"), forms.ReviewForm,
        _review("exclusion", "tickets.review_exclusion"),
        lambda d, a: exclusions.review_exclusion(approved=_yes(a), reason=a["reason"], **d.who),
        main=True,
    ),
    StepPage(
        "unpark", pgettext_lazy("step", "恢复办理"), forms.ReasonForm, _can(Step.UNPARK),
        lambda d, a: parking.unpark_ticket(reason=a["reason"], **d.who), main=True,
    ),
    StepPage(
        "interim", pgettext_lazy("step", "阶段答复"), forms.InterimForm, _handled,
        lambda d, a: handling.send_interim_reply(text=a["text"], **d.who),
    ),
    StepPage(
        "ask", pgettext_lazy("step", "问诉求人"), forms.QuestionForm,
        lambda s: _handled(s) and "tickets.ask_requester" in s.actions and s.contact is not None,
        lambda d, a: handling.ask_requester(question=a["text"], **d.who),
    ),
    StepPage(
        "assist", pgettext_lazy("step", "请单位协办"), forms.AssistForm, _handled,
        lambda d, a: handling.ask_assistance(unit_id=int(a["unit"]), what=a["what"], **d.who),
    ),
    StepPage(
        "report", pgettext_lazy("step", "反馈协办情况"), forms.ReportForm,
        lambda s: any(reported is None for _unit, _name, reported in s.assists),
        lambda d, a: handling.report_assistance(
            text=a["text"], unit_id=a["assisting"], **d.who
        ),
    ),
    StepPage(
        "note", pgettext_lazy("step", "写备注"), forms.NoteForm, _handled,
        lambda d, a: handling.write_note(text=a["text"], **d.who),
    ),
    StepPage(
        "extend", pgettext_lazy("step", "申请延期"), forms.ExtensionForm,
        lambda s: _handled(s) and "tickets.request_extension" in s.actions,
        lambda d, a: handling.ask_extension(until=a["until"], reason=a["reason"], **d.who),
    ),
    StepPage(
        "object", pgettext_lazy("step", "提出派单异议"), forms.ObjectionForm,
        lambda s: Step.OBJECT in s.steps and not s.objection_used,
        lambda d, a: dispatch.object_to_dispatch(
            reason=a["reason"],
            proposed_unit_id=int(a["proposed"]) if a["proposed"] else None, **d.who,
        ),
    ),
    StepPage(
        "park", pgettext_lazy("step", "申请挂账"), forms.ParkingForm, _can(Step.PARK),
        lambda d, a: parking.ask_parking(
            reason=a["reason"], plan=a["plan"], review_on=a["review_on"], **d.who
        ),
    ),
    StepPage(
        "exclude", pgettext_lazy("step", "申请剔除"), forms.ExclusionForm, _can(Step.EXCLUDE),
        lambda d, a: exclusions.ask_exclusion(
            code=ExclusionReason(a["code"]), reason=a["reason"], evidence=a["evidence"], **d.who
        ),
    ),
    StepPage(
        "triage", pgettext_lazy("step", "改分类"), forms.TriageForm,
        lambda s: "tickets.triage" in s.actions and bool(s.steps),
        lambda d, a: triage.overrule_triage(
            category_code=a["category"], urgency=Urgency(a["urgency"]), **d.who
        ),
    ),
    StepPage(
        "place", pgettext_lazy("step", "更正地点"), forms.PlaceForm,
        lambda s: "tickets.place" in s.actions and s.row.state in OPEN_STATES,
        lambda d, a: placing.correct_place(
            place_id=int(a["place"]), address=a["address"], reason=a["reason"], **d.who
        ),
    ),
    StepPage(
        "correct", pgettext_lazy("step", "更正内容"), forms.CorrectForm,
        lambda s: "tickets.correct_for" in s.actions and s.channel in ON_BEHALF
        and s.row.state in requesters.CORRECTABLE,
        lambda d, a: requesters.correct_ticket(text=a["text"], **d.who),
    ),
    StepPage(
        "redispatch", pgettext_lazy("step", "改派"), forms.RedispatchForm, _can(Step.REDISPATCH),
        lambda d, a: dispatch.redispatch_ticket(
            unit_id=int(a["unit"]), reason=a["reason"], **d.who
        ),
    ),
    StepPage(
        "return", pgettext_lazy("step", "退单"), forms.ReasonForm, _can(Step.RETURN),
        lambda d, a: dispatch.return_ticket(reason=a["reason"], **d.who),
    ),
    StepPage(
        "merge", pgettext_lazy("step", "并单"), forms.MergeForm,
        lambda s: "tickets.merge" in s.actions and bool(s.steps) and not s.row.merged_into,
        lambda d, a: merging.merge_tickets(into_id=a["number"], **d.who),
    ),
    StepPage(
        "unmerge", pgettext_lazy("step", "取消并单"), forms.ReasonForm,
        lambda s: "tickets.merge" in s.actions and bool(s.row.merged_into),
        lambda d, a: merging.unmerge_ticket(reason=a["reason"], **d.who),
    ),
    StepPage(
        "split", pgettext_lazy("step", "拆出另一件事"), forms.SplitForm,
        lambda s: "tickets.split" in s.actions and bool(s.steps) and s.row.state != State.CLOSED,
        lambda d, a: merging.split_ticket(
            title=a["title"], text=a["text"], kind=RequestKind(a["kind"]), **d.who
        ),
    ),
    StepPage(
        "supervise", pgettext_lazy("step", "督办"), forms.SuperviseForm,
        lambda s: "tickets.supervise" in s.actions and s.row.state in supervision.RUNNING,
        lambda d, a: supervision.supervise_ticket(text=a["text"], **d.who),
    ),
    StepPage(
        "reopen", pgettext_lazy("step", "重新办理"), forms.ReasonForm, _can(Step.REOPEN),
        lambda d, a: closing.reopen_ticket(reason=a["reason"], **d.who),
    ),
)  # fmt: skip
BY_NAME = {step.name: step for step in STEPS}
REFUSALS = (ValueError, LookupError)  # every action's own refusal is one of these


def offered(story: Story) -> list[StepPage]:
    """The steps for this ticket and this reader, in the order of the table."""
    return [step for step in STEPS if step.offered(story)]
