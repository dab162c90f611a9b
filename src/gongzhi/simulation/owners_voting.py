"""Owners' votes of a building come to life: real actions, each with the time it happens."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.timezone import localdate

from gongzhi.affairs.assemblies.owners_ballots import Paper, type_paper, vote_by_link
from gongzhi.affairs.assemblies.owners_choices import Choice, Disclosure, Matter, Scope
from gongzhi.affairs.assemblies.owners_counting import count_vote, publish_result
from gongzhi.affairs.assemblies.owners_decisions import decide_item
from gongzhi.affairs.assemblies.owners_rolls import set_roll
from gongzhi.affairs.assemblies.owners_votes import NewVote, add_item, announce_vote, draft_vote
from gongzhi.affairs.assemblies.queries.owners_rolls import slips_of
from gongzhi.commons.permissions.actors import RESIDENT, Actor
from gongzhi.commons.tables.reading import Table
from gongzhi.commons.territory.queries import ancestor_of_kind, place_named
from gongzhi.simulation.meeting import (
    CannotMeetInModel,
    at_hour,
    finish_tasks,
    tasks_from,
    unit_id,
)
from gongzhi.simulation.staff import Staff

Facts = Mapping[str, Any]


def hold_owners_votes(facts: Facts, *, roll: Table, at: datetime) -> None:
    """The votes of one building, each as far as its days have brought it."""
    where = place_named(facts["place"])
    if where is None:
        raise CannotMeetInModel(f"没有这个地点：{facts['place']}")
    staff, convener = Staff(on=localdate(at)), unit_id(facts["convener"])
    community = ancestor_of_kind(where.id, "community") or where.id
    readers = (staff.worker(community), staff.coordinator(community))
    for vote in facts["votes"]:
        by = staff.of_unit(convener)
        announced = at_hour(at, days_ago=vote["announced_days_ago"], hour=9)
        begins = at_hour(at, days_ago=vote["begins_days_ago"], hour=9)
        ends = at_hour(at, days_ago=vote["ends_days_ago"], hour=18)
        vote_id = draft_vote(
            new=NewVote(
                title=vote["title"], about=vote["about"], terms=vote["terms"],
                scope=Scope.BUILDING, scope_name=where.name, place_id=where.id,
                convener_id=convener, disclosure=Disclosure.COUNTERS,
                total_area=Decimal(vote["total_area"]), proxy_limit=3,
                basis="粮油公寓业主大会议事规则",
            ),
            by=by,
            at=announced - timedelta(days=2),
        )  # fmt: skip
        for item in vote["items"]:
            add_item(
                vote_id=vote_id, title=item["title"], text=item["text"],
                matter=Matter(item["matter"]), by=by, at=announced - timedelta(days=2),
            )  # fmt: skip
        set_roll(vote_id=vote_id, table=roll, by=by, at=announced - timedelta(days=1))
        announce_vote(vote_id=vote_id, begins_at=begins, ends_at=ends, by=by, at=announced)
        _cast(vote, vote_id, readers, begins=begins, by=by)
        if ends < at:
            _end(vote, vote_id, staff=staff, by=by, coordinator=readers[1], ends=ends, at=at)


def _cast(
    vote: Facts, vote_id: int, readers: tuple[Actor, Actor], *, begins: datetime, by: Actor
) -> None:
    items = range(1, len(vote["items"]) + 1)

    def says(number: int, choice: str) -> dict[int, Choice]:
        against = number in vote["against_second"]
        return {n: Choice.AGAINST if against and n == 2 else Choice(choice) for n in items}

    tokens = {slip.number: slip.token for slip in slips_of(by=by, vote_id=vote_id, at=begins)}
    for choice, numbers in vote["by_link"].items():
        for number in numbers:
            vote_by_link(
                token=tokens[number], choices=says(number, choice), by=RESIDENT,
                at=begins + timedelta(hours=3 * number),
            )  # fmt: skip
    for choice, numbers in vote["on_paper"].items():
        for number in numbers:
            received = begins + timedelta(hours=2 * number)
            paper = Paper(number=number, received_at=received, choices=says(number, choice))
            for reader in readers:
                type_paper(
                    vote_id=vote_id, paper=paper, by=reader, at=received + timedelta(hours=2)
                )


def _end(
    vote: Facts,
    vote_id: int,
    *,
    staff: Staff,
    by: Actor,
    coordinator: Actor,
    ends: datetime,
    at: datetime,
) -> None:
    counted = ends + timedelta(hours=15)
    count_vote(vote_id=vote_id, by=by, at=counted)
    publish_result(vote_id=vote_id, by=by, at=counted)
    if vote["tasks"]:
        decision = decide_item(
            vote_id=vote_id, number=1, tasks=tasks_from(vote["tasks"], at=at), by=coordinator,
            at=counted,
        )  # fmt: skip
        finish_tasks(vote["tasks"], decision, staff=staff, at=at)
