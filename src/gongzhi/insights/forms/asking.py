"""Asking communities to fill a form: on which ground, until when, at what cost; and the gate."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.commons.failures import NotThere
from gongzhi.commons.ledger.recording import NewEvent, Plain, Subject, record
from gongzhi.commons.organisations.queries import UnitView, units_at
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.tasks.work_list import needs_approval
from gongzhi.commons.territory.queries import find_place
from gongzhi.insights.forms.choices import FieldKind, FormState
from gongzhi.insights.forms.events import APPROVED, ASKED, CLOSED, REFUSED
from gongzhi.insights.forms.known import sources
from gongzhi.insights.forms.models import Asked, AskedField, AskedForm
from gongzhi.insights.indicators.periods import CannotTellPeriod, period_named

DEFAULT_DAYS, MOST_DAYS = 30, 366
MOST_FIELDS, MOST_MINUTES = 60, 600


class CannotAsk(ValueError):
    """A form that can't be asked, with the field at fault and why."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class NoSuchForm(NotThere):
    """No form has this number, or it isn't the reader's."""


@dataclass(frozen=True, slots=True)
class NewField:
    """One field; `source` binds it to what is known."""

    title: str
    source: str = ""
    kind: str = FieldKind.TEXT.value


@dataclass(frozen=True, slots=True, kw_only=True)
class NewForm:
    """What is asked, of whom, why, and what it costs."""

    title: str
    legal_basis: str
    period: str
    minutes: int
    fields: tuple[NewField, ...]
    communities: tuple[int, ...]
    category_code: str = ""
    expires: date | None = None  # none: in thirty days


def ask_form(*, new: NewForm, by: Actor, at: datetime) -> int:
    """Ask communities to fill a form; outside their work list it waits for approval first."""
    expires = _checked(new, at)
    asked = [_unit_of(place_id) for place_id in dict.fromkeys(new.communities)]
    paths = {unit.place_id: _path(unit.place_id) for unit in asked}
    for unit in asked:
        require(by, "forms.ask", place_path=paths[unit.place_id])
    gated = any(
        needs_approval(
            unit=unit,
            unit_path=paths[unit.place_id],
            category_code=new.category_code,
            by=by,
            at=at,
        )
        for unit in asked
    )
    state = FormState.WAITING if gated else FormState.OPEN
    with transaction.atomic():
        form = AskedForm.objects.create(
            title=new.title.strip(),
            asked_by_unit_id=by.unit_id,
            asked_by_person_id=by.person_id,
            legal_basis=new.legal_basis.strip(),
            category_code=new.category_code,
            period=str(period_named(new.period)),
            minutes=new.minutes,
            state=state,
            asked_at=at,
            expires=expires,
        )
        AskedField.objects.bulk_create(
            AskedField(
                form=form, position=n, title=each.title.strip(), kind=each.kind, source=each.source
            )
            for n, each in enumerate(new.fields, start=1)
        )
        Asked.objects.bulk_create(
            Asked(form=form, unit_id=unit.id, place_id=unit.place_id) for unit in asked
        )
        data: dict[str, Plain] = {
            "units": len(asked),
            "fields": len(new.fields),
            "bound": sum(1 for each in new.fields if each.source),
            "minutes": new.minutes,
            "expires": expires.isoformat(),
            "state": state.value,
        }
        tell(form.pk, ASKED, by=by, at=at, data=data, opens=True)
    return form.pk


def decide_form(*, form_id: int, approved: bool, by: Actor, at: datetime) -> None:
    """Approve or refuse a form outside the work list; never by whoever asked for it."""
    form = form_row(form_id)
    for path in form.copies.values_list("place__path", flat=True):
        require(by, "forms.approve", place_path=path)
    if by.person_id is not None and by.person_id == form.asked_by_person_id:
        raise CannotAsk("", _("不能批准自己提出的表，请由上级另一位负责人决定。"))
    with transaction.atomic():
        state = FormState.OPEN if approved else FormState.REFUSED
        _move(form_id, FormState.WAITING, state)
        tell(form_id, APPROVED if approved else REFUSED, by=by, at=at)


def close_form(*, form_id: int, by: Actor, at: datetime) -> None:
    """Ask for it no more; what was filled in stays."""
    form = form_row(form_id)
    for path in form.copies.values_list("place__path", flat=True):
        require(by, "forms.ask", place_path=path)
    with transaction.atomic():
        _move(form_id, FormState.OPEN, FormState.CLOSED)
        tell(form_id, CLOSED, by=by, at=at)


def form_row(form_id: int) -> AskedForm:
    """The form; raises `NoSuchForm`."""
    form = AskedForm.objects.filter(pk=form_id).first()
    if form is None:
        raise NoSuchForm(_("没有这张表。"))
    return form


def tell(
    form_id: int,
    kind: str,
    *,
    by: Actor,
    at: datetime,
    data: dict[str, Plain] | None = None,
    place_id: int | None = None,
    unit_id: int | None = None,
    opens: bool = False,
) -> None:
    """Write an event of a form, in the action's transaction."""
    record(
        NewEvent(
            Subject("form", form_id),
            kind,
            at,
            unit_id=unit_id or by.unit_id,
            person_id=by.person_id,
            place_id=place_id,
            data=data or {},
            opens=opens,
        )
    )


def _move(form_id: int, standing: FormState, to: FormState) -> None:
    moved = AskedForm.objects.filter(pk=form_id, state=standing)
    if not moved.update(state=to, sent=F("sent")):
        raise CannotAsk("", _("这张表现在不能这样操作，请刷新再看。"))


def _checked(new: NewForm, at: datetime) -> date:
    today = localdate(at)
    expires = new.expires or today + timedelta(days=DEFAULT_DAYS)
    titles = [each.title.strip() for each in new.fields]
    known = {source.code for source in sources()}
    faults = {
        "title": (not 0 < len(new.title.strip()) <= 120, _("请写表名，不超过 120 字。")),
        "legal_basis": (
            not 0 < len(new.legal_basis.strip()) <= 300,
            _("请写要求填这张表的依据（文件名和条款），没有依据的表不能发。"),
        ),
        "minutes": (
            not 0 < new.minutes <= MOST_MINUTES,
            _("请估计一个社区手工填要几分钟（1–%(most)d）。") % {"most": MOST_MINUTES},
        ),
        "expires": (
            not today <= expires <= today + timedelta(days=MOST_DAYS),
            _("截止日期要在今天以后、一年以内。"),
        ),
        "communities": (not new.communities, _("请选择填表的社区。")),
        "fields": (
            not 0 < len(titles) <= MOST_FIELDS
            or not all(0 < len(title) <= 100 for title in titles)
            or len(set(titles)) != len(titles)
            or any(each.source and each.source not in known for each in new.fields)
            or any(each.kind not in FieldKind.values for each in new.fields),
            _("请列出 1–%(most)d 个项目，名称不重复、不超过 100 字，来源从已有的里选。")
            % {"most": MOST_FIELDS},
        ),
    }
    for field, (wrong, words) in faults.items():
        if wrong:
            raise CannotAsk(field, words)
    try:
        period_named(new.period)
    except CannotTellPeriod as error:
        raise CannotAsk("period", str(error)) from error
    return expires


def _unit_of(place_id: int) -> UnitView:
    place = find_place(place_id)
    found = units_at(place_id, ["residents_committee"]) if place else []
    if place is None or place.kind != "community" or not found:
        raise CannotAsk("communities", _("请选择有居委会的社区。"))
    return found[0]


def _path(place_id: int) -> str:
    place = find_place(place_id)
    return place.path if place else ""
