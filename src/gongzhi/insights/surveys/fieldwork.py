"""A survey's way: prepared, its sample drawn, opened, closed; and what became of each household."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.commons.ledger.acting import done_by
from gongzhi.commons.ledger.recording import Plain, Subject, record
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import NotPermitted, reach, require
from gongzhi.commons.privacy.blind_index import code_index
from gongzhi.commons.privacy.encryption import open_text, seal_text
from gongzhi.commons.territory.queries import PlaceView, place, places_of_kind
from gongzhi.insights.surveys import events
from gongzhi.insights.surveys.choices import Allocation, Outcome, SurveyState
from gongzhi.insights.surveys.codes import new_code
from gongzhi.insights.surveys.drawing import CannotDraw, Cluster, allocate, draw
from gongzhi.insights.surveys.models import Response, SampleUnit, Stratum, Survey
from gongzhi.insights.surveys.registering import NoSuchSurvey, prepared_version

CLUSTER_KINDS = ("building", "estate", "grid")
STRATUM_KINDS = ("community", "subdistrict")
MOST_HOUSEHOLDS = 20_000


class CannotRun(ValueError):
    """A step of a survey that is refused, and why."""


@dataclass(frozen=True, slots=True)
class NewSurvey:
    """What a survey is before its sample."""

    version_id: int
    title: str
    place_id: int
    begins: date
    ends: date
    purpose: str = ""
    open_to_all: bool = False
    earlier_id: int | None = None


@dataclass(frozen=True, slots=True)
class SampleDesign:
    """How to draw: strata, clusters, size, how many households of a cluster, and the seed."""

    size: int
    seed: int
    strata: str = "community"
    clusters: str = "estate"
    take: int = 5
    allocation: Allocation = Allocation.PROPORTIONAL


@transaction.atomic
def draft_survey(*, new: NewSurvey, by: Actor, at: datetime) -> int:
    """Prepare a survey with a version of a questionnaire; returns its id."""
    home = place(new.place_id)
    require(by, "surveys.design", place_path=home.path)
    title = new.title.strip()
    if not 2 <= len(title) <= 120:
        raise CannotRun(_("调查名称 2 到 120 个字"))
    if len(new.purpose) > 2_000:
        raise CannotRun(_("说明最多 2000 个字"))
    if new.ends < new.begins:
        raise CannotRun(_("结束日期早于开始日期"))
    if new.earlier_id is not None and not Survey.objects.filter(pk=new.earlier_id).exists():
        raise CannotRun(_("没有要比较的那一轮调查"))
    prepared_version(new.version_id)
    survey = Survey.objects.create(
        version_id=new.version_id, title=title, purpose=new.purpose.strip(), place_id=home.id,
        unit_id=by.unit_id, earlier_id=new.earlier_id, begins=new.begins, ends=new.ends,
        open_to_all=new.open_to_all, touched_at=at,
    )  # fmt: skip
    data: dict[str, Plain] = {
        "instrument": survey.version.instrument_id, "number": survey.version.number,
        "begins": new.begins.isoformat(), "ends": new.ends.isoformat(), "earlier": new.earlier_id,
    }  # fmt: skip
    tell(survey, events.SURVEY_DRAFTED, by=by, at=at, opens=True, **data)
    return survey.pk


@transaction.atomic
def draw_sample(*, survey_id: int, design: SampleDesign, by: Actor, at: datetime) -> int:
    """Draw households by strata and clusters from the register of places; returns how many.

    Nothing is named: a unit is the k-th household of a cluster. The same seed draws the same.
    """
    survey = survey_for(by, "surveys.design", survey_id)
    if SampleUnit.objects.filter(survey=survey).exists():
        raise CannotRun(_("样本已经抽过；要另抽，请另建一次调查"))
    _guard(survey, SurveyState.DRAFTED, at=at, seed=design.seed, allocation=design.allocation)
    if design.strata not in STRATUM_KINDS or design.clusters not in CLUSTER_KINDS:
        raise CannotRun(_("层是社区或街道，群是楼栋、小区或网格"))
    if not 1 <= design.size <= MOST_HOUSEHOLDS or not 1 <= design.take <= 100:
        raise CannotRun(_("样本 1 到 %(most)d 户，每群 1 到 100 户") % {"most": MOST_HOUSEHOLDS})
    frames = [
        (stratum, clusters_of(stratum, design.clusters))
        for stratum in _strata_in(survey.place_id, design.strata)
    ]
    households = [sum(each.households for each in clusters) for _place, clusters in frames]
    try:
        sizes = allocate(households, design.size, equal=design.allocation == Allocation.EQUAL)
    except CannotDraw as refused:
        raise CannotRun(_frame_words(frames, households)) from refused
    random = Random(design.seed)  # noqa: S311  a sample must be drawn again by its seed
    drawn = 0
    for (stratum, clusters), many, size in zip(frames, households, sizes, strict=True):
        row = Stratum.objects.create(
            survey=survey, place_id=stratum.id, households=many, clusters=len(clusters), size=size
        )
        drawn += _keep_drawn(survey, row, clusters, size=size, take=design.take, random=random)
    hit = SampleUnit.objects.filter(survey=survey).values("cluster_id").distinct().count()
    tell(
        survey, events.SAMPLE_DRAWN, by=by, at=at, seed=design.seed, strata=len(frames),
        allocation=design.allocation.value, clusters=hit, households=drawn,
    )  # fmt: skip
    return drawn


def _strata_in(place_id: int, kind: str) -> list[PlaceView]:
    found = places_of_kind(kind, within=place_id)
    if not found:
        raise CannotRun(_("这个范围里没有可以分层的地点"))
    return found


def clusters_of(stratum: PlaceView, kind: str) -> list[Cluster]:
    """The clusters of a stratum with their households.

    Where the register gives none, those of the nearest place around are shared out evenly.
    """
    found = places_of_kind(kind, within=stratum.id)
    around: dict[int, int] = {}
    for view in found:
        if view.households is None and view.parent_id is not None:
            around[view.parent_id] = around.get(view.parent_id, 0) + 1
    clusters = []
    for view in found:
        many = view.households
        if many is None and view.parent_id is not None:
            many = (place(view.parent_id).households or 0) // around[view.parent_id]
        clusters.append(Cluster(view.id, many or 0))
    return clusters


def _frame_words(
    frames: Sequence[tuple[PlaceView, Sequence[Cluster]]],
    households: Sequence[int],
) -> str:
    small = [
        stratum.name for (stratum, _c), many in zip(frames, households, strict=True) if many < 2
    ]
    if small:
        listed = "、".join(small[:5])
        return _("名册里没有户数，抽不了：%(places)s。请先补充户数") % {"places": listed}
    return _("样本要在 %(least)d 户（每层两户）到 %(most)d 户之间") % {
        "least": 2 * len(frames),
        "most": sum(households),
    }


def _keep_drawn(
    survey: Survey,
    stratum: Stratum,
    clusters: Sequence[Cluster],
    *,
    size: int,
    take: int,
    random: Random,
) -> int:
    units = []
    for each in draw(clusters, size=size, take=take, random=random):
        code = new_code()
        units.append(
            SampleUnit(
                survey=survey, stratum=stratum, cluster_id=each.cluster, ordinal=each.ordinal,
                weight=each.weight, code_index=code_index(code), code_sealed=seal_text(code),
            )
        )  # fmt: skip
    SampleUnit.objects.bulk_create(units)
    return len(units)


@transaction.atomic
def open_survey(*, survey_id: int, by: Actor, at: datetime) -> None:
    """Let answers in: by the codes of the sample, and by an open link where it is open to all."""
    survey = survey_for(by, "surveys.design", survey_id)
    if not survey.open_to_all and not SampleUnit.objects.filter(survey=survey).exists():
        raise CannotRun(_("先抽样本，或者设为公开填写"))
    _guard(survey, SurveyState.DRAFTED, at=at, state=SurveyState.OPEN)
    tell(
        survey, events.SURVEY_OPENED, by=by, at=at, until=survey.ends.isoformat(),
        open_to_all=survey.open_to_all,
    )  # fmt: skip


@transaction.atomic
def close_survey(*, survey_id: int, by: Actor, at: datetime) -> None:
    """Take no more answers."""
    survey = survey_for(by, "surveys.design", survey_id)
    _guard(survey, SurveyState.OPEN, at=at, state=SurveyState.CLOSED)
    received = Response.objects.filter(survey=survey).count()
    tell(survey, events.SURVEY_CLOSED, by=by, at=at, responses=received)


@transaction.atomic
def note_outcome(*, unit_id: int, outcome: Outcome, by: Actor, at: datetime) -> None:
    """Note that a household was not reached, refused, or is none; an answer notes itself."""
    unit = SampleUnit.objects.select_related("survey", "stratum").filter(pk=unit_id).first()
    if unit is None:
        raise NoSuchSurvey(unit_id)
    require(by, "surveys.field", place_path=place(unit.cluster_id).path)
    if outcome == Outcome.ANSWERED:
        raise CannotRun(_("交了答卷会自动记下，不用手工登记"))
    waiting = SampleUnit.objects.filter(pk=unit_id).exclude(outcome=Outcome.ANSWERED)
    if not waiting.update(outcome=outcome):
        raise CannotRun(_("这一户已经答卷"))
    tell(
        unit.survey, events.OUTCOME_NOTED, by=by, at=at, place=unit.stratum.place_id,
        outcome=outcome.value,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slip:
    """A household: where, the how-manieth, its code ("" where it isn't printed), its outcome."""

    unit_id: int
    place: str
    ordinal: int
    code: str
    outcome: Outcome


def households_of(*, survey_id: int, place_id: int, by: Actor) -> list[Slip]:
    """The households of one community in the sample, without their codes."""
    _survey, rows = _drawn(survey_id, place_id, by=by)
    return [_slip(row, code="") for row in rows]


@transaction.atomic
def print_slips(*, survey_id: int, place_id: int, by: Actor, at: datetime) -> list[Slip]:
    """The slips of one community, codes included; that they were printed is recorded."""
    survey, rows = _drawn(survey_id, place_id, by=by)
    if rows:
        tell(survey, events.CODES_PRINTED, by=by, at=at, place=place_id, slips=len(rows))
    return [_slip(row, code=open_text(row.code_sealed)) for row in rows]


def _drawn(survey_id: int, place_id: int, *, by: Actor) -> tuple[Survey, list[SampleUnit]]:
    survey = survey_for(by, "surveys.read", survey_id)
    area = place(place_id)
    require(by, "surveys.field", place_path=area.path)
    units = SampleUnit.objects.filter(survey=survey, stratum__place_id=area.id)
    return survey, list(units.order_by("cluster_id", "ordinal"))


def _slip(row: SampleUnit, *, code: str) -> Slip:
    home = place(row.cluster_id).full_name
    return Slip(row.pk, home, row.ordinal, code, Outcome(row.outcome))


def survey_for(by: Actor, action: str, survey_id: int) -> Survey:
    """A survey for whoever may do `action` somewhere in its place; locked by who changes it."""
    survey = Survey.objects.select_related("version__instrument").filter(pk=survey_id).first()
    if survey is None:
        raise NoSuchSurvey(survey_id)
    if action == "surveys.design":
        require(by, action, place_path=place(survey.place_id).path)
    else:
        require_somewhere(by, action)
    return survey


def require_somewhere(by: Actor, action: str) -> None:
    """Refuse whoever may do `action` nowhere; what they see of it is cut to their places."""
    if reach(by, action).nowhere:
        raise NotPermitted(action)


def _guard(survey: Survey, stands: SurveyState, /, *, at: datetime, **changes: object) -> None:
    """The conditional update: of two who act at once, one is told where the survey stands."""
    held = Survey.objects.filter(pk=survey.pk, state=stands)
    if not held.update(touched_at=at, **changes):
        now = SurveyState(Survey.objects.values_list("state", flat=True).get(pk=survey.pk))
        raise CannotRun(_("调查%(state)s，现在不能这样做") % {"state": now.label})


def tell(
    survey: Survey, kind: str, *, by: Actor, at: datetime, opens: bool = False, **data: Plain
) -> None:
    """Write what happened to a survey into the ledger."""
    record(
        done_by(
            by, kind, Subject("survey", survey.pk), at=at, data=data, place_id=survey.place_id,
            opens=opens,
        )
    )  # fmt: skip
