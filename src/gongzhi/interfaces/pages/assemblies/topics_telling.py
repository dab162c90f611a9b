"""Topics, decisions and maps in words: badges, lines of lists, sentences about groups."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongzhi.affairs.assemblies.choices import DecisionState, StatementState, TopicState
from gongzhi.affairs.assemblies.queries.decisions import DecisionRow
from gongzhi.affairs.assemblies.queries.opinion import ClaimView, StatementLine
from gongzhi.affairs.assemblies.queries.topics import TopicRow
from gongzhi.commons.ledger.reading import EventView
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.interfaces.pages.components import Badge, Moment, Row, Tone
from gongzhi.interfaces.pages.tickets.rows import moment_words

_TOPIC_LOOKS: dict[TopicState, tuple[Tone, str]] = {
    TopicState.PROPOSED: (Tone.WARN, "ring"),
    TopicState.OPEN: (Tone.INFO, "half"),
    TopicState.NOTICED: (Tone.WARN, "half"),
    TopicState.DECIDED: (Tone.GOOD, "half"),
    TopicState.CARRIED_OUT: (Tone.GOOD, "full"),
    TopicState.WITHDRAWN: (Tone.QUIET, "square"),
}
_DECISION_LOOKS: dict[DecisionState, tuple[Tone, str]] = {
    DecisionState.TAKEN: (Tone.INFO, "half"),
    DecisionState.DONE: (Tone.GOOD, "full"),
    DecisionState.REVOKED: (Tone.QUIET, "square"),
}
_STATEMENT_LOOKS: dict[StatementState, tuple[Tone, str]] = {
    StatementState.WAITING: (Tone.WARN, "ring"),
    StatementState.ACCEPTED: (Tone.GOOD, "full"),
    StatementState.REJECTED: (Tone.QUIET, "square"),
}
# What happened, in the reader's words; kinds that stand here only are shown.
_TOLD: dict[str, tuple[str | Promise, str]] = {
    "topic.proposed": (gettext_lazy("提出议题"), "past"),
    "topic.opened": (gettext_lazy("开始征集意见"), "past"),
    "topic.noticed": (gettext_lazy("结束征集，公示拟定方案"), "past"),
    "topic.reopened": (gettext_lazy("重新征集意见"), "bad"),
    "topic.decided": (gettext_lazy("形成决议"), "past"),
    "topic.carried_out": (gettext_lazy("决议已落实"), "good"),
    "topic.withdrawn": (gettext_lazy("议题撤回"), "bad"),
    "decision.taken": (gettext_lazy("作出决议"), "past"),
    "decision.published": (gettext_lazy("决议公开"), "past"),
    "decision.task_added": (gettext_lazy("增加一项任务"), "past"),
    "decision.done": (gettext_lazy("任务全部完成"), "good"),
    "decision.result_published": (gettext_lazy("公布结果"), "good"),
    "decision.revoked": (gettext_lazy("决议撤销"), "bad"),
}
_AMOUNTS = {
    "nearly_all": gettext_lazy("几乎所有人"),
    "most": gettext_lazy("大多数人"),
    "over_half": gettext_lazy("过半的人"),
    "half": gettext_lazy("约一半人"),
    "under_half": gettext_lazy("不到一半人"),
    "few": gettext_lazy("少数人"),
}


def topic_badge(state: TopicState) -> Badge:
    return Badge(state.label, *_TOPIC_LOOKS[state])


def decision_badge(row: DecisionRow, *, now: datetime) -> list[Badge]:
    """Where a decision stands, and that it is late where it is."""
    badges = [Badge(row.state.label, *_DECISION_LOOKS[row.state])]
    if row.is_late(now):
        badges.insert(0, Badge(_("逾期"), Tone.BAD, "diamond"))
    return badges


def statement_badge(state: StatementState) -> Badge:
    return Badge(state.label, *_STATEMENT_LOOKS[state])


def topic_line(row: TopicRow, *, now: datetime) -> Row:
    """The line for one topic."""
    facts: list[str] = [row.place_name]
    if row.voters:
        facts.append(_("%(count)d 人参与") % {"count": row.voters})
    due = ""
    if row.state is TopicState.OPEN and row.closes_at:
        due = (
            _("%(moment)s 截止") % {"moment": moment_words(row.closes_at, now=now)}
            if row.closes_at > now
            else _("已截止，等待公示")
        )
    return Row(
        title=row.title,
        href=reverse("topic", args=[row.id]),
        facts=[row.question, *facts],
        badges=[topic_badge(row.state)],
        due=due,
    )


def decision_line(row: DecisionRow, *, now: datetime) -> Row:
    """The line for one decision, with how much of it is done."""
    facts = [row.place_name, row.unit_name]
    if row.tasks:
        facts.append(_("任务 %(done)d / %(all)d") % {"done": row.tasks_done, "all": row.tasks})
    due = ""
    if row.due_at and row.state is DecisionState.TAKEN:
        due = _("%(day)s 前完成") % {"day": f"{row.due_at:%Y-%m-%d}"}
    return Row(
        title=row.title,
        href=reverse("decision", args=[row.id]),
        facts=[fact for fact in facts if fact],
        badges=decision_badge(row, now=now),
        due=due,
        due_tone="late" if row.is_late(now) else "",
    )


def moments_of(events: Iterable[EventView]) -> list[Moment]:
    """What happened, newest first."""
    told = []
    for event in events:
        if event.kind in _TOLD:
            title, kind = _TOLD[event.kind]
            unit = find_unit(event.unit_id)
            told.append(Moment(title=title, at=event.at, who=unit.name if unit else "", kind=kind))
    return told[::-1]


def claim_words(claim: ClaimView) -> str:
    """One sentence about a group; doubt is said aloud."""
    said = {
        "amount": _AMOUNTS[claim.amount],
        "text": claim.text,
        "tenths": 10 * claim.tenths,
        "others": 10 * (claim.others or 0),
    }
    sentences = {
        ("distinct", True): _("%(amount)s赞成“%(text)s”（约 %(tenths)d%%，其他组约 %(others)d%%）"),
        ("distinct", False): _(
            "%(amount)s不赞成“%(text)s”（约 %(tenths)d%%，其他组约 %(others)d%%）"
        ),
        ("shared", True): _("和其他组一样，%(amount)s赞成“%(text)s”（约 %(tenths)d%%）"),
        ("shared", False): _("和其他组一样，%(amount)s不赞成“%(text)s”（约 %(tenths)d%%）"),
        ("split", True): _("组内看法不一：约 %(tenths)d%% 赞成“%(text)s”"),
        ("split", False): _("组内看法不一：约 %(tenths)d%% 不赞成“%(text)s”"),
    }
    words = sentences[claim.kind, claim.agree] % said
    return words if claim.sure else words + _("（还不能肯定）")


def shares_words(line: StatementLine, letters: Iterable[str]) -> str:
    """How each group stands to a statement: 'A 组约 90%，B 组约 20%'."""
    shares = line.tenths if line.agree else line.against
    each = " · ".join(
        _("%(letter)s 组约 %(share)d%%") % {"letter": letter, "share": 10 * share}
        for letter, share in zip(letters, shares, strict=False)
    )
    whole = _("赞成：%(each)s") if line.agree else _("不赞成：%(each)s")
    return whole % {"each": each}
