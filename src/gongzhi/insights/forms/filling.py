"""Filling a form: what is known is confirmed or overridden with a reason, the rest is typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.commons.ledger.recording import Plain
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.insights.forms.asking import NoSuchForm, tell
from gongzhi.insights.forms.choices import NOT_APPROVED, FieldKind, FormState
from gongzhi.insights.forms.events import FILLED
from gongzhi.insights.forms.known import Known, Wanted, known_values
from gongzhi.insights.forms.models import Answer, Asked, AskedField, AskedForm
from gongzhi.insights.indicators.periods import period_named


class CannotFill(ValueError):
    """A form that can't be filled so, with the fields at fault and why."""

    def __init__(self, words: str, faults: Mapping[int, str] | None = None) -> None:
        super().__init__(words)
        self.faults = dict(faults or {})


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody wrote into a field, and why where it isn't what is known."""

    value: str
    reason: str = ""


def known_for(asked: Asked, *, at: datetime) -> dict[int, Known]:
    """What is known for the fields of a copy."""
    wanted = [Wanted(each.pk, each.title, each.source) for each in asked.form.fields.all()]
    return known_values(
        wanted,
        unit_id=asked.unit_id,
        place_id=asked.place_id,
        period=period_named(asked.form.period),
        at=at,
    )


def asked_row(asked_id: int, *, by: Actor) -> Asked:
    """A copy that `by` may fill; raises `NoSuchForm` and `NotPermitted`."""
    row = Asked.objects.filter(pk=asked_id).select_related("form", "place").first()
    if row is None:
        raise NoSuchForm(_("没有这张表。"))
    require(by, "forms.fill", place_path=row.place.path)
    if row.form.state in NOT_APPROVED:
        raise NoSuchForm(_("没有这张表。"))
    return row


def fill_form(*, asked_id: int, given: Mapping[int, Given], by: Actor, at: datetime) -> None:
    """Send a form. A field left empty takes what is known; something else needs a reason."""
    asked = asked_row(asked_id, by=by)
    if localdate(at) > asked.form.expires:
        raise CannotFill(_("这张表已过截止日期，不用再填。"))
    known = known_for(asked, at=at)
    answers, faults = [], {}
    for field in asked.form.fields.all():
        try:
            answers.append(_answer(asked, field, given.get(field.pk), known.get(field.pk)))
        except CannotFill as wrong:
            faults[field.pk] = str(wrong)
    if faults:
        raise CannotFill(_("有几项还要改，见下面。"), faults)
    with transaction.atomic():
        open_form = AskedForm.objects.filter(pk=asked.form_id, state=FormState.OPEN)
        if not open_form.update(sent=F("sent") + 1):
            raise CannotFill(_("这张表现在不在填报中。"))
        if not Asked.objects.filter(pk=asked_id, filled_at=None).update(filled_at=at):
            raise CannotFill(_("这张表已经填过了。"))
        Answer.objects.bulk_create(answers)
        data: dict[str, Plain] = {
            "asked": len(answers),
            "filled": sum(1 for each in answers if each.is_known),
            "overridden": sum(1 for each in answers if each.reason),
        }
        tell(
            asked.form_id,
            FILLED,
            by=by,
            at=at,
            data=data,
            place_id=asked.place_id,
            unit_id=asked.unit_id,
        )


def _answer(asked: Asked, field: AskedField, given: Given | None, known: Known | None) -> Answer:
    value = (given.value if given else "").strip()
    reason = (given.reason if given else "").strip()
    if known is not None and value in {"", known.value}:
        return Answer(asked=asked, field=field, value=known.value, is_known=True)
    if not value:
        raise CannotFill(_("请填“%(title)s”。") % {"title": field.title})
    if len(value) > 1000 or len(reason) > 300:
        raise CannotFill(_("内容不超过 1000 字，理由不超过 300 字。"))
    value = _checked(value, FieldKind(field.kind), field.title)
    if known is not None and not reason:
        raise CannotFill(
            _("已有数据是“%(known)s”（%(source)s），要改请写明理由。")
            % {"known": known.value, "source": known.source}
        )
    return Answer(
        asked=asked,
        field=field,
        value=value,
        is_known=False,
        source_said=known.value if known else "",
        reason=reason if known else "",
    )


def _checked(value: str, kind: FieldKind, title: str) -> str:
    if kind is FieldKind.NUMBER:
        try:
            number = Decimal(value.replace(",", "").replace("，", ""))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise CannotFill(_("“%(title)s”要写数字。") % {"title": title})
        return str(number)
    if kind is FieldKind.DAY:
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError as error:
            raise CannotFill(
                _("“%(title)s”要写日期，如 2026-10-08。") % {"title": title}
            ) from error
    return value.replace("\x00", "")
