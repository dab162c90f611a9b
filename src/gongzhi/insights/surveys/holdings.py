"""What surveys hold in people's own words: sealed, and erased in time or on its own."""

from datetime import datetime

from django.utils.timezone import localdate

from gongzhi.commons.ledger.acting import done_by
from gongzhi.commons.ledger.recording import Subject, record_many
from gongzhi.commons.permissions.actors import SYSTEM
from gongzhi.commons.privacy.encryption import declare_sealed_column
from gongzhi.commons.privacy.retention import RetentionRule, declare_retention
from gongzhi.insights.surveys import events
from gongzhi.insights.surveys.models import FieldNote, FreeText, Quote


def erase_texts(*, cutoff: datetime, limit: int, at: datetime) -> int:
    """Erase answers in words that came before `cutoff`; the coded answers stay."""
    old = FreeText.objects.filter(erased_at=None, received_on__lt=localdate(cutoff))
    rows = list(old.order_by("received_on", "id").values_list("pk", "response_id")[:limit])
    FreeText.objects.filter(pk__in=[pk for pk, _response in rows]).update(sealed="", erased_at=at)
    record_many(
        [
            done_by(SYSTEM, events.TEXTS_ERASED, Subject("response", response), at=at)
            for response in dict.fromkeys(response for _pk, response in rows)
        ]
    )
    return len(rows)


def erase_notes(*, cutoff: datetime, limit: int, at: datetime) -> int:
    """Erase the words of notes taken before `cutoff`, and the quotes from them."""
    old = FieldNote.objects.filter(erased_at=None, held_on__lt=localdate(cutoff))
    ids = list(old.order_by("held_on", "id").values_list("pk", flat=True)[:limit])
    Quote.objects.filter(note_id__in=ids).delete()
    FieldNote.objects.filter(pk__in=ids).update(text_sealed="", erased_at=at)
    record_many(
        [done_by(SYSTEM, events.NOTE_ERASED, Subject("field_note", pk), at=at) for pk in ids]
    )
    return len(ids)


def declare_privacy() -> None:
    """Register sealed columns and retention; called once when the app is ready."""
    declare_sealed_column("surveys.SampleUnit", "code_sealed")
    declare_sealed_column("surveys.FreeText", "sealed")
    declare_sealed_column("surveys.FieldNote", "text_sealed")
    declare_sealed_column("surveys.Quote", "text_sealed")
    declare_retention(RetentionRule("surveys.texts", "调查问卷里的文字回答", 365, erase_texts))
    declare_retention(RetentionRule("surveys.notes", "访谈和座谈记录", 730, erase_notes))
