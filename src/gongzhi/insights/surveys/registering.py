"""Taking in a version of a questionnaire; a version never changes once answers can name it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.commons.failures import NotThere
from gongzhi.commons.ledger.acting import done_by
from gongzhi.commons.ledger.recording import Subject, record
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.insights.surveys import events
from gongzhi.insights.surveys.instruments.filling import Prepared, prepare
from gongzhi.insights.surveys.instruments.shapes import Form, as_document, form_of
from gongzhi.insights.surveys.models import Instrument, InstrumentVersion


class CannotAdd(ValueError):
    """A questionnaire that can't be taken in, and why."""


class NoSuchSurvey(NotThere):
    """There is no such questionnaire or survey, or the reader may not see it."""


@dataclass(frozen=True, slots=True)
class Added:
    """Where a version was put."""

    instrument_id: int
    version_id: int
    number: int


@transaction.atomic
def add_version(*, form: Form, by: Actor, at: datetime) -> Added:
    """Take in a form as the next version of the questionnaire with its code."""
    require(by, "surveys.design")
    content = as_document(form)
    digest = hashlib.sha256(
        json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    ).hexdigest()
    instrument, is_new = Instrument.objects.get_or_create(
        code=form.code, defaults={"title": form.title}
    )
    # The update makes two who add at once queue up.
    Instrument.objects.filter(pk=instrument.pk).update(title=form.title)
    versions = InstrumentVersion.objects.filter(instrument=instrument)
    same = versions.filter(digest=digest).values_list("number", flat=True).first()
    if same is not None:
        raise CannotAdd(
            _("问卷 %(code)s 第 %(number)d 版已经是这个内容，没有重复导入")
            % {"code": form.code, "number": same}
        )
    number = versions.count() + 1
    version = InstrumentVersion.objects.create(
        instrument=instrument, number=number, content=content, digest=digest, added_at=at
    )
    record(
        done_by(
            by, events.VERSION_ADDED, Subject("instrument", instrument.pk), at=at, opens=is_new,
            data={"number": number, "digest": digest},
        )
    )  # fmt: skip
    return Added(instrument.pk, version.pk, number)


def prepared_version(version_id: int) -> Prepared:
    """A version with its expressions read; kept by its digest, since versions never change."""
    found = InstrumentVersion.objects.filter(pk=version_id).values_list("digest", flat=True)
    digest = found.first()
    if digest is None:
        raise NoSuchSurvey(version_id)
    return _prepared(digest, version_id)


@lru_cache(maxsize=32)
def _prepared(digest: str, version_id: int) -> Prepared:  # noqa: ARG001  the digest is the key
    return prepare(form_of(InstrumentVersion.objects.get(pk=version_id).content))
