"""Reading forms: those to fill, those asked, one whole with its cost, and its table."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.commons.organisations.queries import units
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import ACTIONS, NotPermitted, Where, reach
from gongzhi.commons.territory.queries import places
from gongzhi.insights.forms.asking import NoSuchForm, form_row
from gongzhi.insights.forms.choices import NOT_APPROVED, FieldKind, FormState
from gongzhi.insights.forms.filling import asked_row, known_for
from gongzhi.insights.forms.known import EARLIER, Known
from gongzhi.insights.forms.models import Answer, Asked, AskedForm


@dataclass(frozen=True, slots=True)
class Cost:
    """What a form costs in hours, and what was saved by not typing what is known."""

    minutes: int
    units: int
    saved_minutes: int

    @property
    def hours(self) -> float:
        return round(self.minutes * self.units / 60, 1)

    @property
    def saved_hours(self) -> float:
        return round(self.saved_minutes / 60, 1)


@dataclass(frozen=True, slots=True)
class FormRow:
    """A form in a list."""

    id: int
    title: str
    asked_by: str
    state: FormState
    asked_at: datetime
    expires: date
    copies: int
    filled: int


@dataclass(frozen=True, slots=True)
class CopyRow:
    """One community's copy in a list."""

    id: int
    form_id: int
    title: str
    place_name: str
    expires: date
    filled_at: datetime | None


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field of a copy: what is known for it, from where, and how old that is."""

    id: int
    title: str
    kind: FieldKind
    known: Known | None
    age_days: int


@dataclass(frozen=True, slots=True)
class FormView:
    """A form whole."""

    row: FormRow
    legal_basis: str
    period: str
    fields: tuple[tuple[str, bool], ...]  # title, whether a register or the record holds it
    copies: tuple[CopyRow, ...]
    cost: Cost
    asked_by_person_id: int | None


@dataclass(frozen=True, slots=True)
class CopyView:
    """A copy to fill, or as it was filled."""

    id: int
    form: FormRow
    legal_basis: str
    minutes: int
    place_name: str
    filled_at: datetime | None
    fields: tuple[FieldView, ...]
    answers: tuple[tuple[str, str, bool, str], ...]  # title, value, whether known, reason


def forms_to_fill(*, by: Actor, most: int = 50) -> list[CopyRow]:
    """Open copies that `by` may fill, what ends first first; one query."""
    mine = _mine(by, "forms.fill", "place__path")
    if mine is None:
        return []
    rows = Asked.objects.filter(mine, form__state=FormState.OPEN, filled_at=None)
    ordered = rows.select_related("form").order_by("form__expires", "pk")[:most]
    return _copies(ordered)


def forms_asked(*, by: Actor, offset: int = 0, limit: int = 20) -> tuple[list[FormRow], int]:
    """The forms asked of places within reach, newest first, and how many there are.

    Those not approved are there for who wrote or reviews them.
    """
    mine = _mine(by, "forms.ask", "copies__place__path")
    if mine is None:
        return [], 0
    ids = AskedForm.objects.filter(mine & _shown(by)).values("pk").distinct()
    rows = AskedForm.objects.filter(pk__in=ids).order_by("-asked_at", "-pk")
    return _rows(rows[offset : offset + limit]), rows.count()


def form_view(form_id: int, *, by: Actor) -> FormView:
    """One form with its copies and its cost, for those who ask or fill it.

    Where it isn't approved, for who wrote or reviews it; raises `NoSuchForm`, `NotPermitted`.
    """
    form = form_row(form_id)
    seen = form.copies.none()
    for action in _ways_to_read(form, by):
        if (mine := _mine(by, action, "place__path")) is not None:
            seen |= form.copies.filter(mine)
    copies = _copies(seen.select_related("form").order_by("place__path"))
    if not copies and form.state in NOT_APPROVED:
        raise NoSuchForm(_("没有这张表。"))
    if not copies:
        raise NotPermitted("forms.ask")
    (row,) = _rows(AskedForm.objects.filter(pk=form_id))
    fields = tuple((each.title, each.source not in {"", EARLIER}) for each in form.fields.all())
    known = Answer.objects.filter(asked__form=form, is_known=True).count()
    return FormView(
        row=row,
        legal_basis=form.legal_basis,
        period=form.period,
        fields=fields,
        copies=tuple(copies),
        cost=Cost(form.minutes, row.copies, round(form.minutes * known / max(1, len(fields)))),
        asked_by_person_id=form.asked_by_person_id,
    )


def copy_view(asked_id: int, *, by: Actor, at: datetime) -> CopyView:
    """A copy with what is known for each field, or with what was filled in."""
    asked = asked_row(asked_id, by=by)
    (row,) = _rows(AskedForm.objects.filter(pk=asked.form_id))
    known = known_for(asked, at=at) if asked.filled_at is None else {}
    today = localdate(at)
    answers = asked.answers.select_related("field").order_by("field__position")
    return CopyView(
        id=asked.pk,
        form=row,
        legal_basis=asked.form.legal_basis,
        minutes=asked.form.minutes,
        place_name=asked.place.name,
        filled_at=asked.filled_at,
        fields=tuple(
            FieldView(
                each.pk,
                each.title,
                FieldKind(each.kind),
                known.get(each.pk),
                _age(known.get(each.pk), today),
            )
            for each in asked.form.fields.all()
        ),
        answers=tuple(
            (each.field.title, each.value, each.is_known, each.reason) for each in answers
        ),
    )


def table_of(form_id: int, *, by: Actor) -> tuple[list[str], Iterator[list[str]]]:
    """The filled copies as a table: a row a community, a column a field."""
    view = form_view(form_id, by=by)
    seen = {copy.id: copy.place_name for copy in view.copies if copy.filled_at}
    rows = Answer.objects.filter(asked_id__in=seen).order_by("asked__place__path")
    found: dict[int, dict[str, str]] = {}
    for asked_id, title, value in rows.values_list("asked_id", "field__title", "value"):
        found.setdefault(asked_id, {})[title] = value
    titles = [title for title, _bound in view.fields]
    body = ([seen[pk], *(said.get(title, "") for title in titles)] for pk, said in found.items())
    return ["社区", *titles], body


def is_empty() -> bool:
    """Whether nobody was ever asked to fill a form."""
    return not AskedForm.objects.exists()


def _age(known: Known | None, today: date) -> int:
    return (today - known.as_of).days if known and known.as_of else 0


def _shown(by: Actor) -> Q:
    """All but the forms not approved, unless `by` wrote or reviews them."""
    shown = ~Q(state__in=NOT_APPROVED)
    if by.person_id is not None:
        shown |= Q(asked_by_person_id=by.person_id)
    reviewed = _mine(by, "forms.approve", "copies__place__path")
    if reviewed is None:
        return shown
    return shown | reviewed if reviewed else Q()  # empty: everywhere


def _ways_to_read(form: AskedForm, by: Actor) -> tuple[str, ...]:
    """The actions any of which opens the form to `by` at the place of a copy."""
    if form.state not in NOT_APPROVED:
        return ("forms.ask", "forms.fill")
    written = by.person_id is not None and by.person_id == form.asked_by_person_id
    return ("forms.ask", "forms.approve") if written else ("forms.approve",)


def _mine(by: Actor, action: str, path: str) -> Q | None:
    """The rows at places for which `by` may do `action`; None where there are none."""
    granted = reach(by, action)
    if granted.everywhere:
        return Q()
    held = [r for r in by.roles if ACTIONS[action].get(r.kind) is Where.PLACE]
    if not held:
        return None
    mine = Q(pk__in=())
    for role in held:
        mine |= Q(**{f"{path}__startswith": role.place_path})
    return mine


def _copies(rows: "QuerySet[Asked]") -> list[CopyRow]:
    found = list(rows)
    names = places({row.place_id for row in found})
    return [
        CopyRow(
            id=row.pk,
            form_id=row.form_id,
            title=row.form.title,
            place_name=names[row.place_id].name,
            expires=row.form.expires,
            filled_at=row.filled_at,
        )
        for row in found
    ]


def _rows(rows: "QuerySet[AskedForm]") -> list[FormRow]:
    counted = rows.annotate(
        many=Count("copies"), done=Count("copies", filter=Q(copies__filled_at__isnull=False))
    )
    found = list(counted)
    known = units({row.asked_by_unit_id for row in found if row.asked_by_unit_id})
    return [
        FormRow(
            id=row.pk,
            title=row.title,
            asked_by=known[row.asked_by_unit_id].name if row.asked_by_unit_id in known else "",
            state=FormState(row.state),
            asked_at=row.asked_at,
            expires=row.expires,
            copies=row.many,
            filled=row.done,
        )
        for row in found
    ]
