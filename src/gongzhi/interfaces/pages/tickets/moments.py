"""A ticket's events as a timeline for staff; residents/telling.py tells the requester."""

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gongzhi.affairs.tickets.queries.stories import RemarkView, Story
from gongzhi.commons.ledger.reading import EventView
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.interfaces.pages.components import Moment

TITLES: dict[str, str | Promise] = {
    "ticket.received": _("收到诉求"),
    "ticket.triaged": _("受理并分类"),
    "ticket.reread": _("按更正后的内容重新分类"),
    "ticket.overruled": _("更正分类"),
    "ticket.dispatched": _("派单"),
    "ticket.objected": _("提出派单异议"),
    "ticket.objection_reviewed": _("审核派单异议"),
    "ticket.returned": _("退单"),
    "ticket.contacted": _("联系诉求人"),
    "ticket.noted": _("内部备注"),
    "ticket.interim_replied": _("阶段答复"),
    "ticket.questioned": _("向诉求人询问"),
    "ticket.replied": _("诉求人回复"),
    "ticket.assisted": _("请单位协办"),
    "ticket.assist_reported": _("反馈协办情况"),
    "ticket.extension_asked": _("申请延期"),
    "ticket.extension_reviewed": _("审核延期"),
    "ticket.answered": _("答复"),
    "ticket.closed": _("办结"),
    "ticket.parking_asked": _("申请挂账"),
    "ticket.parking_reviewed": _("审核挂账"),
    "ticket.unparked": _("恢复办理"),
    "ticket.exclusion_asked": _("申请剔除"),
    "ticket.exclusion_reviewed": _("审核剔除"),
    "ticket.called_back": _("回访"),
    "ticket.callback_expired": _("回访无人回答"),
    "ticket.reopened": _("重新办理"),
    "ticket.merged": _("并单"),
    "ticket.unmerged": _("取消并单"),
    "ticket.split": _("拆出另一件事"),
    "ticket.supervised": _("督办"),
    "ticket.reminded": _("到期提醒"),
    "ticket.escalated": _("超时上报"),
    "ticket.withdrawn": _("诉求人撤回"),
    "ticket.corrected": _("诉求人修改内容"),
    "ticket.contact_corrected": _("诉求人更正联系方式"),
    "ticket.erased": _("内容已删除"),
    "ticket.placed": _("更正地点"),
}
GOOD = frozenset({"ticket.closed", "ticket.answered"})
BAD = frozenset({"ticket.reopened", "ticket.escalated", "ticket.returned"})


def moments(story: Story) -> list[Moment]:
    """What happened, oldest first; the last entry is marked as where it stands."""
    remarks: dict[int, list[RemarkView]] = {}
    for remark in story.remarks:
        if remark.event_sequence is not None:
            remarks.setdefault(remark.event_sequence, []).append(remark)
    shown = [event for event in story.events if event.kind in TITLES]
    return list(_moments(shown, remarks))


def _moments(events: list[EventView], remarks: dict[int, list[RemarkView]]) -> Iterator[Moment]:
    for position, event in enumerate(events):
        texts = [remark.text for remark in remarks.get(event.sequence, [])]
        kind = "good" if event.kind in GOOD else "bad" if event.kind in BAD else "past"
        last = position == len(events) - 1
        yield Moment(
            title=_title(event),
            at=event.at,
            who=_who(event),
            text="\n".join(texts),
            kind="now" if last and kind == "past" else kind,
        )


def _title(event: EventView) -> str:
    title = str(TITLES[event.kind])
    data = event.data
    detail: str | Promise = ""
    if event.kind == "ticket.called_back":
        detail = "，".join(
            str(words)
            for words in (
                _SOLVED.get(str(data.get("solved"))),
                _SATISFIED.get(str(data.get("satisfied"))),
            )
            if words
        )
    elif event.kind in {"ticket.dispatched", "ticket.assisted", "ticket.assist_reported"}:
        unit = find_unit(_id(data.get("lead") or data.get("unit")))
        detail = unit.name if unit else ""
    elif event.kind == "ticket.corrected" and event.person_id:
        return str(_("工作人员更正内容"))
    elif "approved" in data:
        detail = _("同意") if data["approved"] else _("不同意")
    elif "upheld" in data:
        detail = _("异议成立") if data["upheld"] else _("维持原派单")
    elif data.get("in_limit") is False:
        detail = _("超过时限")
    return _told % {"title": title, "detail": detail} if detail else title


_SOLVED = {"yes": _("已解决"), "partly": _("部分解决"), "no": _("未解决")}
_SATISFIED = {"yes": _("满意"), "basically": _("基本满意"), "no": _("不满意")}


_told = _("%(title)s：%(detail)s")


def _who(event: EventView) -> str:
    unit = find_unit(event.unit_id)
    return unit.name if unit else ""


def _id(value: object) -> int | None:
    return value if isinstance(value, int) else None
