"""What requesters and units are told about tickets and whistles, and where they are reached."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils.timezone import localdate, localtime

from gongzhi.affairs.tickets.choices import Urgency
from gongzhi.affairs.tickets.models import Requester, Ticket, Whistle
from gongzhi.affairs.tickets.numbers import number_of
from gongzhi.commons.notices.addresses import Address, Facts, declare_book, declare_wording
from gongzhi.commons.notices.templates import Template, declare_template
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.commons.privacy.encryption import open_text
from gongzhi.commons.privacy.links import sign_link
from gongzhi.commons.territory.queries import find_place

_TO_REQUESTER = (
    (
        "requester.dispatched",
        "您的诉求 {number} 已派给{lead}",
        "您反映的事情已由{lead}办理，办理时限 {due}。查看进展：{link}",
        "Your request {number} is with {lead}",
        "Your request is being handled by {lead}, due {due}. Follow it at {link}",
    ),
    (
        "requester.questioned",
        "关于诉求 {number}，{lead}想向您了解情况",
        "请打开链接查看问题并回复：{link}",
        "A question about your request {number}",
        "{lead} would like to ask you something. Please reply at {link}",
    ),
    (
        "requester.replied_to",
        "您的诉求 {number} 有新的答复",
        "{lead}答复了您，请打开链接查看：{link}",
        "News on your request {number}",
        "{lead} has written to you: {link}",
    ),
    (
        "requester.called_back",
        "您的诉求 {number} 已办结，请您评价",
        "事情解决了吗？您满意吗？请打开链接回答两个问题：{link}",
        "Your request {number} is closed: was it solved?",
        "Was it solved, and are you satisfied? Two questions at {link}",
    ),
    (
        "requester.closed",
        "您的诉求 {number} 已办结",
        "办理结果请见：{link}",
        "Your request {number} is closed",
        "See the result at {link}",
    ),
    (
        "requester.reopened",
        "您的诉求 {number} 已重新办理",
        "{lead}将继续办理，新的时限 {due}。查看进展：{link}",
        "Your request {number} is open again",
        "{lead} will go on with it, now due {due}: {link}",
    ),
    (
        "requester.overdue",
        "您的诉求 {number} 超过了办理时限",
        "我们已提醒{lead}及其上级。查看进展：{link}",
        "Your request {number} is late",
        "We have told {lead} and those above it. Follow it at {link}",
    ),
    (
        "requester.extended",
        "您的诉求 {number} 经批准延期",
        "新的办理时限 {due}，理由请见：{link}",
        "Your request {number} gets more time",
        "It is now due {due}; see why at {link}",
    ),
    (
        "requester.parked",
        "您的诉求 {number} 暂时办不了，已挂账跟踪",
        "条件具备后继续办理，情况请见：{link}",
        "Your request {number} can't be solved yet",
        "It stays on the list and is looked at again: {link}",
    ),
    (
        "requester.excluded",
        "您的诉求 {number} 不能派单办理",
        "为什么、可以向哪里反映，请见：{link}",
        "Your request {number} can't be handled here",
        "See why, and where to turn, at {link}",
    ),
    (
        "requester.link",
        "您的诉求 {number} 的查询链接",
        "打开链接即可查看进展：{link} 。如果不是您本人操作，请忽略。",
        "The link to your request {number}",
        "Follow your request at {link} . If you did not ask for this, ignore it.",
    ),
)
_TO_UNIT = (
    (
        "unit.dispatched",
        "新工单 {number}：{title}",
        "{place}，{urgency}，联系时限 {contact_due}，办理时限 {due}。",
        "New ticket {number}: {title}",
        "{place}, {urgency}; contact by {contact_due}, result by {due}.",
    ),
    (
        "unit.copied",
        "抄送工单 {number}：{title}",
        "{place} 的工单已直接派给{lead}，办理时限 {due}。",
        "For your information, ticket {number}: {title}",
        "{place}: sent straight to {lead}, due {due}.",
    ),
    (
        "unit.assist",
        "请协办工单 {number}：{title}",
        "{lead}请贵单位协助办理 {place} 的诉求。",
        "Please assist with ticket {number}: {title}",
        "{lead} asks for your help at {place}.",
    ),
    (
        "unit.replied",
        "诉求人回复了工单 {number}",
        "{title}：诉求人有新的回复。",
        "The requester replied on ticket {number}",
        "{title}: there is a new reply.",
    ),
    (
        "unit.corrected",
        "工单 {number} 的内容有更正",
        "{title}（{place}）：请看更正后的内容。",
        "The words of ticket {number} were put right",
        "{title} ({place}): please read them again.",
    ),
    (
        "unit.placed",
        "工单 {number} 的地点有更正",
        "{title}：现在的地点是{place}。",
        "The place of ticket {number} was put right",
        "{title}: it is at {place}.",
    ),
    (
        "unit.withdrawn",
        "诉求人撤回了工单 {number}",
        "{title}（{place}）不用再办理。",
        "The requester withdrew ticket {number}",
        "{title} ({place}) needs nothing more.",
    ),
    (
        "unit.reminded",
        "工单 {number} 即将到期",
        "{title}（{place}）办理时限 {due}。",
        "Ticket {number} is due soon",
        "{title} ({place}) is due {due}.",
    ),
    (
        "unit.escalated",
        "工单 {number} 已超过办理时限",
        "{title}（{place}）由{lead}办理，时限为 {due}，请督促。",
        "Ticket {number} is overdue",
        "{title} ({place}), with {lead}, was due {due}.",
    ),
    (
        "unit.supervised",
        "工单 {number} 被督办",
        "{title}（{place}）：请按督办要求尽快办理并反馈。",
        "Ticket {number} is under supervision",
        "{title} ({place}): please act and report.",
    ),
    (
        "unit.reopened",
        "工单 {number} 需要重新办理",
        "{title}（{place}）：诉求人反映没有解决，新的时限 {due}。",
        "Ticket {number} is open again",
        "{title} ({place}): not solved, says the requester. Now due {due}.",
    ),
    (
        "unit.review",
        "工单 {number} 有申请等待审核",
        "{title}（{place}）：{lead}提出了申请，请审核。",
        "Ticket {number} waits for your decision",
        "{title} ({place}): {lead} has asked for something.",
    ),
)
_WHISTLES = (
    (
        "unit.whistle_drafted",
        "有吹哨等待批准：{title}",
        "请决定是否请有关单位到 {place} 报到。",
        "A whistle waits for your decision: {title}",
        "Decide whether the units are called to {place}.",
    ),
    (
        "unit.whistled",
        "吹哨：{title}",
        "请到 {place} 报到。签收时限 {sign_due}，联系时限 {contact_due}，到场时限 {arrive_due}。",
        "Whistle: {title}",
        "You are called to {place}: sign by {sign_due}, contact by {contact_due}, "
        "arrive by {arrive_due}.",
    ),
    (
        "unit.whistle_late",
        "吹哨未按时应哨：{title}",
        "{place} 的吹哨有单位未按时签收或到场，请协调。",
        "A whistle goes unanswered: {title}",
        "At {place} a called unit is late. Please step in.",
    ),
)


def _moment(value: datetime | None) -> str:
    return f"{localtime(value):%Y-%m-%d %H:%M}" if value else "—"


def _ticket_facts(ticket: Ticket) -> Facts:
    """What anyone may be told of a ticket: no text and no contact."""
    # Of a ticket that follows another, the other's lead and limits count.
    handled = ticket.merged_into if ticket.merged_into and ticket.is_open else ticket
    lead = find_unit(handled.lead_unit_id) if handled.lead_unit_id else None
    place = find_place(ticket.place_id)
    return {
        "number": number_of(ticket.pk, ticket.received_at),
        "lead": lead.name if lead else "—",
        "place": place.full_name if place else "—",
        "urgency": str(Urgency(ticket.urgency).label),
        "due": _moment(handled.due_at),
        "contact_due": _moment(handled.contact_due_at),
    }


def _for_requester(ticket_ids: Sequence[int]) -> dict[int, Facts]:
    return {
        ticket.pk: _ticket_facts(ticket) | {"link": _link(ticket)}
        for ticket in Ticket.objects.filter(pk__in=ticket_ids).select_related("merged_into")
    }


def _link(ticket: Ticket) -> str:
    return f"{settings.PUBLIC_URL}/t/{sign_link('ticket', ticket.pk, ticket.link_version)}"


def _for_unit(ticket_ids: Sequence[int]) -> dict[int, Facts]:
    return {
        ticket.pk: _ticket_facts(ticket) | {"title": ticket.title}
        for ticket in Ticket.objects.filter(pk__in=ticket_ids).select_related("merged_into")
    }


def _of_whistles(whistle_ids: Sequence[int]) -> dict[int, Facts]:
    found = Whistle.objects.filter(pk__in=whistle_ids).prefetch_related("calls")
    return {whistle.pk: _whistle_facts(whistle) for whistle in found}


def _whistle_facts(whistle: Whistle) -> Facts:
    place = find_place(whistle.place_id)
    timed = [
        (each.arrive_due_at, each.pk, each) for each in whistle.calls.all() if each.arrive_due_at
    ]
    call = min(timed)[2] if timed else None
    return {
        "title": whistle.title,
        "place": place.full_name if place else "—",
        "sign_due": _moment(call.sign_due_at if call else None),
        "contact_due": _moment(call.contact_due_at if call else None),
        "arrive_due": _moment(call.arrive_due_at if call else None),
    }


def _requester_address(ticket_id: int, _at: datetime) -> Address | None:
    held = Requester.objects.filter(ticket_id=ticket_id, erased_at=None).first()
    if held is None:
        return None
    return Address(
        email=open_text(held.email_sealed),
        phone=open_text(held.phone_sealed),
        language=held.language,
    )


def _unit_address(unit_id: int, at: datetime) -> Address | None:
    unit = find_unit(unit_id)
    if unit is None or not unit.exists_on(localdate(at)):
        return None
    return Address(email=unit.email, phone=unit.phone, webhook_url=unit.webhook_url)


def declare_wordings() -> None:
    """Register wordings and address books; called once when the app is ready."""
    for words in (*_TO_REQUESTER, *_TO_UNIT, *_WHISTLES):
        declare_template(Template(*words))
    declare_book("requester", _requester_address)
    declare_book("unit", _unit_address)
    declare_wording("requester", "ticket", _for_requester)
    declare_wording("unit", "ticket", _for_unit)
    declare_wording("unit", "whistle", _of_whistles)
