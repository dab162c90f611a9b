"""Whistles: units are called to one place, sign, make contact, arrive, and are rated both ways."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.tickets import events
from gongzhi.affairs.tickets.choices import OPEN_STATES, Occasion, WhistleKind, WhistleState
from gongzhi.affairs.tickets.deadlines import limit_rules
from gongzhi.affairs.tickets.lifecycle import NoSuchTicket, ticket_to_read
from gongzhi.affairs.tickets.models import Ticket, Whistle, WhistleCall
from gongzhi.commons.calendar.queries import working_time
from gongzhi.commons.ledger.recording import NewEvent, Plain, Subject, record
from gongzhi.commons.organisations.actors import SYSTEM, Actor
from gongzhi.commons.organisations.permissions import require
from gongzhi.commons.organisations.queries import standing_unit, units
from gongzhi.commons.tasks.asking import ask_for
from gongzhi.commons.territory.queries import find_place


class CannotWhistle(ValueError):
    """A step of a whistle that is refused, and why."""


@dataclass(frozen=True, slots=True)
class AgreedTask:
    """One line of a whistle's minutes: what, by which unit, until when."""

    title: str
    unit_id: int
    due_at: datetime


def _tell(whistle: Whistle, kind: str, /, *, by: Actor, at: datetime, **data: Plain) -> None:
    record(
        NewEvent(
            subject=Subject("whistle", whistle.pk),
            kind=kind,
            at=at,
            unit_id=by.unit_id,
            person_id=by.person_id,
            place_id=whistle.place_id,
            data=data,
        )
    )


def _whistle_for(by: Actor, action: str, whistle_id: int) -> Whistle:
    """The whistle, locked, once `by` is known to be allowed `action` on it."""
    whistle = Whistle.objects.select_for_update().filter(pk=whistle_id).first()
    if whistle is None:
        raise CannotWhistle(_("没有这个吹哨，或无权查看"))
    called = list(whistle.calls.values_list("unit_id", flat=True))
    require(by, action, place_path=whistle.place_path, unit_ids=called)
    return whistle


def _change(whistle: Whistle, *, standing: WhistleState, at: datetime, **changes: object) -> None:
    """Change a whistle that stands as expected, or say that it doesn't."""
    if not Whistle.objects.filter(pk=whistle.pk, state=standing).update(touched_at=at, **changes):
        raise CannotWhistle(
            _("这个吹哨现在是“%(state)s”，不能这样操作")
            % {"state": WhistleState(whistle.state).label}
        )
    for name, value in changes.items():
        setattr(whistle, name, value)


@transaction.atomic
def draft_whistle(
    *,
    kind: WhistleKind,
    occasion: Occasion,
    title: str,
    what: str,
    ticket_ids: Sequence[int],
    lead_unit_id: int,
    assist_unit_ids: Sequence[int],
    place_id: int,
    meets_at: datetime | None,
    by: Actor,
    at: datetime,
) -> int:
    """Prepare a whistle for one or more tickets; a leader has to authorise it. Returns its id."""
    place = find_place(place_id)
    if place is None:
        raise CannotWhistle(_("没有这个地点，请重新选择"))
    require(by, "whistles.blow", place_path=place.path)
    called = list(dict.fromkeys([lead_unit_id, *assist_unit_ids]))
    if not title.strip() or not what.strip():
        raise CannotWhistle(_("请写明吹哨事由和需要各单位做什么"))
    if any(standing_unit(unit_id, on=localdate(at)) is None for unit_id in called):
        raise CannotWhistle(_("被吹哨单位中有不存在的单位，请重新选择"))
    if by.unit_id is None or by.person_id is None:
        raise CannotWhistle(_("只有在岗人员可以吹哨"))
    try:
        for ticket_id in ticket_ids:
            ticket_to_read(by, "tickets.read", ticket_id)
    except NoSuchTicket as error:
        raise CannotWhistle(_("所选工单中有不存在或已经结束的工单")) from error
    tickets = list(Ticket.objects.filter(pk__in=ticket_ids, state__in=OPEN_STATES))
    if len(tickets) != len(set(ticket_ids)):
        raise CannotWhistle(_("所选工单中有不存在或已经结束的工单"))
    whistle = Whistle.objects.create(
        kind=kind,
        occasion=occasion,
        place_id=place.id,
        place_path=place.path,
        title=title.strip()[:120],
        what=what.strip(),
        initiator_unit_id=by.unit_id,
        initiator_id=by.person_id,
        drafted_at=at,
        meets_at=meets_at,
        touched_at=at,
    )
    whistle.tickets.set(tickets)
    WhistleCall.objects.bulk_create(
        [WhistleCall(whistle=whistle, unit_id=u, leads=u == lead_unit_id) for u in called]
    )
    _tell(
        whistle,
        events.WHISTLE_DRAFTED,
        by=by,
        at=at,
        kind=kind,
        occasion=occasion,
        unit=by.unit_id,
        tickets=sorted(ticket.pk for ticket in tickets),
        called=list(called),
    )
    return whistle.pk


@transaction.atomic
def authorise_whistle(
    *, whistle_id: int, approved: bool, reason: str, by: Actor, at: datetime
) -> None:
    """A leader blows the whistle, which starts the clocks of all called units, or refuses it."""
    whistle = _whistle_for(by, "whistles.authorise", whistle_id)
    if not approved and not reason.strip():
        raise CannotWhistle(_("请说明不批准的理由"))
    if not approved:
        _change(
            whistle,
            standing=WhistleState.DRAFTED,
            at=at,
            state=WhistleState.REFUSED,
            authoriser_id=by.person_id,
            minutes=reason.strip(),
        )
        _tell(whistle, events.WHISTLE_REFUSED, by=by, at=at)
        return
    _change(
        whistle,
        standing=WhistleState.DRAFTED,
        at=at,
        state=WhistleState.BLOWN,
        authoriser_id=by.person_id,
        blown_at=at,
    )
    rules = limit_rules()
    arrive = rules[f"whistle.arrive.{whistle.kind}"]
    for call in whistle.calls.all():
        time = working_time(call.unit_id)
        call.sign_due_at = time.deadline(at, rules["whistle.sign"])
        call.contact_due_at = time.deadline(at, rules["whistle.contact"])
        by_rule = time.deadline(at, arrive)
        # A meeting that passed before anybody authorised it can't be what the units are late for.
        meets = whistle.meets_at
        call.arrive_due_at = meets if meets and meets > at else by_rule
        call.save(update_fields=["sign_due_at", "contact_due_at", "arrive_due_at"])
    calls = whistle.calls.order_by("unit_id").values_list("unit_id", "arrive_due_at")
    _tell(
        whistle,
        events.WHISTLE_BLOWN,
        by=by,
        at=at,
        called=[unit_id for unit_id, _due in calls],
        arrive_due=[due.isoformat(timespec="seconds") if due else None for _unit, due in calls],
    )


def _call_of(whistle: Whistle, unit_id: int, by: Actor) -> WhistleCall:
    if unit_id not in {role.unit_id for role in by.roles}:
        raise CannotWhistle(_("只能代表本单位应哨"))
    call = whistle.calls.filter(unit_id=unit_id).first()
    if call is None:
        raise CannotWhistle(_("本单位没有被吹哨"))
    if whistle.state != WhistleState.BLOWN:
        raise CannotWhistle(
            _("这个吹哨现在是“%(state)s”，不能应哨") % {"state": WhistleState(whistle.state).label}
        )
    return call


_MARKS = {
    "signed": ("signed_at", "sign_due_at", events.WHISTLE_SIGNED),
    "contacted": ("contacted_at", "contact_due_at", events.WHISTLE_CONTACTED),
    "arrived": ("arrived_at", "arrive_due_at", events.WHISTLE_ARRIVED),
}


@transaction.atomic
def answer_whistle(*, whistle_id: int, unit_id: int, mark: str, by: Actor, at: datetime) -> None:
    """A called unit says that it has `signed`, `contacted` the street, or `arrived`; once each."""
    whistle = _whistle_for(by, "whistles.respond", whistle_id)
    call = _call_of(whistle, unit_id, by)
    if mark not in _MARKS:
        raise CannotWhistle(_("没有这一步，请重新选择"))
    moment, due, kind = _MARKS[mark]
    if not WhistleCall.objects.filter(pk=call.pk, **{moment: None}).update(**{moment: at}):
        raise CannotWhistle(_("这一步已经登记过了"))
    limit: datetime | None = getattr(call, due)
    _change(whistle, standing=WhistleState.BLOWN, at=at)
    _tell(whistle, kind, by=by, at=at, unit=unit_id, in_limit=limit is None or at <= limit)


@transaction.atomic
def decline_whistle(*, whistle_id: int, unit_id: int, reason: str, by: Actor, at: datetime) -> None:
    """A called unit refuses to come; the district looks into it (BJS, article 44)."""
    whistle = _whistle_for(by, "whistles.respond", whistle_id)
    call = _call_of(whistle, unit_id, by)
    if not reason.strip():
        raise CannotWhistle(_("请说明不能到场的理由"))
    WhistleCall.objects.filter(pk=call.pk).update(refusal=reason.strip())
    _change(whistle, standing=WhistleState.BLOWN, at=at, escalated_at=at)
    _tell(whistle, events.WHISTLE_DECLINED, by=by, at=at, unit=unit_id)


@transaction.atomic
def write_minutes(
    *, whistle_id: int, minutes: str, tasks: Sequence[AgreedTask], by: Actor, at: datetime
) -> None:
    """Write down what was agreed on the spot; each line becomes a task with owner and date."""
    whistle = _whistle_for(by, "whistles.close", whistle_id)
    if not minutes.strip():
        raise CannotWhistle(_("请填写会商纪要"))
    called = set(whistle.calls.values_list("unit_id", flat=True))
    if any(task.unit_id not in called for task in tasks):
        raise CannotWhistle(_("任务只能交给被吹哨的单位"))
    _change(whistle, standing=WhistleState.BLOWN, at=at, minutes=minutes.strip())
    _tell(whistle, events.WHISTLE_MINUTED, by=by, at=at, tasks=len(tasks))
    for task in tasks:
        ask_for(
            subject=Subject("whistle", whistle.pk),
            title=task.title,
            unit_id=task.unit_id,
            place_id=whistle.place_id,
            due_at=task.due_at,
            by=by,
            at=at,
        )


@transaction.atomic
def report_part(*, whistle_id: int, unit_id: int, text: str, by: Actor, at: datetime) -> None:
    """A called unit reports what it did."""
    whistle = _whistle_for(by, "whistles.respond", whistle_id)
    call = _call_of(whistle, unit_id, by)
    if not text.strip():
        raise CannotWhistle(_("请填写办理情况"))
    WhistleCall.objects.filter(pk=call.pk).update(report=text.strip())
    _change(whistle, standing=WhistleState.BLOWN, at=at)
    _tell(whistle, events.WHISTLE_REPORTED, by=by, at=at, unit=unit_id)


@transaction.atomic
def rate_whistle(
    *,
    whistle_id: int,
    unit_id: int,
    of_unit: bool,
    rating: int,
    remark: str,
    by: Actor,
    at: datetime,
) -> None:
    """One side rates the other, 1 to 5: the street the unit (`of_unit`), the unit the whistle."""
    whistle = _whistle_for(by, "whistles.rate", whistle_id)
    call = whistle.calls.filter(unit_id=unit_id).first()
    if call is None or not 1 <= rating <= 5:
        raise CannotWhistle(_("评价为 1 到 5 分，且只能评价参加的单位"))
    ours = unit_id in {role.unit_id for role in by.roles}
    if of_unit == ours:
        raise CannotWhistle(_("不能评价自己；吹哨方评价单位，单位评价吹哨"))
    if of_unit:  # for the side that called; a called unit has no say on another
        require(by, "whistles.close", place_path=whistle.place_path)
    if whistle.state not in {WhistleState.BLOWN, WhistleState.CLOSED}:
        raise CannotWhistle(_("吹哨以后才能评价"))
    side = "of_unit" if of_unit else "of_whistle"
    WhistleCall.objects.filter(pk=call.pk).update(
        **{f"rating_{side}": rating, f"remark_{side}": remark.strip()}
    )
    _tell(
        whistle,
        events.WHISTLE_RATED,
        by=by,
        at=at,
        unit=unit_id,
        of_unit=of_unit,
        rating=rating,
    )


@transaction.atomic
def close_whistle(*, whistle_id: int, by: Actor, at: datetime) -> None:
    """End the whistle; its tickets go on with their leads. Needs minutes and the lead's report."""
    whistle = _whistle_for(by, "whistles.close", whistle_id)
    if not whistle.minutes:
        raise CannotWhistle(_("请先填写会商纪要再销哨"))
    lead = whistle.calls.filter(leads=True).first()
    if lead is not None and not lead.report:
        raise CannotWhistle(_("主办单位还没有报告办理情况，不能销哨"))
    _change(whistle, standing=WhistleState.BLOWN, at=at, state=WhistleState.CLOSED, closed_at=at)
    came = list(whistle.calls.filter(arrived_at__isnull=False).values_list("unit_id", flat=True))
    kinds = sorted({str(unit.kind) for unit in units(came).values()})
    _tell(whistle, events.WHISTLE_CLOSED, by=by, at=at, arrived=len(came), kinds=list(kinds))


def escalate_late_calls(*, at: datetime, most: int = 200) -> int:
    """Tell the district of whistles where a called unit is late to sign or to arrive; once each."""
    late_to_sign = Q(signed_at=None, sign_due_at__lte=at)
    late_to_arrive = Q(arrived_at=None, arrive_due_at__lte=at)
    late = WhistleCall.objects.filter(
        late_to_sign | late_to_arrive,
        whistle__state=WhistleState.BLOWN,
        whistle__escalated_at=None,
    )
    count = 0
    for call in late.select_related("whistle").order_by("id")[:most]:
        with transaction.atomic():
            standing = Whistle.objects.filter(pk=call.whistle_id, escalated_at=None)
            if standing.update(escalated_at=at, touched_at=at):
                _tell(call.whistle, events.WHISTLE_ESCALATED, by=SYSTEM, at=at, unit=call.unit_id)
                count += 1
    return count
