"""Projects: agreed claims carried out together, with milestones, a budget and a result."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.resources import events
from gongzhi.affairs.resources.choices import AgreementState, ClaimState, ProjectState
from gongzhi.affairs.resources.lifecycle import PROJECT, NotInPool, Step, move, tell
from gongzhi.affairs.resources.models import Agreement, Claim, Milestone, Need, Project
from gongzhi.commons.attachments.access import declare_access
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.queries import coordinating_unit, find_unit
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import allowed, reach, require
from gongzhi.commons.ratings.rating import Satisfied, Side, declare_ratable, rate
from gongzhi.commons.territory.queries import find_place

MOST_MILESTONES = 20


class CannotRun(ValueError):
    """A step of a project that is refused, and why."""


@transaction.atomic
def plan_project(
    *,
    title: str,
    lead_id: int,
    claim_ids: Sequence[int],
    milestones: Sequence[tuple[str, date]],
    budget: int,
    agreement_id: int | None,
    by: Actor,
    at: datetime,
) -> int:
    """Bind agreed claims into one project at the place of the first need; returns its id."""
    claims = list(
        Claim.objects.select_related("need").filter(
            pk__in=claim_ids, state=ClaimState.AGREED, project=None
        )
    )
    if not claims or len(claims) != len(set(claim_ids)):
        raise CannotRun(_("请选择双方已确认、还不属于项目的认领"))
    first = min(claims, key=lambda claim: claim.pk).need
    for claim in claims:
        require(by, "projects.run", place_path=claim.need.place_path)
    if find_unit(lead_id) is None or not 0 < len(title.strip()) <= 80:
        raise CannotRun(_("请写明项目名称和牵头单位"))
    if not 0 <= budget <= 100_000_000:
        raise CannotRun(_("请核对预算"))
    if agreement_id is not None and not _agreed(agreement_id, first):
        raise CannotRun(_("这个社区没有这份已签署的协议"))
    if any(not 0 < len(what.strip()) <= 80 for what, _due in milestones):
        raise CannotRun(_("请用 1 到 80 个字写明每个节点"))
    if len(milestones) > MOST_MILESTONES:
        raise CannotRun(_("节点最多 %(most)s 个") % {"most": MOST_MILESTONES})
    row = Project.objects.create(
        title=title.strip(), lead_id=lead_id, place_id=first.place_id, place_path=first.place_path,
        agreement_id=agreement_id, budget=budget, planned_at=at, touched_at=at,
    )  # fmt: skip
    bound = Claim.objects.filter(pk__in=claim_ids, state=ClaimState.AGREED, project=None)
    if bound.update(project=row, touched_at=at) != len(claims):
        raise CannotRun(_("请选择双方已确认、还不属于项目的认领"))
    Milestone.objects.bulk_create(
        [Milestone(project=row, title=what.strip(), due=due) for what, due in milestones]
    )
    tell(
        Subject("project", row.pk), events.PROJECT_PLANNED, by=by, at=at, place_id=row.place_id,
        opens=True, lead=lead_id, claims=sorted(claim_ids), budget=budget,
    )  # fmt: skip
    return row.pk


def _agreed(agreement_id: int, need: Need) -> bool:
    """Whether the agreement is in force in the need's community."""
    community = find_place(need.community_id)
    home = community.path if community else need.place_path
    signed = Agreement.objects.filter(pk=agreement_id, state=AgreementState.SIGNED)
    return signed.filter(place_path__startswith=home).exists()


def _project(by: Actor, project_id: int, *, lead_may: bool) -> Project:
    row = Project.objects.filter(pk=project_id).first()
    if row is None:
        raise NotInPool
    action = "projects.lead" if lead_may else "projects.run"
    require(by, action, place_path=row.place_path, unit_ids=[row.lead_id])
    return row


@transaction.atomic
def start_project(*, project_id: int, by: Actor, at: datetime) -> None:
    """Its lead says that it is under way."""
    row = _project(by, project_id, lead_may=True)
    move(row, PROJECT, Step.START, touched_at=at)
    _tell(row, events.PROJECT_STARTED, by=by, at=at)


@transaction.atomic
def reach_milestone(*, milestone_id: int, by: Actor, at: datetime) -> None:
    """One step of a running project was reached."""
    step = Milestone.objects.filter(pk=milestone_id).first()
    if step is None:
        raise NotInPool
    row = _project(by, step.project_id, lead_may=True)
    running = Milestone.objects.filter(pk=step.pk, reached_at=None, project__state="running")
    if not running.update(reached_at=at):
        raise CannotRun(_("这一步已经登记过，或项目不在实施中"))
    _tell(row, events.MILESTONE_REACHED, by=by, at=at, in_time=localdate(at) <= step.due)


@transaction.atomic
def hand_in_result(*, project_id: int, result: str, by: Actor, at: datetime) -> None:
    """The lead hands in what came of it; every milestone has to be reached."""
    row = _project(by, project_id, lead_may=True)
    if not result.strip():
        raise CannotRun(_("请写明做了什么、结果如何"))
    if Milestone.objects.filter(project=row, reached_at=None).exists():
        raise CannotRun(_("还有没完成的节点，不能提交结果"))
    move(row, PROJECT, Step.FINISH, touched_at=at, result=result.strip())
    _tell(row, events.PROJECT_DONE, by=by, at=at)


@transaction.atomic
def confirm_project(*, project_id: int, by: Actor, at: datetime) -> None:
    """The community accepts the result; its claims have to be confirmed one by one before."""
    row = _project(by, project_id, lead_may=False)
    if row.claims.filter(state__in=[ClaimState.AGREED, ClaimState.DONE]).exists():
        raise CannotRun(_("请先逐项确认其中的认领"))
    move(row, PROJECT, Step.CONFIRM, touched_at=at)
    _tell(row, events.PROJECT_CONFIRMED, by=by, at=at)


@transaction.atomic
def stop_project(*, project_id: int, reason: str, by: Actor, at: datetime) -> None:
    """It won't be finished; its claims go on, or end, by themselves."""
    row = _project(by, project_id, lead_may=False)
    if not reason.strip():
        raise CannotRun(_("请说明理由，对方会看到"))
    move(row, PROJECT, Step.STOP, touched_at=at, result=reason.strip())
    Claim.objects.filter(project=row).update(project=None, touched_at=at)
    _tell(row, events.PROJECT_STOPPED, by=by, at=at)


def rate_project(
    *, project_id: int, satisfied: Satisfied, remark: str, by: Actor, at: datetime
) -> None:
    """The lead of the community it was done for, or that community of the lead."""
    row = Project.objects.filter(pk=project_id).first()
    if row is None:
        raise NotInPool
    leads = by.unit_id == row.lead_id
    host = coordinating_unit(row.place_id, localdate(at))
    about = host if leads else row.lead_id
    if about is None:
        raise CannotRun(_("这个社区没有统筹单位，不能评价"))
    rate(
        subject=Subject("project", project_id), by_side=Side.GIVER if leads else Side.RECEIVER,
        about_unit=about, by=by, at=at, satisfied=satisfied, remark=remark,
    )  # fmt: skip


def _may_rate(project_id: int, side: Side, by: Actor) -> bool:
    row = Project.objects.filter(pk=project_id).first()
    if row is None or row.state not in {ProjectState.DONE, ProjectState.CONFIRMED}:
        return False
    if side is Side.GIVER:
        return allowed(by, "projects.lead", unit_ids=[row.lead_id])
    return side is Side.RECEIVER and allowed(by, "projects.run", place_path=row.place_path)


def _may_prove(project_id: int, by: Actor) -> bool:
    row = Project.objects.filter(pk=project_id, state=ProjectState.RUNNING).first()
    if row is None:
        return False
    return allowed(by, "projects.lead", place_path=row.place_path, unit_ids=[row.lead_id])


def _may_read_proof(project_id: int, by: Actor) -> bool:
    return (
        Project.objects.filter(pk=project_id).exists() and not reach(by, "resources.read").nowhere
    )


def declare_ratings_and_proof() -> None:
    """Let projects be rated and carry files; called once when the app is ready."""
    declare_ratable("project", _may_rate)
    declare_access("project", may_read=_may_read_proof, may_attach=_may_prove)


def _tell(row: Project, kind: str, *, by: Actor, at: datetime, **data: bool) -> None:
    tell(Subject("project", row.pk), kind, by=by, at=at, place_id=row.place_id, **data)
