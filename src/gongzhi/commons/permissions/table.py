"""The permission table: which role may do what, and where. Every action consults it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from gongzhi.commons.permissions.actors import Actor, Voice
from gongzhi.commons.permissions.roles import RoleKind


class Where(StrEnum):
    """How far a permission of a role reaches."""

    EVERYWHERE = "everywhere"
    PLACE = "place"  # subjects in the subtree of the role's place
    UNIT = "unit"  # subjects that the role's unit leads or assists


class NotPermitted(PermissionError):
    """The actor may not do this here."""

    def __init__(self, action: str) -> None:
        self.action = action
        holders = "、".join(str(RoleKind(kind).label) for kind in ACTIONS.get(action, {}))
        super().__init__(
            _("这件事不在您的职权或辖区内（%(action)s）；可以办的角色：%(holders)s")
            % {"action": action, "holders": holders or "—"}
        )


_R = RoleKind
_ALL, _PLACE, _UNIT = Where.EVERYWHERE, Where.PLACE, Where.UNIT
_HANDLERS = {_R.UNIT_MEMBER: _UNIT, _R.UNIT_LEAD: _UNIT}
_GIVERS = {**_HANDLERS, _R.PARTNER: _UNIT}
_COMMUNITY = {_R.COMMUNITY_WORKER: _PLACE, _R.COORDINATOR: _PLACE}
# Any unit may be called by a whistle, a residents' committee or a partner too.
_CALLED = {**_HANDLERS, _R.COMMUNITY_WORKER: _UNIT, _R.COORDINATOR: _UNIT, _R.PARTNER: _UNIT}
_ABOVE = {_R.SUBDISTRICT_LEAD: _PLACE, _R.DISTRICT_OFFICER: _ALL}
_STUDY = {_R.DISTRICT_OFFICER: _ALL, _R.RESEARCHER: _ALL}

ACTIONS: dict[str, dict[RoleKind, Where]] = {
    # reading
    "tickets.read": {
        _R.GRID_WORKER: _PLACE,
        **_COMMUNITY,
        **_HANDLERS,
        **_ABOVE,
        _R.UNIT_SYSTEM: _UNIT,
    },
    "tickets.read_contact": {**_COMMUNITY, **_HANDLERS, **_ABOVE},
    "tickets.find_by_phone": {**_COMMUNITY, **_ABOVE},
    "tickets.export": {_R.COORDINATOR: _PLACE, **_ABOVE},
    # intake and routing
    "tickets.receive_for": {_R.GRID_WORKER: _PLACE, **_COMMUNITY, **_ABOVE},
    "tickets.correct_for": {**_COMMUNITY, **_ABOVE},  # only what staff took down
    "tickets.import": {_R.COORDINATOR: _PLACE, **_ABOVE},
    "tickets.triage": {**_COMMUNITY, **_ABOVE},
    "tickets.learn": {_R.DISTRICT_OFFICER: _ALL, _R.ADMINISTRATOR: _ALL},  # shows no ticket
    "tickets.place": {_R.GRID_WORKER: _PLACE, **_COMMUNITY, **_HANDLERS, **_ABOVE},
    "tickets.dispatch": {**_COMMUNITY, **_ABOVE},
    "tickets.object": _HANDLERS,
    "tickets.review_objection": _ABOVE,
    "tickets.merge": {**_COMMUNITY, **_ABOVE},
    "tickets.split": {**_COMMUNITY, **_ABOVE},
    # handling
    "tickets.handle": {**_COMMUNITY, **_HANDLERS, _R.UNIT_SYSTEM: _UNIT},
    "tickets.answer": {**_COMMUNITY, **_HANDLERS, _R.UNIT_SYSTEM: _UNIT},
    "tickets.ask_requester": {**_COMMUNITY, **_HANDLERS},
    "tickets.request_extension": _HANDLERS | {_R.COORDINATOR: _PLACE},
    "tickets.approve_extension": _ABOVE,
    "tickets.close": {**_HANDLERS, _R.COORDINATOR: _PLACE, **_ABOVE},
    "tickets.park": {_R.COORDINATOR: _PLACE, _R.UNIT_LEAD: _UNIT},
    "tickets.approve_parking": _ABOVE,
    "tickets.apply_exclusion": {**_HANDLERS, _R.COORDINATOR: _PLACE},
    "tickets.review_exclusion": _ABOVE,
    "tickets.reopen": {_R.COORDINATOR: _PLACE, **_ABOVE},
    "tickets.supervise": _ABOVE,
    "tickets.call_back": {**_COMMUNITY, **_ABOVE},
    # joint handling
    "whistles.blow": {_R.COORDINATOR: _PLACE, _R.SUBDISTRICT_LEAD: _PLACE},
    "whistles.authorise": _ABOVE,
    "whistles.respond": _CALLED,
    "whistles.rate": {**_CALLED, _R.COORDINATOR: _PLACE, _R.SUBDISTRICT_LEAD: _PLACE},
    "whistles.close": {_R.COORDINATOR: _PLACE, _R.SUBDISTRICT_LEAD: _PLACE},
    # the pool of needs and offers
    "needs.publish": {**_COMMUNITY, **_ABOVE},
    "needs.review": {_R.COORDINATOR: _PLACE, **_ABOVE},
    "offers.open": {_R.COORDINATOR: _PLACE, **_GIVERS, **_ABOVE},
    "claims.give": {**_GIVERS, _R.COORDINATOR: _UNIT},  # never for a unit that it receives from
    "claims.receive": {**_COMMUNITY, **_ABOVE},
    "bookings.make": {**_COMMUNITY, **_GIVERS, **_ABOVE},
    "volunteers.organise": {**_COMMUNITY, **_GIVERS},
    "slips.draft": _COMMUNITY,
    "slips.read": {_R.PARTNER: _UNIT, _R.UNIT_LEAD: _UNIT},
    "agreements.sign": {_R.COORDINATOR: _PLACE, _R.PARTNER: _UNIT, _R.UNIT_LEAD: _UNIT},
    "projects.run": {_R.COORDINATOR: _PLACE, **_ABOVE},
    "projects.lead": {**_GIVERS, _R.COORDINATOR: _PLACE},
    "plans.compute": {_R.DISTRICT_OFFICER: _ALL},
    "resources.import": {_R.COORDINATOR: _PLACE, _R.PARTNER: _UNIT, **_ABOVE},  # row by row
    "resources.read": {
        _R.GRID_WORKER: _ALL,
        _R.COMMUNITY_WORKER: _ALL,
        _R.COORDINATOR: _ALL,
        _R.PARTNER: _ALL,
        _R.UNIT_MEMBER: _ALL,
        _R.UNIT_LEAD: _ALL,
        _R.SUBDISTRICT_LEAD: _ALL,
        _R.DISTRICT_OFFICER: _ALL,
        _R.RESEARCHER: _ALL,
    },
    # assemblies
    "owners_votes.read": {_R.GRID_WORKER: _PLACE, **_COMMUNITY, **_HANDLERS, **_ABOVE},
    "owners_votes.enter": {_R.GRID_WORKER: _PLACE, **_COMMUNITY, **_HANDLERS},
    "owners_votes.run": {**_COMMUNITY, **_HANDLERS},
    "meetings.read": {**_COMMUNITY, **_ABOVE},
    "meetings.attend": _CALLED,  # units that are asked to come see what they are asked to
    "meetings.call": {_R.COORDINATOR: _PLACE, **_ABOVE},
    # topics and decisions
    "topics.read": {
        _R.GRID_WORKER: _PLACE,
        **_COMMUNITY,
        **_ABOVE,
        _R.RESEARCHER: _ALL,
    },
    "topics.propose": {
        _R.GRID_WORKER: _PLACE,
        **_COMMUNITY,
        **_ABOVE,
        _R.PARTNER: _ALL,
    },
    "topics.run": {**_COMMUNITY, **_ABOVE},
    "topics.enter_paper": {_R.GRID_WORKER: _PLACE, **_COMMUNITY, **_ABOVE},
    "topics.export": {_R.COORDINATOR: _PLACE, **_ABOVE, _R.RESEARCHER: _ALL},
    "decisions.take": {_R.COORDINATOR: _PLACE, **_ABOVE},
    "public_notices.post": {**_COMMUNITY, **_ABOVE},
    # the community fund
    "rounds.run": {_R.COORDINATOR: _PLACE, **_ABOVE},
    "rounds.import": {_R.COORDINATOR: _PLACE, **_ABOVE},
    "proposals.make_for_unit": _GIVERS,
    "proposals.check": {**_COMMUNITY, **_ABOVE},
    "roster.keep": _COMMUNITY,
    "ballots.take_paper": _COMMUNITY,
    "ballots.enter": {**_COMMUNITY, _R.SUBDISTRICT_LEAD: _PLACE},
    "projects.accept": {_R.COORDINATOR: _PLACE, **_ABOVE},
    "funds.enter": _COMMUNITY,
    "funds.approve": {_R.COORDINATOR: _PLACE, **_ABOVE},
    # surveys: who designs, who goes out, who reads results, who takes coded answers along
    "surveys.design": _STUDY,
    "surveys.field": {**_COMMUNITY, **_ABOVE, _R.RESEARCHER: _ALL},
    "surveys.read": {**_COMMUNITY, **_ABOVE, _R.RESEARCHER: _ALL},
    "surveys.read_words": _STUDY,
    "surveys.export": _STUDY,
    # tasks
    "tasks.ask": {_R.COORDINATOR: _PLACE, **_ABOVE},
    "tasks.finish": {
        **_COMMUNITY,
        **_HANDLERS,
        _R.PARTNER: _UNIT,
        _R.SUBDISTRICT_LEAD: _UNIT,
    },
    "tasks.approve": _ABOVE,
    "tasks.cancel": {_R.COORDINATOR: _PLACE, **_ABOVE},
    # the register
    "territory.edit": {_R.DISTRICT_OFFICER: _ALL, _R.ADMINISTRATOR: _ALL},
    "organisations.edit": {_R.DISTRICT_OFFICER: _ALL, _R.ADMINISTRATOR: _ALL},
    "categories.edit": {_R.DISTRICT_OFFICER: _ALL, _R.ADMINISTRATOR: _ALL},
    "calendar.edit": {_R.DISTRICT_OFFICER: _ALL, _R.ADMINISTRATOR: _ALL},
    "tables.save_mapping": {
        _R.COORDINATOR: _ALL,
        _R.SUBDISTRICT_LEAD: _ALL,
        _R.DISTRICT_OFFICER: _ALL,
        _R.RESEARCHER: _ALL,
        _R.ADMINISTRATOR: _ALL,
    },
    "privacy.set_retention": {_R.ADMINISTRATOR: _ALL},
    "follow_ups.try_again": {_R.ADMINISTRATOR: _ALL},
    "notices.send_again": {_R.ADMINISTRATOR: _ALL},
    "remarks.read": {_R.ADMINISTRATOR: _ALL, _R.DISTRICT_OFFICER: _ALL},
    "ledger.verify": {_R.AUDITOR: _ALL, _R.ADMINISTRATOR: _ALL},
    # forms
    "forms.ask": {_R.COORDINATOR: _PLACE, **_ABOVE},
    "forms.approve": _ABOVE,
    "forms.fill": _COMMUNITY,
    # reports
    "studies.write": {_R.RESEARCHER: _ALL, _R.DISTRICT_OFFICER: _ALL},
    "editions.publish": {_R.DISTRICT_OFFICER: _ALL},
    "violations.answer": {_R.DISTRICT_OFFICER: _ALL},
    "indicators.read": {
        **_COMMUNITY,
        **_ABOVE,
        _R.UNIT_LEAD: _UNIT,
        _R.RESEARCHER: _ALL,
        _R.UNIT_SYSTEM: _UNIT,
    },
}

# What anyone may do without an account, and what the holder of a ticket's private link may do.
ANYONE = frozenset(
    {
        "tickets.receive",
        "topics.suggest",
        "public_notices.object",
        "proposals.make",
        "ballots.cast",
        "surveys.answer",
    }
)
KEY_HOLDER = frozenset(
    {
        "tickets.track",
        "tickets.withdraw",
        "tickets.correct",
        "tickets.reply",
        "tickets.answer_callback",
        "tickets.erase_contact",
    }
)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far an actor's permission for one action goes; it turns into a list filter."""

    everywhere: bool = False
    place_ids: frozenset[int] = frozenset()
    unit_ids: frozenset[int] = frozenset()

    @property
    def nowhere(self) -> bool:
        return not (self.everywhere or self.place_ids or self.unit_ids)


def reach(by: Actor, action: str) -> Reach:
    """Everywhere, or the places (with all below) and units for which `by` may do `action`."""
    if by.voice is Voice.SYSTEM:
        return Reach(everywhere=True)
    grants = ACTIONS.get(action, {})
    held = [(role, grants[role.kind]) for role in by.roles if role.kind in grants]
    return Reach(
        everywhere=any(where is _ALL for _, where in held),
        place_ids=frozenset(role.place_id for role, where in held if where is _PLACE),
        unit_ids=frozenset(role.unit_id for role, where in held if where is _UNIT),
    )


def allowed(
    by: Actor,
    action: str,
    *,
    place_path: str = "",
    unit_ids: Iterable[int] = (),
    ticket_id: int | None = None,
) -> bool:
    """Whether `by` may do `action` to a subject at this place, held by these units."""
    if by.voice is Voice.SYSTEM or action in ANYONE:
        return True
    if action in KEY_HOLDER:
        return ticket_id is not None and by.ticket_key == ticket_id
    grants = ACTIONS.get(action, {})
    units = frozenset(unit_ids)
    for role in by.roles:
        where = grants.get(role.kind)
        if where is _ALL:
            return True
        if where is _PLACE and place_path.startswith(role.place_path):
            return True
        if where is _UNIT and role.unit_id in units:
            return True
    return False


def require(
    by: Actor,
    action: str,
    *,
    place_path: str = "",
    unit_ids: Iterable[int] = (),
    ticket_id: int | None = None,
) -> None:
    """Raise `NotPermitted` unless `allowed`."""
    if not allowed(by, action, place_path=place_path, unit_ids=unit_ids, ticket_id=ticket_id):
        raise NotPermitted(action)
