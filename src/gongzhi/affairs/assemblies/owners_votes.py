"""Preparing an owners' vote, announcing it in time, giving it more time, calling it off."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from gongzhi.affairs.assemblies import owners_events as events
from gongzhi.affairs.assemblies.models import OwnersVote, VoteItem
from gongzhi.affairs.assemblies.owners_choices import Disclosure, Matter, Phase, Scope, VoteState
from gongzhi.affairs.assemblies.owners_choices import Twice as TwiceRule
from gongzhi.affairs.assemblies.owners_lifecycle import (
    CannotVote,
    move,
    require_phase,
    tell,
    vote_for,
)
from gongzhi.commons.organisations.kinds import UnitKind
from gongzhi.commons.organisations.queries import find_unit, standing_unit
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.territory.queries import PlaceView, find_place

LONGEST_VOTE = timedelta(days=366)
LONGEST_AHEAD = timedelta(days=731)
MOST_ITEMS = 12
# Property management ordinance, article 14: the owners are told fifteen days before.
STATUTORY_NOTICE_DAYS = 15
CONVENERS = (
    UnitKind.OWNERS_COMMITTEE,
    UnitKind.RESIDENTS_COMMITTEE,
    UnitKind.COMMUNITY_PARTY_ORG,
    UnitKind.SUBDISTRICT_OFFICE,
)


@dataclass(frozen=True, slots=True)
class NewVote:
    """What an owners' vote is, before it has questions and a roll."""

    title: str
    about: str
    scope: Scope
    scope_name: str
    place_id: int
    convener_id: int
    disclosure: Disclosure
    terms: str = ""
    total_area: Decimal | None = None
    twice: TwiceRule = TwiceRule.LATEST
    proxy_limit: int | None = None
    spoiled_takes_part: bool = False
    notice_days: int = STATUTORY_NOTICE_DAYS
    basis: str = ""


@transaction.atomic
def draft_vote(*, new: NewVote, by: Actor, at: datetime) -> int:
    """Begin to prepare a vote; returns its id. Raises CannotVote, NotPermitted."""
    place = find_place(new.place_id)
    if place is None:
        raise CannotVote(_("没有这个地点，请重新选择。"), field="place")
    require(by, "owners_votes.run", place_path=place.path, unit_ids=[new.convener_id])
    _check_convener(new.convener_id, place, at=at)
    _check_facts(new)
    vote = OwnersVote.objects.create(
        **_columns(new), place_id=place.id, place_path=place.path, convener_id=new.convener_id,
        drafted_at=at, touched_at=at,
    )  # fmt: skip
    tell(
        vote, events.DRAFTED, by=by, at=at, opens=True, scope=new.scope, convener=new.convener_id,
        disclosure=new.disclosure,
    )  # fmt: skip
    return vote.pk


@transaction.atomic
def change_vote(*, vote_id: int, new: NewVote, by: Actor, at: datetime) -> None:
    """Change the facts of a vote that is not announced yet; place and convener stay."""
    vote = vote_for(by, "owners_votes.run", vote_id, at=at)
    require_phase(vote, Phase.DRAFTED, at=at)
    _check_facts(new)
    _check_total(vote, new.total_area)
    columns = _columns(new)
    changed = sorted(name for name, value in columns.items() if getattr(vote, name) != value)
    if changed:
        OwnersVote.objects.filter(pk=vote.pk, state=VoteState.DRAFTED).update(**columns)
        tell(vote, events.CHANGED, by=by, at=at, fields=changed)


def _columns(new: NewVote) -> dict[str, object]:
    return {
        "title": new.title.strip(),
        "about": new.about.strip(),
        "terms": new.terms.strip(),
        "scope": new.scope,
        "scope_name": new.scope_name.strip(),
        "disclosure": new.disclosure,
        "total_area": new.total_area,
        "twice": new.twice,
        "proxy_limit": new.proxy_limit,
        "spoiled_takes_part": new.spoiled_takes_part,
        "notice_days": new.notice_days,
        "basis": new.basis.strip(),
    }


def _check_convener(unit_id: int, place: PlaceView, *, at: datetime) -> None:
    """Owners are called by their committee, or by who stands in for it, at the place or above."""
    unit = find_unit(standing_unit(unit_id, on=localdate(at)))
    if unit is None:
        raise CannotVote(_("没有这个单位，或它已撤销；请重新选择召集单位。"), field="convener")
    home = find_place(unit.place_id)
    if unit.kind not in CONVENERS or home is None or not place.path.startswith(home.path):
        raise CannotVote(
            _("召集单位应是这里的业主委员会、居民委员会、社区党组织或街道办事处。"),
            field="convener",
        )


def _check_total(vote: OwnersVote, total: Decimal | None) -> None:
    """Refuse a total that the flats on the roll contradict: the vote could never be counted."""
    areas = list(vote.flats.values_list("area", flat=True))
    listed = sum((area for area in areas if area is not None), Decimal(0))
    if total is not None and (total < listed or (total == listed and None in areas)):
        raise CannotVote(
            _("总面积须大于名册中已知面积之和 %(listed)s 平方米；没有面积不明的房屋时可以相等。")
            % {"listed": f"{listed.normalize():f}"},
            field="total_area",
        )


def _check_facts(new: NewVote) -> None:
    if not 0 < len(new.title.strip()) <= 120 or not new.about.strip():
        raise CannotVote(_("请写明表决的名称（120 字以内）和事由。"), field="title")
    if not 0 < len(new.scope_name.strip()) <= 60 or {"=", "＝"} & {*new.scope_name}:
        raise CannotVote(
            _("请写明由哪个范围的业主表决，例如“3幢”或“2幢1单元”。"), field="scope_name"
        )
    if new.total_area is not None and not 0 < new.total_area < 10**10:
        raise CannotVote(_("总面积应是正数；不清楚时请留空。"), field="total_area")
    if new.proxy_limit is not None and not 1 <= new.proxy_limit <= 1000:
        raise CannotVote(_("每人最多代理的户数应在 1 和 1000 之间。"), field="proxy_limit")
    if not 0 <= new.notice_days <= 90:
        raise CannotVote(_("公告天数应在 0 和 90 之间。"), field="notice_days")
    if new.notice_days < STATUTORY_NOTICE_DAYS and not new.basis.strip():
        raise CannotVote(
            _("物业管理条例第十四条要求提前十五日公告；少于十五日须写明依据的规定。"), field="basis"
        )


@transaction.atomic
def add_item(
    *, vote_id: int, title: str, text: str, matter: Matter, by: Actor, at: datetime
) -> int:
    """Add a question; the matter of article 278 decides which majority it needs."""
    vote = vote_for(by, "owners_votes.run", vote_id, at=at)
    require_phase(vote, Phase.DRAFTED, at=at)
    if not 0 < len(title.strip()) <= 120:
        raise CannotVote(_("请用 1 到 120 个字写明表决事项。"), field="title")
    if vote.items.count() >= MOST_ITEMS:
        raise CannotVote(_("一次表决最多 %(most)d 个事项。") % {"most": MOST_ITEMS})
    number = (vote.items.aggregate(last=Max("number"))["last"] or 0) + 1
    VoteItem.objects.create(
        vote=vote, number=number, title=title.strip(), text=text.strip(), matter=matter
    )
    tell(vote, events.ITEM_ADDED, by=by, at=at, item=number, matter=int(matter))
    return number


@transaction.atomic
def remove_item(*, vote_id: int, number: int, by: Actor, at: datetime) -> None:
    """Take a question out before the vote is announced; the others keep their numbers."""
    vote = vote_for(by, "owners_votes.run", vote_id, at=at)
    require_phase(vote, Phase.DRAFTED, at=at)
    if not vote.items.filter(number=number).delete()[0]:
        raise CannotVote(_("没有这个表决事项。"))
    tell(vote, events.ITEM_REMOVED, by=by, at=at, item=number)


@transaction.atomic
def announce_vote(
    *, vote_id: int, begins_at: datetime, ends_at: datetime, by: Actor, at: datetime
) -> None:
    """Tell the owners: from now on questions, rules and roll stand, and the notice runs.

    Raises CannotVote where something is missing or the voting would begin too soon.
    """
    vote = vote_for(by, "owners_votes.run", vote_id, at=at)
    require_phase(vote, Phase.DRAFTED, at=at)
    if not vote.items.exists():
        raise CannotVote(_("还没有表决事项，不能公告。"))
    if not vote.flats.exists():
        raise CannotVote(_("还没有业主名册，不能公告。"))
    soonest = at + timedelta(days=vote.notice_days)
    if begins_at < soonest:
        raise CannotVote(
            _("须提前 %(days)d 天公告：最早可在 %(soonest)s 开始投票。")
            % {"days": vote.notice_days, "soonest": f"{localtime(soonest):%Y-%m-%d %H:%M}"},
            field="begins_at",
        )
    if begins_at - at > LONGEST_AHEAD:
        raise CannotVote(_("开始时间应在两年以内。"), field="begins_at")
    if not begins_at < ends_at or ends_at - begins_at > LONGEST_VOTE:
        raise CannotVote(_("截止时间应晚于开始时间，且不超过一年。"), field="ends_at")
    move(
        vote, VoteState.DRAFTED, VoteState.ANNOUNCED, announced_at=at, begins_at=begins_at,
        ends_at=ends_at,
    )  # fmt: skip
    tell(
        vote, events.ANNOUNCED, by=by, at=at, begins=begins_at.isoformat(timespec="minutes"),
        ends=ends_at.isoformat(timespec="minutes"), items=vote.items.count(),
    )  # fmt: skip


@transaction.atomic
def extend_vote(*, vote_id: int, ends_at: datetime, reason: str, by: Actor, at: datetime) -> None:
    """Give more time while the vote is not over, as where too few could take part yet."""
    vote = vote_for(by, "owners_votes.run", vote_id, at=at)
    require_phase(vote, Phase.NOTICE, Phase.OPEN, at=at)
    was, began = vote.ends_at, vote.begins_at
    if was is None or began is None or not was < ends_at or ends_at - began > LONGEST_VOTE:
        raise CannotVote(_("新的截止时间应晚于原来的，且投票不超过一年。"), field="ends_at")
    if not 0 < len(reason.strip()) <= 300:
        raise CannotVote(_("请说明延长的理由（300 字以内）。"), field="reason")
    move(vote, VoteState.ANNOUNCED, VoteState.ANNOUNCED, ends_at=ends_at, reason=reason.strip())
    tell(
        vote, events.EXTENDED, by=by, at=at, ends=ends_at.isoformat(timespec="minutes"),
        was=was.isoformat(timespec="minutes"),
    )  # fmt: skip


@transaction.atomic
def cancel_vote(*, vote_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Call the vote off before it is counted."""
    vote = vote_for(by, "owners_votes.run", vote_id, at=at)
    require_phase(vote, Phase.DRAFTED, Phase.NOTICE, Phase.OPEN, Phase.TO_COUNT, at=at)
    if not 0 < len(reason.strip()) <= 300:
        raise CannotVote(_("请说明取消的理由（300 字以内）。"), field="reason")
    move(vote, VoteState(vote.state), VoteState.CANCELLED, reason=reason.strip())
    tell(vote, events.CANCELLED, by=by, at=at)
