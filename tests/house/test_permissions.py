"""The permission table, cell by cell: what is granted holds, and nothing else does."""

import pytest

from gongzhi.commons.permissions.actors import (
    RESIDENT,
    SYSTEM,
    Actor,
    HeldRole,
    Voice,
    resident_with_key,
)
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.permissions.table import (
    ACTIONS,
    ANYONE,
    KEY_HOLDER,
    NotPermitted,
    Where,
    allowed,
    reach,
    require,
)

OURS, THEIRS = 7, 8
HERE, BELOW, BESIDE = "/1/2/", "/1/2/9/", "/1/20/"
CELLS = [(action, role) for action in ACTIONS for role in RoleKind]


def holder(role: RoleKind) -> Actor:
    return Actor(Voice.STAFF, person_id=1, roles=(HeldRole(role, OURS, 2, HERE),))


@pytest.mark.parametrize(("action", "role"), CELLS)
def test_a_cell_grants_what_it_says_and_no_more(action: str, role: RoleKind) -> None:
    by = holder(role)
    where = ACTIONS[action].get(role)
    at_place = allowed(by, action, place_path=BELOW, unit_ids=[THEIRS])
    at_unit = allowed(by, action, place_path=BESIDE, unit_ids=[OURS])
    nowhere = allowed(by, action, place_path=BESIDE, unit_ids=[THEIRS])
    assert at_place == (where in {Where.PLACE, Where.EVERYWHERE})
    assert at_unit == (where in {Where.UNIT, Where.EVERYWHERE})
    assert nowhere == (where is Where.EVERYWHERE)
    assert reach(by, action).nowhere == (where is None)


@pytest.mark.parametrize("action", ACTIONS)
def test_without_a_role_nobody_on_the_staff_may_do_anything(action: str) -> None:
    nobody = Actor(Voice.STAFF, person_id=1)
    assert not allowed(nobody, action, place_path=BELOW, unit_ids=[OURS])
    assert not allowed(RESIDENT, action, place_path=BELOW, unit_ids=[OURS])
    assert allowed(SYSTEM, action)


@pytest.mark.parametrize("action", sorted(KEY_HOLDER))
def test_a_private_link_opens_one_ticket(action: str) -> None:
    assert allowed(resident_with_key(3), action, ticket_id=3)
    assert not allowed(resident_with_key(3), action, ticket_id=4)
    assert not allowed(RESIDENT, action, ticket_id=3)
    for role in RoleKind:
        assert not allowed(holder(role), action, ticket_id=3, place_path=BELOW, unit_ids=[OURS])


@pytest.mark.parametrize("action", sorted(ANYONE))
def test_what_anyone_may_do_needs_no_account(action: str) -> None:
    assert allowed(RESIDENT, action)


def test_a_place_does_not_cover_one_whose_number_begins_alike() -> None:
    by = holder(RoleKind.COORDINATOR)
    assert not allowed(by, "tickets.read", place_path="/1/20/")
    assert not allowed(by, "tickets.read", place_path="")


def test_an_action_nobody_put_in_the_table_is_refused() -> None:
    with pytest.raises(NotPermitted):
        require(holder(RoleKind.ADMINISTRATOR), "tickets.delete_everything")


def test_a_refusal_names_who_may() -> None:
    with pytest.raises(NotPermitted, match="街道负责人"):
        require(RESIDENT, "tickets.supervise")


def test_the_administrator_and_the_auditor_read_no_tickets() -> None:
    for role in (RoleKind.ADMINISTRATOR, RoleKind.AUDITOR, RoleKind.RESEARCHER):
        assert reach(holder(role), "tickets.read").nowhere
