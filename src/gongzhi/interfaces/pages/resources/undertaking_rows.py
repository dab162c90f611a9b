"""Posts, hours, slips, agreements and projects as lines of a list."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from gongzhi.affairs.resources.choices import (
    AgreementState,
    ClaimState,
    PostState,
    ProjectState,
    SlipState,
    StintState,
)
from gongzhi.affairs.resources.queries.undertakings import AgreementView, ProjectRow, ProjectStory
from gongzhi.affairs.resources.queries.volunteers import PostRow, StintView
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.commons.ratings.queries import RatingView
from gongzhi.interfaces.pages.components import Badge, Row, Tone

_POSTS = {PostState.OPEN: (Tone.GOOD, "ring"), PostState.CLOSED: (Tone.QUIET, "square")}
_STINTS = {
    StintState.CERTIFIED: (Tone.GOOD, "full"),
    StintState.DISPUTED: (Tone.WARN, "diamond"),
    StintState.CORRECTED: (Tone.GOOD, "full"),
    StintState.UPHELD: (Tone.GOOD, "full"),
}
_SLIPS = {
    SlipState.DRAFTED: (Tone.WARN, "ring"),
    SlipState.RELEASED: (Tone.GOOD, "full"),
    SlipState.WITHHELD: (Tone.QUIET, "square"),
}
_AGREEMENTS = {
    AgreementState.PROPOSED: (Tone.WARN, "ring"),
    AgreementState.SIGNED: (Tone.GOOD, "full"),
    AgreementState.ENDED: (Tone.QUIET, "square"),
}
_PROJECTS = {
    ProjectState.PLANNED: (Tone.INFO, "ring"),
    ProjectState.RUNNING: (Tone.INFO, "half"),
    ProjectState.DONE: (Tone.WARN, "half"),
    ProjectState.CONFIRMED: (Tone.GOOD, "full"),
    ProjectState.STOPPED: (Tone.QUIET, "bar"),
}


def slip_badge(state: SlipState) -> Badge:
    return Badge(state.label, *_SLIPS[state])


def agreement_badge(state: AgreementState) -> Badge:
    return Badge(state.label, *_AGREEMENTS[state])


def project_badge(state: ProjectState) -> Badge:
    return Badge(state.label, *_PROJECTS[state])


def spent(minutes: int) -> str:
    """Minutes in the words of a clock."""
    hours, rest = divmod(minutes, 60)
    parts = []
    if hours or not rest:
        parts.append(_("%(count)s 小时") % {"count": hours})
    if rest:
        parts.append(_("%(count)s 分钟") % {"count": rest})
    return " ".join(parts)


def post_line(row: PostRow) -> Row:
    """A post as a line of a list."""
    return Row(
        title=row.title,
        href=reverse("post", args=[row.id]),
        facts=[row.organiser_name, row.place_name, _("还需 %(left)s 人") % {"left": row.left}],
        badges=[Badge(row.state.label, *_POSTS[row.state])],
        due=_("%(day)s 止") % {"day": f"{row.ends:%m-%d}"},
    )


def stint_lines(stints: Iterable[StintView]) -> list[tuple[StintView, Badge, str, str]]:
    """(the record, its badge, its hours, what the volunteer says they are)."""
    return [
        (
            stint,
            Badge(stint.state.label, *_STINTS[stint.state]),
            spent(stint.minutes),
            spent(stint.claimed_minutes) if stint.claimed_minutes is not None else "",
        )
        for stint in stints
    ]


def agreement_line(row: AgreementView) -> Row:
    """An agreement as a line of a list."""
    return Row(
        title=row.title,
        href=reverse("agreement", args=[row.id]),
        facts=[row.partner_name, row.host_name],
        badges=[agreement_badge(row.state)],
        due=_("%(day)s 止") % {"day": row.ends},
    )


def project_line(row: ProjectRow) -> Row:
    """A project as a line of a list."""
    facts = [row.lead_name, row.place_name]
    if row.budget:
        facts.append(_("预算 %(yuan)s 元") % {"yuan": row.budget})
    return Row(
        title=row.title,
        href=reverse("project", args=[row.id]),
        facts=facts,
        badges=[project_badge(row.state)],
    )


def line_of_project(story: ProjectStory) -> tuple[list[str], int]:
    """The one visible line of the needs in a project, and where it stands."""
    labels = [_("需求"), _("匹配"), _("认领"), _("项目"), _("办完"), _("确认")]
    match story.row.state:
        case ProjectState.CONFIRMED:
            return labels, len(labels) + 1
        case ProjectState.DONE:
            return labels, 6
        case ProjectState.RUNNING:
            done = {ClaimState.DONE, ClaimState.CONFIRMED}
            return labels, 5 if any(claim.state in done for claim in story.claims) else 4
    return labels, 4


def rating_lines(ratings: Iterable[RatingView]) -> list[tuple[str, str, str]]:
    """(who rates, whom, the answer); the words are for who is rated, not for every reader."""
    found = []
    for rating in ratings:
        rater, about = find_unit(rating.by_unit), find_unit(rating.about_unit)
        answer = str(rating.satisfied.label) if rating.satisfied else ""
        found.append((rater.name if rater else "", about.name if about else "", answer))
    return found
