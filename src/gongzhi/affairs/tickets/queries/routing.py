"""Whom the dispatch catalogue names for a ticket after something about it was put right."""

from datetime import date

from gongzhi.affairs.tickets.events import DISPATCHED, OVERRULED, PLACED, REREAD
from gongzhi.affairs.tickets.lifecycle import Step
from gongzhi.affairs.tickets.queries.stories import Story
from gongzhi.commons.organisations.catalogue import NoDuty, find_duty
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.commons.organisations.register import UnitView

CORRECTIONS = frozenset({PLACED, OVERRULED, REREAD})


def lead_after_correction(story: Story, *, on: date) -> UnitView | None:
    """Another unit than the lead, where place or matter changed since the last dispatch.

    Only for a reader who may dispatch: it is a suggestion, and nothing changes by itself. A lead
    that a person chose against the catalogue is not questioned again until something changes.
    """
    if Step.REDISPATCH not in story.steps or story.lead_unit_id is None:
        return None
    turns = [event.kind for event in story.events if event.kind in {*CORRECTIONS, DISPATCHED}]
    if not turns or turns[-1] == DISPATCHED:
        return None
    try:
        named = find_duty(story.category_code, story.place_id, on=on).unit_id
    except NoDuty:
        return None
    return find_unit(named) if named != story.lead_unit_id else None
