"""Bringing an invented survey to life: drawn, in the field, and answered as invented people do.

A community has a mood of its own and each service a standing of its own; answers scatter around
both. Some people are not at home, some decline, some skip a question, some write a line.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.utils.timezone import localdate

from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.territory.queries import district
from gongzhi.insights.surveys.choices import Channel, NoteKind, Outcome
from gongzhi.insights.surveys.estimating import KANO_WITH, KANO_WITHOUT
from gongzhi.insights.surveys.fieldwork import (
    NewSurvey,
    SampleDesign,
    Slip,
    draft_survey,
    draw_sample,
    note_outcome,
    open_survey,
    print_slips,
)
from gongzhi.insights.surveys.instruments.filling import Filling
from gongzhi.insights.surveys.instruments.shapes import ASKED, Item, Kind
from gongzhi.insights.surveys.notes import NewNote, add_quote, check_note, take_note
from gongzhi.insights.surveys.queries import progress_of
from gongzhi.insights.surveys.receiving import NewResponse, receive_many
from gongzhi.insights.surveys.registering import prepared_version
from gongzhi.simulation.staff import Staff

_ANSWERS, _DECLINES, _AWAY = 0.58, 0.06, 0.08
_DAYS = 12
# How people feel with a service and without it, from "I would like it" to "I would dislike it".
_FELT: dict[str, tuple[Sequence[int], Sequence[int]]] = {
    "canteen": ([8, 1, 3, 0, 0], [0, 1, 6, 3, 2]),
    "lights": ([3, 8, 1, 0, 0], [0, 0, 1, 2, 9]),
    "": ([6, 3, 2, 1, 0], [0, 0, 2, 3, 6]),
}
Row = Mapping[str, str | None]


def survey_communities(
    *,
    version_id: int,
    title: str,
    purpose: str,
    households: int,
    seed: int,
    remarks: Sequence[str],
    notes: Sequence[Row],
    at: datetime,
) -> int:
    """Prepare, draw and open a survey, and let part of the sample answer; returns its id."""
    staff, random = Staff(on=localdate(at)), Random(seed)  # noqa: S311  a model, no secret
    by, began = staff.officer(), at - timedelta(days=_DAYS)
    survey = draft_survey(
        new=NewSurvey(
            version_id=version_id, title=title, purpose=purpose, place_id=district().id,
            begins=localdate(began), ends=localdate(at + timedelta(days=18)), open_to_all=True,
        ),
        by=by, at=began,
    )  # fmt: skip
    design = SampleDesign(size=households, seed=seed)
    draw_sample(survey_id=survey, design=design, by=by, at=began)
    open_survey(survey_id=survey, by=by, at=began)
    letters = []
    for line in progress_of(survey_id=survey, by=by):
        mood, worker = random.gauss(0, 0.35), staff.worker(line.place_id)
        for slip in print_slips(survey_id=survey, place_id=line.place_id, by=by, at=began):
            fate = random.random()
            then = began + timedelta(hours=random.uniform(2, 24 * _DAYS - 2))
            if fate < _ANSWERS:
                given = invent_answers(version_id, mood, remarks, random=random, at=then)
                letters.append((_letter(slip, given, random), then))
            elif fate < _ANSWERS + _DECLINES:
                note_outcome(unit_id=slip.unit_id, outcome=Outcome.REFUSED, by=worker, at=then)
            elif fate < _ANSWERS + _DECLINES + _AWAY:
                note_outcome(unit_id=slip.unit_id, outcome=Outcome.NOT_REACHED, by=worker, at=then)
    receive_many(survey_id=survey, letters=letters, by=RESIDENT)
    _talk(survey, notes, staff=staff, at=at)
    return survey


def _letter(slip: Slip, given: Mapping[str, Any], random: Random) -> NewResponse:
    return NewResponse(given, f"{random.getrandbits(128):032x}", Channel.CODE, code=slip.code)


def invent_answers(
    version_id: int, mood: float, remarks: Sequence[str], *, random: Random, at: datetime
) -> dict[str, Any]:
    """Answers of one invented household, to what is asked of it."""
    prepared = prepared_version(version_id)
    given: dict[str, Any] = {}
    own = mood + random.gauss(0, 0.6)
    for _round in range(2):  # what is asked may follow from what was answered
        filling = Filling(prepared, given, today=localdate(at))
        for spot in filling.spots():
            item = spot.item
            if item.kind in ASKED and filling.seen[spot.path] and item.name not in given:
                answer = _answer(filling, item, own, remarks, random)
                if answer is not None:
                    given[item.name] = answer
    return given


def _answer(
    filling: Filling, item: Item, own: float, remarks: Sequence[str], random: Random
) -> str | int | list[str] | None:
    names = [choice.name for choice in filling.form.lists.get(item.choices, ())]
    if item.kind is Kind.SELECT_ONE:
        return _choice(item, names, own, random)
    if item.kind is Kind.SELECT_MULTIPLE:
        return random.sample(names, k=random.randint(1, min(3, len(names))))
    if item.kind is Kind.INTEGER:
        return random.choice([1, 1, 2, 2, 2, 3])
    says = item.kind is Kind.TEXT and remarks and random.random() < 0.12
    return random.choice(remarks) if says else None


def _choice(item: Item, names: Sequence[str], own: float, random: Random) -> str | None:
    scale = [name for name in names if name.isdigit() and int(name) <= 7]
    if len(scale) < 4:
        return random.choice(names)
    if not item.required and random.random() < 0.05:
        return None
    if len(names) > len(scale) and random.random() < 0.04:
        return names[-1]
    if item.name.endswith((KANO_WITH, KANO_WITHOUT)):
        service = item.name.partition("__")[0]
        felt = _FELT.get(service, _FELT[""])[item.name.endswith(KANO_WITHOUT)]
        return random.choices(scale, weights=felt[: len(scale)])[0]
    # A standing of its own for each question, the same in every run.
    standing = Random(item.name).gauss(0.6, 0.55)  # noqa: S311
    middle = (len(scale) + 1) / 2
    return str(min(max(round(middle + standing + own + random.gauss(0, 0.7)), 1), len(scale)))


def _talk(survey: int, notes: Sequence[Row], *, staff: Staff, at: datetime) -> None:
    """Interviews and talks of the last days, checked and quoted."""
    homes = [line.place_id for line in progress_of(survey_id=survey, by=staff.officer())]
    for number, row in enumerate(notes):
        home = homes[(number * 7) % len(homes)]
        then, by = at - timedelta(days=number % 5 + 1), staff.worker(home)
        text = (row.get("text") or "").strip()
        new = NewNote(NoteKind(row.get("kind") or "interview"), home, localdate(then), text)
        note = take_note(survey_id=survey, new=new, by=by, at=then)
        if row.get("quote"):
            check_note(note_id=note, text=text, by=by, at=then)
            add_quote(
                note_id=note, code=row.get("code") or "", passage=row.get("quote") or "", by=by,
                at=then,
            )  # fmt: skip
