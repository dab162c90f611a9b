"""Tickets as rows of a table, for people who work on them elsewhere; never a contact."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.utils.timezone import localtime

from gongzhi.affairs.tickets.choices import Channel, RequestKind, State, Urgency
from gongzhi.affairs.tickets.models import Callback, Ticket
from gongzhi.affairs.tickets.numbers import number_of
from gongzhi.affairs.tickets.queries.lists import within_reach
from gongzhi.commons.categories.queries import category
from gongzhi.commons.organisations.actors import Actor
from gongzhi.commons.organisations.permissions import reach
from gongzhi.commons.organisations.queries import units
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.privacy.masking import mask_contacts
from gongzhi.commons.territory.queries import public_name

EXPORT_COLUMNS = (
    "工单编号",
    "诉求类型",
    "渠道",
    "事项分类",
    "紧急程度",
    "标题",
    "内容",
    "状态",
    "地点",
    "首接单位",
    "主办单位",
    "收到时间",
    "首次联系",
    "办理时限",
    "办结时间",
    "是否解决",
    "是否满意",
    "纳入考核",
)
_CHUNK = 1_000


def export_rows(
    *, by: Actor, since: datetime | None, until: datetime | None
) -> Iterator[tuple[str, ...]]:
    """The tickets within reach that came in between the two moments, oldest first, as a stream."""
    if reach(by, "tickets.export").nowhere:
        raise NotPermitted("tickets.export")
    found = Ticket.objects.filter(within_reach(by, "tickets.export"))
    if since is not None:
        found = found.filter(received_at__gte=since)
    if until is not None:
        found = found.filter(received_at__lt=until)
    return _stream(found.order_by("id").values_list("id", flat=True))


def _stream(ids: QuerySet[Ticket, int]) -> Iterator[tuple[str, ...]]:
    chunk: list[int] = []
    for ticket_id in ids.iterator(chunk_size=_CHUNK):
        chunk.append(ticket_id)
        if len(chunk) == _CHUNK:
            yield from _rows(chunk)
            chunk = []
    yield from _rows(chunk)


def _rows(ids: list[int]) -> Iterator[tuple[str, ...]]:
    tickets = list(Ticket.objects.filter(pk__in=ids).order_by("id"))
    held = {t.lead_unit_id for t in tickets} | {t.first_owner_id for t in tickets}
    names = {unit.id: unit.name for unit in units(sorted(i for i in held if i)).values()}
    answers = {
        answer.ticket_id: answer
        for answer in Callback.objects.filter(ticket_id__in=ids, state="answered").order_by("round")
    }
    for ticket in tickets:
        matter = category(ticket.category_code)
        answer = answers.get(ticket.pk)
        yield (
            number_of(ticket.pk, ticket.received_at),
            str(RequestKind(ticket.kind).label),
            str(Channel(ticket.channel).label),
            "/".join(matter.path_names) if matter else "",
            str(Urgency(ticket.urgency).label),
            mask_contacts(ticket.title),
            mask_contacts(ticket.text),
            str(State(ticket.state).label),
            public_name(ticket.place_id),
            names.get(ticket.first_owner_id or 0, ""),
            names.get(ticket.lead_unit_id or 0, ""),
            _moment(ticket.received_at),
            _moment(ticket.contacted_at),
            _moment(ticket.due_at),
            _moment(ticket.closed_at),
            str(answer.get_solved_display()) if answer else "",
            str(answer.get_satisfied_display()) if answer else "",
            "是" if ticket.assessed else "否",
        )


def _moment(value: datetime | None) -> str:
    return f"{localtime(value):%Y-%m-%d %H:%M}" if value else ""
