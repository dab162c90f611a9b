"""The district's own decisions train the model that suggests its categories."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from gongzhi.affairs.tickets import events
from gongzhi.affairs.tickets.choices import State
from gongzhi.affairs.tickets.models import Ticket
from gongzhi.affairs.tickets.requesters import ERASED_TEXT
from gongzhi.affairs.tickets.suggesting import kept_categories, model_in_use, suggester
from gongzhi.commons.categories.queries import categories
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.organisations.permissions import require
from gongzhi.engines.triage.cross_validation import Unseen, cross_validate
from gongzhi.engines.triage.evaluation import evaluate
from gongzhi.engines.triage.model import Model
from gongzhi.engines.triage.texts import Message
from gongzhi.engines.triage.training import train

LEAST_DECISIONS = 200
LEAST_NEW = 100
MOST_DECISIONS = 50_000
_BATCH = 2_000


class CannotLearn(ValueError):
    """Why no new model was put in place; says it in Chinese and English."""

    def __init__(self, *, chinese: str, english: str) -> None:
        super().__init__(f"{chinese} {english}")
        self.chinese = chinese
        self.english = english


@dataclass(frozen=True, slots=True)
class Decision:
    """What people decided about one ticket: its words and its matter."""

    ticket_id: int
    message: Message
    category_code: str
    by_person: bool


@dataclass(frozen=True, slots=True)
class Learned:
    """A new model, as its training record tells of it.

    `right` is the share of tickets whose matter the new model put first without having seen them;
    `compared` of them were put to what suggested before, too: `right_there` and `before_there`.
    """

    decisions: int
    by_person: int
    matters: int
    right: float
    macro_f1: float
    calibration_error: float
    compared: int
    right_there: float
    before: str  # "rules" or "model"
    before_there: float


def learn_categories(
    *,
    by: Actor,
    at: datetime,
    most: int = MOST_DECISIONS,
    progress: Callable[[float], None] = lambda _: None,
) -> Learned:
    """Train a model on the newest decisions and put it in place, unless it would be worse.

    All decisions count, those that agreed with the suggestion like those that overruled it (see
    `teach`: overruled ones alone are a biased sample). What suggests now is compared on tickets
    that it hasn't learned from. Raises `CannotLearn` for too few decisions, a single matter, or
    a model that would put fewer right than what suggests now; nothing changes then. Words of
    tickets that were erased aren't used. Cost: six trainings, outside any transaction.
    """
    require(by, "tickets.learn")
    decided = decisions(most=most)
    _check(decided)
    messages = [decision.message for decision in decided]
    truth = [decision.category_code for decision in decided]
    unseen = cross_validate(messages, truth, progress=lambda share: progress(0.8 * share))
    learned = _compared(decided, unseen)
    if learned.right_there < learned.before_there:
        raise CannotLearn(
            chinese=f"没有替换：在 {learned.compared} 张工单上，新模型首选正确"
            f" {learned.right_there:.1%}，现在是 {learned.before_there:.1%}。",
            english=f"Nothing was replaced: on {learned.compared} tickets a new model would put"
            f" {learned.right_there:.1%} right, against {learned.before_there:.1%} now.",
        )
    model = train(messages, truth, progress=lambda share: progress(0.8 + 0.2 * share))
    _put_in_place(model, learned, last=decided[-1].ticket_id, by=by, at=at)
    return learned


def decisions(*, most: int = MOST_DECISIONS) -> list[Decision]:
    """The newest decisions, oldest first: a category given by a person, or kept to the end.

    Kept to the end: suggested or chosen, and still there when the ticket was closed. Only matters
    of today count, and only texts that are still there.
    """
    today = {view.code for view in categories()}
    rows = (
        Ticket.objects.filter(Q(category_by="person") | Q(state=State.CLOSED))
        .exclude(category_code="")
        .exclude(text=ERASED_TEXT)
        .order_by("-id")
        .values_list("id", "title", "text", "category_code", "category_by")
    )
    found: list[Decision] = []
    for ticket_id, title, text, code, by_whom in rows.iterator(chunk_size=_BATCH):
        if code in today and text.strip():
            message = Message(body=text, subject=title)
            found.append(Decision(ticket_id, message, code, by_whom == "person"))
            if len(found) == most:
                break
    return found[::-1]


def _check(decided: Sequence[Decision]) -> None:
    if len(decided) < LEAST_DECISIONS:
        raise CannotLearn(
            chinese=f"只有 {len(decided)} 张工单的分类已经定下，至少要 {LEAST_DECISIONS} 张。",
            english=f"Only {len(decided)} tickets have a category that was decided;"
            f" it takes {LEAST_DECISIONS}.",
        )
    if len({decision.category_code for decision in decided}) < 2:
        raise CannotLearn(
            chinese="已定的分类只有一种，没有什么可学。",
            english="All decisions name one matter: there is nothing to tell apart.",
        )


def _compared(decided: Sequence[Decision], unseen: Unseen) -> Learned:
    """The figures of the new model, and those of what suggests now on what it hasn't seen."""
    now = model_in_use()
    last = int(now.record.get("last_ticket", 0)) if now else 0
    fresh = [at for at, decision in enumerate(decided) if decision.ticket_id > last]
    if len(fresh) < LEAST_NEW:
        raise CannotLearn(
            chinese=f"上次学习以后只有 {len(fresh)} 张新工单的分类已定，至少要 {LEAST_NEW} 张。",
            english=f"Only {len(fresh)} newer tickets were decided since the last training;"
            f" it takes {LEAST_NEW}.",
        )
    said = suggester().suggest([decided[at].message for at in fresh])
    truth = [decision.category_code for decision in decided]
    before = [
        bool(suggestion.ranks) and suggestion.ranks[0].category == truth[at]
        for at, suggestion in zip(fresh, said, strict=True)
    ]
    first = unseen.first
    figures = evaluate(unseen.probabilities, labels=unseen.labels, truth=truth)
    return Learned(
        decisions=len(decided),
        by_person=sum(decision.by_person for decision in decided),
        matters=len(unseen.labels),
        right=figures.accuracy,
        macro_f1=figures.macro_f1,
        calibration_error=figures.calibration_error,
        compared=len(fresh),
        right_there=sum(first[at] == truth[at] for at in fresh) / len(fresh),
        before="model" if now else "rules",
        before_there=sum(before) / len(fresh),
    )


def _put_in_place(model: Model, learned: Learned, *, last: int, by: Actor, at: datetime) -> None:
    kept_categories.replace(
        model,
        told={
            "last_ticket": last,
            "by_person": learned.by_person,
            "cross_validated": {
                "right": round(learned.right, 4),
                "macro_f1": round(learned.macro_f1, 4),
                "calibration_error": round(learned.calibration_error, 4),
            },
            "compared": {
                "tickets": learned.compared,
                "right": round(learned.right_there, 4),
                learned.before: round(learned.before_there, 4),
            },
        },
        subject=Subject("category_model", 1),
        kind=events.MODEL_LEARNED,
        data={
            "decisions": learned.decisions,
            "matters": learned.matters,
            "right_of_thousand": round(1000 * learned.right),
            "before": learned.before,
        },
        by=by,
        at=at,
    )
