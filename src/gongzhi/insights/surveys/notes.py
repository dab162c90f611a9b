"""Interviews, talks and walks: notes without names, passages under codes, quotes for reports."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.commons.ledger.acting import done_by
from gongzhi.commons.ledger.recording import Subject, record
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.privacy.encryption import open_text, seal_text
from gongzhi.commons.privacy.masking import mask_contacts
from gongzhi.commons.territory.queries import place
from gongzhi.insights.surveys import events
from gongzhi.insights.surveys.choices import NoteKind
from gongzhi.insights.surveys.fieldwork import survey_for
from gongzhi.insights.surveys.models import Code, FieldNote, Quote
from gongzhi.insights.surveys.registering import NoSuchSurvey

_LONGEST = 20_000


class CannotNote(ValueError):
    """A note or quote that is refused, and why."""


@dataclass(frozen=True, slots=True)
class NewNote:
    """What was said, where and when; who said it is not asked."""

    kind: NoteKind
    place_id: int
    held_on: date
    text: str


@transaction.atomic
def take_note(*, survey_id: int, new: NewNote, by: Actor, at: datetime) -> int:
    """Keep a note, telephone and identity numbers masked at once; returns its id."""
    survey = survey_for(by, "surveys.field", survey_id)
    home = place(new.place_id)
    require(by, "surveys.field", place_path=home.path)
    text = new.text.strip()
    if not text:
        raise CannotNote(_("请写下谈话的要点"))
    if len(text) > _LONGEST:
        raise CannotNote(_("最多 %(most)d 个字") % {"most": _LONGEST})
    if new.held_on > localdate(at):
        raise CannotNote(_("日期在今天以后"))
    note = FieldNote.objects.create(
        survey=survey, kind=new.kind, place_id=home.id, held_on=new.held_on,
        text_sealed=seal_text(mask_contacts(text)),
    )  # fmt: skip
    record(
        done_by(
            by, events.NOTE_TAKEN, Subject("field_note", note.pk), at=at, place_id=home.id,
            opens=True, data={"survey": survey.pk, "kind": new.kind.value},
        )
    )  # fmt: skip
    return note.pk


@transaction.atomic
def check_note(*, note_id: int, text: str, by: Actor, at: datetime) -> None:
    """Somebody has read the note and taken out what could tell who spoke; now it may be quoted."""
    note = _note(note_id, by)
    cleaned = text.strip()
    if not cleaned or len(cleaned) > _LONGEST:
        raise CannotNote(_("请留下可以引用的文字"))
    unchecked = FieldNote.objects.filter(pk=note.pk, checked=False, erased_at=None)
    if not unchecked.update(checked=True, text_sealed=seal_text(mask_contacts(cleaned))):
        raise CannotNote(_("这份记录已经核对过"))
    record(
        done_by(
            by, events.NOTE_CHECKED, Subject("field_note", note.pk), at=at,
            place_id=note.place_id, data={"survey": note.survey_id},
        )
    )  # fmt: skip


@transaction.atomic
def add_quote(*, note_id: int, code: str, passage: str, by: Actor, at: datetime) -> int:
    """Put a passage of a checked note, word for word, under a code of the codebook."""
    note = _note(note_id, by)
    name, words = code.strip(), passage.strip()
    if not 1 <= len(name) <= 40:
        raise CannotNote(_("编码 1 到 40 个字"))
    if not note.checked or note.erased_at is not None:
        raise CannotNote(_("先核对记录里没有能认出人的内容，再引用"))
    if not words or words not in open_text(note.text_sealed):
        raise CannotNote(_("引语要与记录一字不差"))
    if len(words) > 500:
        raise CannotNote(_("引语最多 500 个字"))
    found, _made = Code.objects.get_or_create(survey_id=note.survey_id, name=name)
    quote = Quote.objects.create(note=note, code=found, text_sealed=seal_text(words))
    record(
        done_by(
            by, events.NOTE_QUOTED, Subject("field_note", note.pk), at=at,
            place_id=note.place_id, data={"survey": note.survey_id},
        )
    )  # fmt: skip
    return quote.pk


def _note(note_id: int, by: Actor) -> FieldNote:
    note = FieldNote.objects.filter(pk=note_id).first()
    if note is None:
        raise NoSuchSurvey(note_id)
    require(by, "surveys.field", place_path=place(note.place_id).path)
    return note
