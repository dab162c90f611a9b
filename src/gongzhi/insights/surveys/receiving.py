"""Taking an answer in: once, checked against the version, words apart, and nobody named."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.commons.calendar.days import beginning_of_day
from gongzhi.commons.ledger.acting import done_by
from gongzhi.commons.ledger.recording import NewEvent, Plain, Subject, record, record_many
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.privacy.blind_index import CannotIndex, code_indexes
from gongzhi.commons.privacy.encryption import seal_text
from gongzhi.commons.privacy.masking import mask_contacts
from gongzhi.commons.territory.queries import find_place, place
from gongzhi.insights.surveys import events
from gongzhi.insights.surveys.choices import Channel, Outcome, SurveyState
from gongzhi.insights.surveys.instruments.answering import Checked, Fault, check_answers
from gongzhi.insights.surveys.instruments.filling import Prepared
from gongzhi.insights.surveys.models import FreeText, Response, SampleUnit, Survey
from gongzhi.insights.surveys.registering import NoSuchSurvey, prepared_version

_KEY = re.compile(r"[A-Za-z0-9-]{16,64}")
_BY_STAFF = frozenset({Channel.PAPER, Channel.INTERVIEW, Channel.IMPORT})


class CannotRespond(ValueError):
    """An answer that is refused whole: closed, a code that is none or used, nothing in it."""


class BadAnswers(ValueError):
    """Answers that have to be mended first; `faults` says which and how."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("；".join(f"{each.path}：{each.reason}" for each in faults[:5]))


@dataclass(frozen=True, slots=True)
class NewResponse:
    """Answers as they come: by question, with the key that makes a retry harmless."""

    given: Mapping[str, Any]
    key: str
    channel: Channel
    code: str = ""
    place_id: int | None = None  # the respondent's community, where there is no code
    weight: float = 1.0
    language: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """The response's id, and whether it had come before."""

    response_id: int
    again: bool


def receive_response(*, survey_id: int, new: NewResponse, by: Actor, at: datetime) -> Received:
    """Keep one response; sent again with the same key, it is found and not kept twice.

    A code is good for one response. What is kept knows the stratum and the cluster of the code,
    not the household, and the day, not the moment. Raises CannotRespond, BadAnswers.
    """
    if not _KEY.fullmatch(new.key):
        raise CannotRespond(_("缺少防重复的编号，请重新打开页面"))
    came = _found(survey_id, new.key)
    if came is not None:
        return Received(came, again=True)
    try:
        with transaction.atomic():
            return Received(_receive(survey_id, new, by=by, at=at), again=False)
    except IntegrityError:
        came = _found(survey_id, new.key)
        if came is None:
            raise
        return Received(came, again=True)


def _found(survey_id: int, key: str) -> int | None:
    same = Response.objects.filter(survey_id=survey_id, key=key)
    return same.values_list("pk", flat=True).first()


def _receive(survey_id: int, new: NewResponse, *, by: Actor, at: datetime) -> int:
    survey = open_for_answers(survey_id, at=at)
    unit = _take_code(survey, new.code) if new.code else None
    if unit is None and not survey.open_to_all and new.channel != Channel.IMPORT:
        raise CannotRespond(_("这次调查凭码填写，请输入纸条上的码"))
    home = place(unit.cluster_id).id if unit else _community(survey, new.place_id)
    action = "surveys.field" if new.channel in _BY_STAFF else "surveys.answer"
    require(by, action, place_path=place(home or survey.place_id).path)
    checked = _checked(prepared_version(survey.version_id), new, at=at)
    row = _row(survey, new, checked, at=at)
    if unit is not None:
        row.stratum_id, row.cluster_id = unit.stratum_id, unit.cluster_id
        row.place_id, row.weight = unit.stratum.place_id, unit.weight
    else:
        row.place_id = home
    row.save(force_insert=True)
    FreeText.objects.bulk_create(_texts(row, checked, at=at))
    record(_event(row, by=by, at=at))
    return row.pk


def open_for_answers(survey_id: int, *, at: datetime) -> Survey:
    """The survey if answers are taken now; raises NoSuchSurvey, CannotRespond."""
    survey = Survey.objects.filter(pk=survey_id).first()
    if survey is None or survey.state == SurveyState.DRAFTED:
        raise NoSuchSurvey(survey_id)
    if survey.state == SurveyState.CLOSED or localdate(at) > survey.ends:
        raise CannotRespond(_("这次调查已经结束，谢谢您"))
    return survey


def unit_of_code(code: str) -> tuple[int, bool] | None:
    """The survey a code belongs to and whether it is still unused; None for no such code."""
    try:
        indexes = code_indexes(code)
    except CannotIndex:
        return None
    unit = SampleUnit.objects.filter(code_index__in=indexes).first()
    return (unit.survey_id, unit.outcome != Outcome.ANSWERED) if unit else None


def _take_code(survey: Survey, code: str) -> SampleUnit:
    """Use a code up by a conditional update, so that of two at once one is refused."""
    try:
        indexes = code_indexes(code)
    except CannotIndex:
        indexes = ()
    unit = (
        SampleUnit.objects.select_related("stratum")
        .filter(survey=survey, code_index__in=indexes)
        .first()
    )
    if unit is None:
        raise CannotRespond(_("没有这个码，请核对纸条"))
    unused = SampleUnit.objects.filter(pk=unit.pk).exclude(outcome=Outcome.ANSWERED)
    if not unused.update(outcome=Outcome.ANSWERED):
        raise CannotRespond(_("这个码已经用过了，每个码只能交一份"))
    return unit


def _community(survey: Survey, place_id: int | None) -> int | None:
    view = find_place(place_id)
    if view is None:
        return None
    if view.kind != "community" or not view.path.startswith(place(survey.place_id).path):
        raise CannotRespond(_("所选社区不在这次调查的范围里"))
    return view.id


def _checked(prepared: Prepared, new: NewResponse, *, at: datetime) -> Checked:
    checked = check_answers(prepared, new.given, today=localdate(at), language=new.language)
    if checked.faults:
        raise BadAnswers(checked.faults)
    if checked.is_empty:
        raise CannotRespond(_("一题也没有回答"))
    return checked


def _row(survey: Survey, new: NewResponse, checked: Checked, *, at: datetime) -> Response:
    return Response(
        survey=survey, channel=new.channel, key=new.key, answers=checked.answers,
        weight=new.weight, received_on=localdate(at),
    )  # fmt: skip


def _texts(row: Response, checked: Checked, *, at: datetime) -> list[FreeText]:
    return [
        FreeText(
            response=row, path=path, sealed=seal_text(mask_contacts(text)),
            received_on=localdate(at),
        )
        for path, text in checked.texts.items()
    ]  # fmt: skip


def _event(row: Response, *, by: Actor, at: datetime) -> NewEvent:
    """That an answer came: its day (not the minute), its channel, a digest of coded answers."""
    body = json.dumps(row.answers, ensure_ascii=False, sort_keys=True).encode()
    data: dict[str, Plain] = {
        "survey": row.survey_id,
        "channel": str(row.channel),
        "digest": hashlib.sha256(row.key.encode() + body).hexdigest(),
    }
    return done_by(
        by, events.RESPONSE_RECEIVED, Subject("response", row.pk), at=beginning_of_day(at),
        data=data, place_id=row.place_id, opens=True,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """A response collected elsewhere, with the row of the file it stands in."""

    number: int
    new: NewResponse


@transaction.atomic
def import_responses(
    *, survey_id: int, rows: Sequence[ImportedRow], by: Actor, at: datetime, skip: bool = False
) -> tuple[int, list[tuple[int, Fault]]]:
    """Keep responses collected elsewhere, all or with `skip` the good ones.

    Returns how many were kept and the faults by row; without `skip` a fault keeps nothing.
    A row that came before (the same key) is not kept twice.
    """
    survey = Survey.objects.filter(pk=survey_id).first()
    if survey is None:
        raise NoSuchSurvey(survey_id)
    require(by, "surveys.design", place_path=place(survey.place_id).path)
    prepared = prepared_version(survey.version_id)
    keys = {row.new.key for row in rows}
    there = set(Response.objects.filter(survey=survey, key__in=keys).values_list("key", flat=True))
    kept: list[tuple[Response, Checked]] = []
    faults: list[tuple[int, Fault]] = []
    for row in rows:
        if row.new.key in there:
            continue
        there.add(row.new.key)
        try:
            checked = _checked(prepared, row.new, at=at)
        except BadAnswers as refused:
            faults += [(row.number, fault) for fault in refused.faults]
        except CannotRespond as refused:
            faults.append((row.number, Fault("", str(refused))))
        else:
            made = _row(survey, row.new, checked, at=at)
            made.place_id = _community(survey, row.new.place_id)
            kept.append((made, checked))
    if faults and not skip:
        return 0, faults
    Response.objects.bulk_create([row for row, _checked_ in kept])
    FreeText.objects.bulk_create(
        [text for row, checked in kept for text in _texts(row, checked, at=at)]
    )
    record_many([_event(row, by=by, at=at) for row, _checked_ in kept])
    record(
        done_by(
            by, events.RESPONSES_IMPORTED, Subject("survey", survey.pk), at=at,
            data={"responses": len(kept)}, place_id=survey.place_id,
        )
    )  # fmt: skip
    return len(kept), faults


@transaction.atomic
def receive_many(
    *, survey_id: int, letters: Sequence[tuple[NewResponse, datetime]], by: Actor
) -> int:
    """Keep many responses by code under the same rules as one, in a fixed number of queries.

    All or none: the first that can't be taken undoes them. Returns how many were kept.
    """
    require(by, "surveys.answer")
    if not letters:
        return 0
    survey = open_for_answers(survey_id, at=max(at for _new, at in letters))
    prepared = prepared_version(survey.version_id)
    units = _units_of(survey_id, [new.code for new, _at in letters])
    kept: list[tuple[Response, Checked, datetime]] = []
    for new, at in letters:
        unit = units.pop(code_indexes(new.code)[0], None)
        if unit is None:
            raise CannotRespond(_("没有这个码，请核对纸条"))
        checked = _checked(prepared, new, at=at)
        row = _row(survey, new, checked, at=at)
        row.stratum_id, row.cluster_id = unit.stratum_id, unit.cluster_id
        row.place_id, row.weight = unit.stratum.place_id, unit.weight
        kept.append((row, checked, at))
    Response.objects.bulk_create([row for row, _checked_, _at in kept])
    FreeText.objects.bulk_create(
        [text for row, checked, at in kept for text in _texts(row, checked, at=at)]
    )
    record_many([_event(row, by=by, at=at) for row, _checked_, at in kept])
    return len(kept)


def _units_of(survey_id: int, codes: Sequence[str]) -> dict[str, SampleUnit]:
    """The unused units of these codes by index, used up here."""
    indexes = [code_indexes(code)[0] for code in codes]
    found = SampleUnit.objects.filter(survey_id=survey_id, code_index__in=indexes)
    fresh = found.exclude(outcome=Outcome.ANSWERED).select_related("stratum")
    units = {unit.code_index: unit for unit in fresh}
    SampleUnit.objects.filter(pk__in=[unit.pk for unit in units.values()]).update(
        outcome=Outcome.ANSWERED
    )
    return units
