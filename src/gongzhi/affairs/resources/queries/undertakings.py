"""Agreements between units and the projects that come of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from gongzhi.affairs.resources.agreements import answers_agreement
from gongzhi.affairs.resources.choices import AgreementState, ClaimState, ProjectState
from gongzhi.affairs.resources.lifecycle import NotInPool
from gongzhi.affairs.resources.models import Agreement, Claim, Milestone, Project
from gongzhi.affairs.resources.queries.claims import ClaimView, claim_views
from gongzhi.commons.attachments.queries import AttachmentView, attachments_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.queries import units
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import NotPermitted, allowed, reach
from gongzhi.commons.ratings.queries import RatingView, ratings_of
from gongzhi.commons.territory.queries import find_place, public_name


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementView:
    """One agreement, with what the reader may do about it."""

    id: int
    title: str
    text: str
    state: AgreementState
    partner_name: str
    host_name: str
    place_name: str
    proposed_by: str
    begins: date
    ends: date
    signed_at: datetime | None
    steps: tuple[str, ...]  # sign, end


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRow:
    """One project in a list."""

    id: int
    title: str
    state: ProjectState
    lead_name: str
    place_name: str
    budget: int
    planned_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneView:
    """One step of a project."""

    id: int
    title: str
    due: date
    reached_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectStory:
    """One project whole: which needs and offers it serves, how far it is, what came of it."""

    row: ProjectRow
    result: str
    agreement_id: int | None
    agreement_title: str
    milestones: tuple[MilestoneView, ...]
    claims: tuple[ClaimView, ...]
    proof: tuple[AttachmentView, ...]
    ratings: tuple[RatingView, ...]
    steps: tuple[str, ...]  # start, reach, result, confirm, stop, rate


def agreements_within_reach(*, by: Actor, most: int = 100) -> list[AgreementView]:
    """The agreements of the reader's units and places, newest first. One query."""
    granted = reach(by, "agreements.sign")
    condition = Q(partner_id__in=granted.unit_ids) | Q(host_id__in=granted.unit_ids)
    for place_id in reach_of_places(by, "agreements.sign", "projects.run"):
        condition |= Q(place_path__startswith=place_id)
    found = Agreement.objects.filter(condition)
    return _agreement_views(found.order_by("-id")[:most], by=by)


def reach_of_places(by: Actor, *actions: str) -> set[str]:
    """Paths below which the reader may do one of the actions; "/" where everywhere."""
    found: set[str] = set()
    for action in actions:
        granted = reach(by, action)
        if granted.everywhere:
            found.add("/")
        found |= {view.path for i in granted.place_ids if (view := find_place(i))}
    return found


def agreement_story(*, by: Actor, agreement_id: int) -> AgreementView:
    """One agreement, for its parties and the places above them; raises `NotInPool`."""
    row = Agreement.objects.filter(pk=agreement_id).first()
    if row is None:
        raise NotInPool
    party = allowed(
        by, "agreements.sign", place_path=row.place_path, unit_ids=[row.partner_id, row.host_id]
    )
    if not party and not allowed(by, "projects.run", place_path=row.place_path):
        raise NotInPool
    return _agreement_views([row], by=by)[0]


def signed_agreements(*, place_path: str) -> list[tuple[int, str]]:
    """Agreements in force at or below a place: id and title."""
    found = Agreement.objects.filter(state=AgreementState.SIGNED, place_path__startswith=place_path)
    return list(found.order_by("title", "id").values_list("id", "title")[:200])


def _agreement_views(rows: Iterable[Agreement], *, by: Actor) -> list[AgreementView]:
    held = list(rows)
    known = units({i for row in held for i in (row.partner_id, row.host_id)})
    names = {unit.id: unit.name for unit in known.values()}
    return [
        AgreementView(
            id=row.pk,
            title=row.title,
            text=row.text,
            state=AgreementState(row.state),
            partner_name=names.get(row.partner_id, ""),
            host_name=names.get(row.host_id, ""),
            place_name=public_name(row.place_id),
            proposed_by=names.get(row.proposed_by_id, ""),
            begins=row.begins,
            ends=row.ends,
            signed_at=row.signed_at,
            steps=_agreement_steps(row, by=by),
        )
        for row in held
    ]


def _agreement_steps(row: Agreement, *, by: Actor) -> tuple[str, ...]:
    awaited = answers_agreement(row)
    path = row.place_path if awaited == row.host_id else ""
    found = []
    if row.state == AgreementState.PROPOSED and allowed(
        by, "agreements.sign", place_path=path, unit_ids=[awaited]
    ):
        found.append("sign")
    if row.state != AgreementState.ENDED and allowed(
        by, "agreements.sign", place_path=row.place_path, unit_ids=[row.partner_id, row.host_id]
    ):
        found.append("end")
    return tuple(found)


def projects(*, by: Actor, most: int = 60) -> list[ProjectRow]:
    """The newest projects; staff read all of them. One query."""
    if reach(by, "resources.read").nowhere:
        raise NotPermitted("resources.read")
    return _project_rows(Project.objects.order_by("-id")[:most])


def project_story(*, by: Actor, project_id: int) -> ProjectStory:
    """One project; raises `NotInPool` where there is none or `by` is no staff."""
    row = Project.objects.select_related("agreement").filter(pk=project_id).first()
    if row is None or reach(by, "resources.read").nowhere:
        raise NotInPool
    claims = row.claims.select_related("need").order_by("id")
    milestones = list(row.milestones.order_by("due", "id"))
    subject = Subject("project", row.pk)
    return ProjectStory(
        row=_project_rows([row])[0],
        result=row.result,
        agreement_id=row.agreement_id,
        agreement_title=row.agreement.title if row.agreement else "",
        milestones=tuple(
            MilestoneView(id=m.pk, title=m.title, due=m.due, reached_at=m.reached_at)
            for m in milestones
        ),
        claims=claim_views(claims, by=by),
        proof=tuple(attachments_of(subject)),
        ratings=tuple(ratings_of(subject)),
        steps=_project_steps(row, milestones, by=by),
    )


def _project_steps(row: Project, milestones: list[Milestone], *, by: Actor) -> tuple[str, ...]:
    runs = allowed(by, "projects.run", place_path=row.place_path)
    leads = allowed(by, "projects.lead", place_path=row.place_path, unit_ids=[row.lead_id])
    open_steps = any(step.reached_at is None for step in milestones)
    offered = {
        "start": runs and row.state == ProjectState.PLANNED,
        "reach": leads and row.state == ProjectState.RUNNING,
        "result": leads and row.state == ProjectState.RUNNING and not open_steps,
        "confirm": runs and row.state == ProjectState.DONE,
        "stop": runs and row.state in {ProjectState.PLANNED, ProjectState.RUNNING},
        "rate": (runs or leads) and row.state in {ProjectState.DONE, ProjectState.CONFIRMED},
    }
    return tuple(name for name, may in offered.items() if may)


def _project_rows(rows: Iterable[Project]) -> list[ProjectRow]:
    held = list(rows)
    names = {unit.id: unit.name for unit in units({row.lead_id for row in held}).values()}
    return [
        ProjectRow(
            id=row.pk,
            title=row.title,
            state=ProjectState(row.state),
            lead_name=names.get(row.lead_id, ""),
            place_name=public_name(row.place_id),
            budget=row.budget,
            planned_at=row.planned_at,
        )
        for row in held
    ]


def claims_for_projects(*, by: Actor, most: int = 100) -> list[ClaimView]:
    """Agreed claims that belong to no project yet, where the reader may run one."""
    condition = Q(pk__in=[])
    for path in reach_of_places(by, "projects.run"):
        condition |= Q(need__place_path__startswith=path)
    found = Claim.objects.filter(condition, state=ClaimState.AGREED, project=None)
    return list(claim_views(found.select_related("need").order_by("-id")[:most], by=by))
