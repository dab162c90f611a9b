"""Lists of questionnaires and surveys, how the field work goes, and words for reports."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max
from django.utils.timezone import localdate

from gongzhi.commons.ledger.acting import done_by
from gongzhi.commons.ledger.recording import Subject, record
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import reach, require
from gongzhi.commons.privacy.encryption import open_text
from gongzhi.commons.territory.queries import place, places
from gongzhi.insights.surveys import events
from gongzhi.insights.surveys.choices import NoteKind, Outcome, SurveyState
from gongzhi.insights.surveys.fieldwork import require_somewhere, survey_for
from gongzhi.insights.surveys.instruments.filling import Prepared
from gongzhi.insights.surveys.instruments.shapes import ASKED, Form, form_of, walk
from gongzhi.insights.surveys.models import (
    FieldNote,
    FreeText,
    Instrument,
    InstrumentVersion,
    Quote,
    Response,
    SampleUnit,
    Stratum,
    Survey,
)
from gongzhi.insights.surveys.registering import NoSuchSurvey, prepared_version

PAGE = 30
_LEAST = 5


@dataclass(frozen=True, slots=True)
class InstrumentRow:
    """One questionnaire with its newest version."""

    id: int
    code: str
    title: str
    versions: int
    version_id: int
    questions: int


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """One survey as a line of a list."""

    id: int
    title: str
    purpose: str
    state: SurveyState
    place_id: int
    place_name: str
    begins: date
    ends: date
    open_to_all: bool
    version_id: int
    number: int
    instrument: str
    earlier_id: int | None
    seed: int | None


@dataclass(frozen=True, slots=True)
class Progress:
    """One stratum: how many households are in the sample, and what became of them."""

    place_id: int
    name: str
    households: int
    sample: int
    answered: int
    refused: int
    not_reached: int
    ineligible: int

    @property
    def waiting(self) -> int:
        done = self.answered + self.refused + self.not_reached + self.ineligible
        return self.sample - done

    @property
    def eligible(self) -> int:
        return self.sample - self.ineligible

    @property
    def rate(self) -> float | None:
        """Answered of those eligible; None where fewer than five are."""
        return self.answered / self.eligible if self.eligible >= _LEAST else None


def instruments(*, by: Actor) -> list[InstrumentRow]:
    """Every questionnaire, the newest first."""
    require_somewhere(by, "surveys.read")
    rows = Instrument.objects.annotate(many=Count("versions"), newest=Max("versions"))
    found = list(rows.order_by("-id")[:200])
    contents = dict(
        InstrumentVersion.objects.filter(pk__in=[row.newest for row in found]).values_list(
            "pk", "content"
        )
    )
    return [
        InstrumentRow(
            row.pk, row.code, row.title, row.many, row.newest, _questions(contents[row.newest])
        )
        for row in found
    ]


def _questions(content: dict[str, Any]) -> int:
    return sum(item.kind in ASKED for item in walk(form_of(content).items))


def version_of(*, code: str, number: int | None = None) -> tuple[int, Form] | None:
    """A version of a questionnaire by its code, the newest where no number is given."""
    found = InstrumentVersion.objects.filter(instrument__code=code).order_by("-number")
    row = (found.filter(number=number) if number else found).first()
    return (row.pk, form_of(row.content)) if row else None


def prepared_for_staff(*, version_id: int, by: Actor) -> Prepared:
    """A version to look at before anybody is asked."""
    require_somewhere(by, "surveys.read")
    return prepared_version(version_id)


def surveys_for_staff(*, by: Actor, before: int | None = None) -> tuple[list[SurveyRow], bool]:
    """The surveys, newest first, and whether there are more."""
    require_somewhere(by, "surveys.read")
    rows = _surveys().order_by("-id")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    return [_survey_row(row) for row in found[:PAGE]], len(found) > PAGE


def open_surveys(*, at: datetime) -> list[SurveyRow]:
    """Surveys that anyone may answer today."""
    rows = _surveys().filter(state=SurveyState.OPEN, open_to_all=True, ends__gte=localdate(at))
    return [_survey_row(row) for row in rows.order_by("ends", "id")[:20]]


def survey_named(survey_id: int) -> SurveyRow:
    """A survey that is or was in the field, for whoever answers it."""
    row = _surveys().filter(pk=survey_id).exclude(state=SurveyState.DRAFTED).first()
    if row is None:
        raise NoSuchSurvey(survey_id)
    return _survey_row(row)


def survey_for_staff(*, survey_id: int, by: Actor) -> SurveyRow:
    """One survey for staff."""
    return _survey_row(survey_for(by, "surveys.read", survey_id))


def surveys_titled(title: str, *, by: Actor) -> list[SurveyRow]:
    """Surveys of this title that are or were in the field, newest first."""
    require_somewhere(by, "surveys.read")
    rows = _surveys().filter(title=title).exclude(state=SurveyState.DRAFTED)
    return [_survey_row(row) for row in rows.order_by("-id")[:2]]


def titles_of_surveys(*, by: Actor) -> list[str]:
    """The titles of surveys that are or were in the field, newest first."""
    require_somewhere(by, "surveys.read")
    rows = Survey.objects.exclude(state=SurveyState.DRAFTED).order_by("-id")
    return list(dict.fromkeys(rows.values_list("title", flat=True)[:200]))


def questions_of(*, version_id: int, language: str) -> list[str]:
    """What an instrument asks, in order; in its own first language where it lacks the one asked."""
    form = form_of(InstrumentVersion.objects.get(pk=version_id).content)
    found = []
    for item in walk(form.items):
        if item.kind not in ASKED:
            continue
        label = item.label.get(language) or next(iter(item.label.values()), item.name)
        choices = [
            each.label.get(language) or next(iter(each.label.values()), each.name)
            for each in form.lists.get(item.choices, ())
        ]
        found.append(f"{label}（{'／'.join(choices)}）" if choices else label)
    return found


def _surveys() -> Any:
    return Survey.objects.select_related("version__instrument")


def _survey_row(row: Survey) -> SurveyRow:
    return SurveyRow(
        row.pk, row.title, row.purpose, SurveyState(row.state), row.place_id,
        place(row.place_id).full_name, row.begins, row.ends, row.open_to_all, row.version_id,
        row.version.number, row.version.instrument.code, row.earlier_id, row.seed,
    )  # fmt: skip


def progress_of(*, survey_id: int, by: Actor) -> list[Progress]:
    """Field work by stratum, of the places the reader may see; two queries."""
    granted = reach(by, "surveys.read")
    strata = list(Stratum.objects.filter(survey_id=survey_id).order_by("place_id"))
    held = [view.path for view in places(granted.place_ids).values()]
    counts: dict[int, dict[str, int]] = {}
    tallied = SampleUnit.objects.filter(survey_id=survey_id).values_list("stratum_id", "outcome")
    for stratum, outcome, many in tallied.annotate(many=Count("id")):
        counts.setdefault(stratum, {})[outcome] = many
    found = []
    for row in strata:
        home = place(row.place_id)
        if not granted.everywhere and not any(home.path.startswith(path) for path in held):
            continue
        tally = counts.get(row.pk, {})
        found.append(
            Progress(
                home.id, home.name, row.households, sum(tally.values()),
                tally.get(Outcome.ANSWERED, 0), tally.get(Outcome.REFUSED, 0),
                tally.get(Outcome.NOT_REACHED, 0), tally.get(Outcome.INELIGIBLE, 0),
            )
        )  # fmt: skip
    return found


def counted_responses(survey_id: int) -> int:
    """How many have answered a survey."""
    return Response.objects.filter(survey_id=survey_id).count()


def is_empty() -> bool:
    """Whether there is no survey yet."""
    return not Survey.objects.exists()


@transaction.atomic
def words_of_question(*, survey_id: int, path: str, by: Actor, at: datetime) -> list[str]:
    """What people wrote to one question, in no order of time; that it was read is recorded."""
    survey = survey_for(by, "surveys.read", survey_id)
    require(by, "surveys.read_words", place_path=place(survey.place_id).path)
    texts = FreeText.objects.filter(response__survey=survey, path=path, erased_at=None)
    found = sorted(open_text(sealed) for sealed in texts.values_list("sealed", flat=True)[:2_000])
    record(
        done_by(
            by, events.TEXTS_READ, Subject("survey", survey.pk), at=at,
            data={"question": path[:120]}, place_id=survey.place_id,
        )
    )  # fmt: skip
    return found


@transaction.atomic
def coded_answers(
    *, survey_id: int, by: Actor, at: datetime
) -> tuple[list[str], Iterator[Sequence[Any]]]:
    """Columns and rows of coded answers for analysis elsewhere; words are not among them.

    Without the day, the household and the cluster's name; that they were taken is recorded.
    """
    survey = survey_for(by, "surveys.read", survey_id)
    require(by, "surveys.export", place_path=place(survey.place_id).path)
    rows = list(
        Response.objects.filter(survey=survey)
        .order_by("stratum_id", "cluster_id", "key")
        .values_list("answers", "weight", "stratum_id", "cluster_id", "place_id", "channel")
    )
    names = _columns(prepared_version(survey.version_id).form, [row[0] for row in rows])
    record(
        done_by(
            by, events.ANSWERS_EXPORTED, Subject("survey", survey.pk), at=at,
            data={"responses": len(rows)}, place_id=survey.place_id,
        )
    )  # fmt: skip
    return ["weight", "stratum", "cluster", "channel", *names], _lines(rows, names)


def _columns(form: Form, answers: Sequence[dict[str, Any]]) -> list[str]:
    order = {item.name: at for at, item in enumerate(walk(form.items))}
    found = {path for each in answers for path in each}
    found |= {item.name for item in walk(form.items) if item.kind in ASKED and not _in_words(item)}

    def place_of(path: str) -> tuple[int, str]:
        return order.get(path.rpartition(".")[2], len(order)), path

    return sorted(found, key=place_of)


def _in_words(item: Any) -> bool:
    return bool(item.kind.value == "text")


def _lines(rows: Sequence[Any], names: Sequence[str]) -> Iterator[Sequence[Any]]:
    clusters: dict[int, int] = {}
    for answers, weight, _stratum, cluster, home, channel in rows:
        number = clusters.setdefault(cluster, len(clusters) + 1) if cluster else ""
        name = place(home).name if home else ""
        cells = [answers.get(path, "") for path in names]
        yield [weight, name, number, channel, *map(_cell, cells)]


def _cell(value: Any) -> Any:
    return " ".join(value) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One note for those who may read it."""

    id: int
    kind: NoteKind
    place_name: str
    held_on: date
    text: str
    checked: bool


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """A passage under a code."""

    code: str
    text: str
    kind: NoteKind
    place_name: str


def notes_of(*, survey_id: int, by: Actor) -> list[NoteRow]:
    """The notes of a survey from the reader's places, newest first."""
    survey_for(by, "surveys.field", survey_id)
    granted = reach(by, "surveys.field")
    held = [view.path for view in places(granted.place_ids).values()]
    rows = FieldNote.objects.filter(survey_id=survey_id, erased_at=None).order_by("-id")[:200]
    return [
        NoteRow(
            row.pk, NoteKind(row.kind), place(row.place_id).name, row.held_on,
            open_text(row.text_sealed), row.checked,
        )
        for row in rows
        if granted.everywhere
        or any(place(row.place_id).path.startswith(path) for path in held)
    ]  # fmt: skip


def quotes_of(*, survey_id: int, by: Actor) -> list[QuoteRow]:
    """Passages that may be cited, by code; the place is named only as its subdistrict."""
    survey_for(by, "surveys.read", survey_id)
    rows = Quote.objects.filter(note__survey_id=survey_id).select_related("note", "code")
    found = []
    for row in rows.order_by("code__name", "id")[:500]:
        home = place(row.note.place_id)
        around = place(home.parent_id) if home.parent_id else home
        found.append(
            QuoteRow(
                row.code.name, open_text(row.text_sealed), NoteKind(row.note.kind), around.name
            )
        )
    return found
