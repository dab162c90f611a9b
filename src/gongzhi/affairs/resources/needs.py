"""Step 1: a community publishes what it wants, corrects it, settles for less, or takes it back."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.resources import events
from gongzhi.affairs.resources.categories import HelpView, category_named
from gongzhi.affairs.resources.choices import Condition, NeedState, SourceKind, Urgency, Visibility
from gongzhi.affairs.resources.lifecycle import (
    NEED,
    CannotMove,
    NotInPool,
    Step,
    grow_pool,
    move,
    tell,
)
from gongzhi.affairs.resources.models import HelpCategory, Need, Wish
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.queries import coordinating_unit
from gongzhi.commons.permissions.actors import SYSTEM, Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.privacy.encryption import open_text
from gongzhi.commons.territory.queries import PlaceView, ancestor_of_kind, find_place

MOST = 1_000_000
LONGEST_DAYS = 366


class CannotPublish(ValueError):
    """A need that can't be published, with the field at fault and why."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNeed:
    """What a community asks for."""

    title: str
    category: str  # code or name
    place_id: int
    quantity: int
    begins: date
    ends: date
    text: str = ""
    urgency: Urgency = Urgency.NORMAL
    beneficiaries: int = 0
    whole: bool = False
    asks: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    visibility: Visibility = Visibility.PUBLIC
    source: Subject | None = None  # a record: ticket, decision, meeting, survey
    heard_in: SourceKind | None = None  # the same without a record
    after_id: int | None = None  # the need that has to be met before
    import_key: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A need whose parts are known to make sense."""

    new: NewNeed
    category: HelpView
    place: PlaceView
    community_id: int
    title: str = field(default="")


def check_need(new: NewNeed, *, on: date) -> Checked:
    """Refuse a need that makes no sense, naming the first field at fault (`CannotPublish`)."""
    title = new.title.strip()
    if not 0 < len(title) <= 80:
        raise CannotPublish("title", _("请用 1 到 80 个字写明需要什么"))
    if len(new.text) > 4000:
        raise CannotPublish("text", _("说明最多 4000 字，请精简"))
    category = category_named(new.category)
    if category is None:
        raise CannotPublish("category", _("没有“%(name)s”这个类别") % {"name": new.category})
    place = find_place(new.place_id)
    if place is None:
        raise CannotPublish("place", _("没有这个地点，请重新选择"))
    community = ancestor_of_kind(place.id, "community")
    if community is None:
        raise CannotPublish("place", _("请选到社区，或社区以下的地点"))
    if not 1 <= new.quantity <= MOST:
        raise CannotPublish("quantity", _("数量应在 1 到 1000000 之间"))
    if not 0 <= new.beneficiaries <= MOST:
        raise CannotPublish("beneficiaries", _("受益人数应在 0 到 1000000 之间"))
    _check_times(new, on=on)
    for name in ("asks", "gives"):
        if unknown := set(getattr(new, name)) - set(Condition.values):
            raise CannotPublish(name, _("没有“%(name)s”这个条件") % {"name": sorted(unknown)[0]})
    if new.source is not None and new.source.kind not in SourceKind.values:
        raise CannotPublish("source", _("需求不能来自“%(kind)s”") % {"kind": new.source.kind})
    if new.after_id is not None:
        _check_earlier(new.after_id, community)
    return Checked(new, category, place, community, title)


def _check_times(new: NewNeed, *, on: date) -> None:
    if new.ends < new.begins:
        raise CannotPublish("ends", _("结束日期早于开始日期，请核对"))
    if new.ends < on:
        raise CannotPublish("ends", _("结束日期已经过去，请核对"))
    if (new.ends - new.begins).days > LONGEST_DAYS:
        raise CannotPublish("ends", _("时间最长一年，请分期发布"))


def _check_earlier(after_id: int, community_id: int) -> None:
    """A need can only wait for one that was there before it, so nothing ever waits in a circle."""
    standing = Need.objects.filter(pk=after_id, community_id=community_id).exclude(
        state__in=[NeedState.REFUSED, NeedState.WITHDRAWN, NeedState.EXPIRED]
    )
    if not standing.exists():
        raise CannotPublish("after", _("没有可以等的这个需求，请在本社区的需求里选"))


@transaction.atomic
def publish_need(*, new: NewNeed, by: Actor, at: datetime) -> int:
    """Publish a need; anyone who can give may claim it from now on. Returns its id."""
    checked = check_need(new, on=localdate(at))
    require(by, "needs.publish", place_path=checked.place.path)
    need = insert_need(checked, state=NeedState.PUBLISHED, by=by, at=at)
    tell_published(need, by=by, at=at, opens=True)
    return need.pk


def insert_need(checked: Checked, *, state: NeedState, by: Actor, at: datetime) -> Need:
    """Write the row in the caller's transaction; it also counts as a change of the pool."""
    new, source = checked.new, checked.new.source
    publisher = by.unit_id or coordinating_unit(checked.place.id, localdate(at))
    if publisher is None:
        raise CannotPublish("place", _("这个社区还没有统筹单位，不能发布需求"))
    number = grow_pool()
    row = Need(
        title=checked.title,
        text=new.text.strip(),
        category_id=checked.category.id,
        place_id=checked.place.id,
        place_path=checked.place.path,
        community_id=checked.community_id,
        publisher_id=publisher,
        state=state,
        quantity=new.quantity,
        urgency=new.urgency,
        beneficiaries=new.beneficiaries,
        whole=new.whole,
        asks=sorted(set(new.asks)),
        gives=sorted(set(new.gives)),
        visibility=new.visibility,
        begins=new.begins,
        ends=new.ends,
        source_kind=source.kind if source else (new.heard_in or ""),
        source_id=source.id if source else None,
        after_id=new.after_id,
        published_at=at if state is NeedState.PUBLISHED else None,
        touched_at=at,
        changed_in=number,
        import_key=new.import_key,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise CannotPublish("source", _("已经发布过同样的需求")) from error
    return row


def tell_published(need: Need, *, by: Actor, at: datetime, opens: bool) -> None:
    """The event that a need can be claimed."""
    tell(
        Subject("need", need.pk),
        events.NEED_PUBLISHED,
        by=by,
        at=at,
        place_id=need.place_id,
        opens=opens,
        category=_code(need),
        quantity=need.quantity,
        urgency=int(need.urgency),
        until=need.ends.isoformat(),
        source_kind=need.source_kind,
        source=need.source_id,
    )


def _code(need: Need) -> str:
    return HelpCategory.objects.values_list("code", flat=True).get(pk=need.category_id)


def need_for(by: Actor, action: str, need_id: int) -> Need:
    """The need, once `by` is known to be allowed `action` at its place."""
    need = Need.objects.filter(pk=need_id).first()
    if need is None:
        raise NotInPool
    require(by, action, place_path=need.place_path, unit_ids=[need.publisher_id])
    return need


def check_words_of_wish(wish: Wish, words: str) -> None:
    """Refuse words in which the name or contact of who made the wish stands."""
    sealed = [wish.name_sealed, wish.contact_sealed] if wish.erased_at is None else []
    if any(hidden in words for each in sealed if each and (hidden := open_text(each).strip())):
        raise CannotPublish("text", _("心愿会公开，请不要写姓名和电话"))


@transaction.atomic
def correct_need(
    *,
    need_id: int,
    title: str,
    text: str,
    quantity: int,
    urgency: Urgency,
    ends: date,
    by: Actor,
    at: datetime,
) -> None:
    """Change what a published need says; never to less than is claimed already.

    The words of a micro-wish were approved, so they are changed only by who approves; a wish stays
    one, and who made it stays out of its words.
    """
    need = need_for(by, "needs.publish", need_id)
    wish = Wish.objects.filter(need=need).first()
    if wish is not None:
        require(by, "needs.review", place_path=need.place_path)
        check_words_of_wish(wish, f"{title}{text}")
        quantity = need.quantity
    same = NewNeed(
        title=title, text=text, category=_code(need), place_id=need.place_id, quantity=quantity,
        begins=need.begins, ends=ends,
    )  # fmt: skip
    checked = check_need(same, on=localdate(at))
    changes: dict[str, object] = {
        "title": checked.title, "text": text.strip(), "quantity": quantity, "urgency": urgency,
        "ends": ends,
    }  # fmt: skip
    changed = sorted(name for name, value in changes.items() if getattr(need, name) != value)
    if not changed:
        return
    number = grow_pool()
    standing = Need.objects.filter(
        pk=need_id, state__in=[NeedState.DRAFTED, NeedState.PUBLISHED], claimed__lte=quantity
    )
    if not standing.update(**changes, touched_at=at, changed_in=number):
        raise CannotPublish("quantity", _("已认领的比这个数量多，或需求已不能更正"))
    tell(
        Subject("need", need.pk), events.NEED_CORRECTED, by=by, at=at, place_id=need.place_id,
        fields=changed, until=ends.isoformat(),
    )  # fmt: skip
    follow_counts(need_id, by=by, at=at)


@transaction.atomic
def settle_need(*, need_id: int, by: Actor, at: datetime) -> None:
    """Be content with what is claimed already: the rest is not sought any longer."""
    need = need_for(by, "needs.publish", need_id)
    number = grow_pool()
    standing = Need.objects.filter(pk=need_id, state=NeedState.PUBLISHED, claimed__gt=0)
    if not standing.update(quantity=F("claimed"), touched_at=at, changed_in=number):
        raise CannotPublish("quantity", _("还没有人认领；不再需要时请撤回"))
    left = Need.objects.values_list("quantity", flat=True).get(pk=need_id)
    tell(
        Subject("need", need.pk), events.NEED_SETTLED, by=by, at=at, place_id=need.place_id,
        was=need.quantity, quantity=left,
    )  # fmt: skip
    follow_counts(need_id, by=by, at=at)


@transaction.atomic
def withdraw_need(*, need_id: int, by: Actor, at: datetime) -> None:
    """Take back a need that nobody has claimed."""
    need = need_for(by, "needs.publish", need_id)
    number = grow_pool()
    if Need.objects.filter(pk=need_id, claimed__gt=0).exists():
        raise CannotPublish("quantity", _("已有单位认领，请先与对方商量退出，或只收所认领的数量"))
    move(need, NEED, Step.WITHDRAW, guard=Q(claimed=0), touched_at=at, changed_in=number)
    tell(Subject("need", need.pk), events.NEED_WITHDRAWN, by=by, at=at, place_id=need.place_id)


def expire_needs(*, at: datetime, most: int = 200) -> int:
    """End needs whose time has passed and that nobody claimed; returns how many."""
    today, count = localdate(at), 0
    late = Need.objects.filter(state=NeedState.PUBLISHED, ends__lt=today, claimed=0)
    for need in late.order_by("ends", "id")[:most]:
        with suppress(CannotMove), transaction.atomic():  # claimed or withdrawn meanwhile
            number = grow_pool()
            move(need, NEED, Step.EXPIRE, guard=Q(claimed=0), touched_at=at, changed_in=number)
            tell(
                Subject("need", need.pk), events.NEED_EXPIRED, by=SYSTEM, at=at,
                place_id=need.place_id,
            )  # fmt: skip
            count += 1
    return count


def follow_counts(need_id: int, *, by: Actor, at: datetime) -> None:
    """Move a need to where its counts have brought it; runs in the caller's transaction."""
    while True:
        need = Need.objects.get(pk=need_id)
        step = _step_of_counts(need)
        if step is None:
            return
        more: dict[str, Any] = {"confirmed_at": at} if step is Step.CONFIRM else {}
        move(need, NEED, step, touched_at=at, **more)
        _tell_counted(need, step, by=by, at=at)


def _step_of_counts(need: Need) -> Step | None:
    full, met = need.claimed == need.quantity, need.met == need.quantity
    match need.state:
        case NeedState.PUBLISHED if full:
            return Step.FILL
        case NeedState.CLAIMED if not full:
            return Step.REOPEN
        case NeedState.CLAIMED if met:
            return Step.FINISH
        case NeedState.DONE if not met:
            return Step.UNFINISH
        case NeedState.DONE if need.confirmed == need.quantity:
            return Step.CONFIRM
    return None


def _tell_counted(need: Need, step: Step, *, by: Actor, at: datetime) -> None:
    subject = Subject("need", need.pk)
    if step is Step.FILL:
        tell(
            subject, events.NEED_CLAIMED, by=by, at=at, place_id=need.place_id,
            quantity=need.quantity,
        )  # fmt: skip
    elif step is Step.REOPEN:
        left = need.quantity - need.claimed
        tell(subject, events.NEED_REOPENED, by=by, at=at, place_id=need.place_id, left=left)
    elif step is Step.FINISH:
        tell(
            subject, events.NEED_DONE, by=by, at=at, place_id=need.place_id, quantity=need.quantity
        )
    elif step is Step.CONFIRM:
        tell(
            subject,
            events.NEED_CONFIRMED,
            by=by,
            at=at,
            place_id=need.place_id,
            category=_code(need),
            quantity=need.quantity,
            in_time=localdate(at) <= need.ends,
            source_kind=need.source_kind,
            source=need.source_id,
        )
