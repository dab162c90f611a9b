"""Volunteer posts, and what each volunteer sees of their own; never a list of people by hours."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from gongzhi.affairs.resources.choices import PostState, SignupChannel, SignupState, StintState
from gongzhi.affairs.resources.lifecycle import NotInPool
from gongzhi.affairs.resources.models import Stint, VolunteerPost
from gongzhi.affairs.resources.queries.pool import PAGE
from gongzhi.affairs.resources.signups import signup_of_link
from gongzhi.affairs.resources.volunteers import organises, stint_of_link
from gongzhi.commons.organisations.queries import units
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.privacy.encryption import open_text
from gongzhi.commons.territory.queries import find_place, public_name


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRow:
    """One post in a list."""

    id: int
    title: str
    text: str
    state: PostState
    organiser_id: int
    organiser_name: str
    place_name: str
    wanted: int
    left: int
    begins: date
    ends: date


@dataclass(frozen=True, slots=True)
class PostPage:
    """A page of posts, and where the next one begins ("" after the last)."""

    rows: tuple[PostRow, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignupView:
    """One sign-up as the organiser sees it, in the order in which people came."""

    id: int
    name: str
    contact: str
    channel: SignupChannel


@dataclass(frozen=True, slots=True, kw_only=True)
class StintView:
    """Certified hours of one day."""

    id: int
    name: str
    day: date
    minutes: int
    claimed_minutes: int | None
    objection: str
    state: StintState
    certified_by: str
    certified_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PostStory:
    """One post; who signed up and the hours are there for the organiser alone."""

    row: PostRow
    may_organise: bool
    signups: tuple[SignupView, ...]
    stints: tuple[StintView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPage:
    """What a private link shows its holder: the post, and their own hours."""

    post: PostRow
    name: str
    signup_state: SignupState | None
    stints: tuple[StintView, ...]

    @property
    def minutes(self) -> int:
        """All certified minutes of this post."""
        return sum(stint.minutes for stint in self.stints)


def open_posts(*, on: date, place_id: int | None = None, cursor: str = "") -> PostPage:
    """Posts that want volunteers, newest first. One query."""
    found = VolunteerPost.objects.filter(state=PostState.OPEN, ends__gte=on)
    if (place := find_place(place_id)) is not None:
        found = found.filter(place_path__startswith=place.path)
    if cursor.isascii() and cursor.isdigit():
        found = found.filter(id__lt=int(cursor))
    rows = _post_rows(found.order_by("-id")[: PAGE + 1])
    more = str(rows[PAGE - 1].id) if len(rows) > PAGE else ""
    return PostPage(tuple(rows[:PAGE]), more)


def posts_of_units(unit_ids: Iterable[int], *, most: int = 30) -> list[PostRow]:
    """The newest posts that these units organise, whatever their state."""
    found = VolunteerPost.objects.filter(organiser_id__in=list(unit_ids))
    return _post_rows(found.order_by("-id")[:most])


def post_story(*, by: Actor, post_id: int, most: int = 300) -> PostStory:
    """One post; raises `NotInPool` where there is none. At most three queries."""
    post = VolunteerPost.objects.filter(pk=post_id).first()
    if post is None:
        raise NotInPool
    may = organises(by, post.place_path, post.organiser_id)
    standing = post.signups.filter(state=SignupState.STANDS, erased_at=None).order_by("id")
    signups = list(standing[:most]) if may else []
    stints = post.stints.filter(erased_at=None).order_by("-day", "id")[:most] if may else []
    return PostStory(
        row=_post_rows([post])[0],
        may_organise=may,
        signups=tuple(
            SignupView(
                id=each.pk,
                name=open_text(each.name_sealed),
                contact=open_text(each.contact_sealed),
                channel=SignupChannel(each.channel),
            )
            for each in signups
        ),
        stints=tuple(_stint_views(stints)),
    )


def own_page(token: str) -> OwnPage:
    """What the holder of a sign-up's or a stint's link sees; raises `NotInPool`."""
    try:
        signup = signup_of_link(token)
    except NotInPool:
        stint = stint_of_link(token)
        views = tuple(_stint_views([stint]))
        return OwnPage(
            post=_post_rows([stint.post])[0], name=views[0].name, signup_state=None, stints=views
        )
    stints = tuple(_stint_views(signup.stints.filter(erased_at=None).order_by("day", "id")))
    name = open_text(signup.name_sealed) if signup.name_sealed else ""
    if not name and stints:
        name = stints[0].name
    return OwnPage(
        post=_post_rows([signup.post])[0], name=name, signup_state=SignupState(signup.state),
        stints=stints,
    )  # fmt: skip


def _post_rows(posts: Iterable[VolunteerPost]) -> list[PostRow]:
    rows = list(posts)
    names = {unit.id: unit.name for unit in units({row.organiser_id for row in rows}).values()}
    return [
        PostRow(
            id=row.pk,
            title=row.title,
            text=row.text,
            state=PostState(row.state),
            organiser_id=row.organiser_id,
            organiser_name=names.get(row.organiser_id, ""),
            place_name=public_name(row.place_id),
            wanted=row.wanted,
            left=row.wanted - row.taken,
            begins=row.begins,
            ends=row.ends,
        )
        for row in rows
    ]


def _stint_views(stints: Iterable[Stint]) -> list[StintView]:
    rows = list(stints)
    names = {unit.id: unit.name for unit in units({row.certified_by_id for row in rows}).values()}
    return [
        StintView(
            id=row.pk,
            name=open_text(row.name_sealed),
            day=row.day,
            minutes=row.minutes,
            claimed_minutes=row.claimed_minutes,
            objection=row.objection,
            state=StintState(row.state),
            certified_by=names.get(row.certified_by_id, ""),
            certified_at=row.certified_at,
        )
        for row in rows
    ]
