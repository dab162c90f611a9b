"""A building of four flats whose owners vote on a lift, at every stage."""

import json
import shlex
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from gongzhi.affairs.assemblies.models import RollOwner
from gongzhi.affairs.assemblies.owners_ballots import Paper, Typed, type_paper, vote_by_link
from gongzhi.affairs.assemblies.owners_choices import Choice, Disclosure, Matter, Scope
from gongzhi.affairs.assemblies.owners_links import link_of
from gongzhi.affairs.assemblies.owners_record import command_of, sheets_of
from gongzhi.affairs.assemblies.owners_rolls import set_roll
from gongzhi.affairs.assemblies.owners_votes import NewVote, add_item, announce_vote, draft_vote
from gongzhi.affairs.assemblies.queries.owners_rolls import record_of
from gongzhi.commons.permissions.actors import RESIDENT, Actor
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.tables.reading import Table, parse_table
from gongzhi.commons.tables.writing import write_workbook
from gongzhi.interfaces.commands.main import gongzhi
from tests.affairs.small_district import MONDAY, SmallDistrict

BEGINS = MONDAY + timedelta(days=20)
ENDS = BEGINS + timedelta(days=10)
AFTER = ENDS + timedelta(hours=1)

# Number of the owner in the roll: flats 101 and 102 are one owner's.
ROLL = """房号,业主,面积,送达,姓名,电话
101,甲,80.5,是,王某,13900000001
102,甲,80.5,是,王某,13900000001
201,乙,100,是,李某,
202,丙,,否,赵某,
301,丁,139,是,钱某,13900000004
"""


def table(text: str = ROLL, name: str = "名册.csv") -> Table:
    return parse_table(text.encode(), name=name)


def new_vote(district: SmallDistrict, **facts: Any) -> NewVote:
    given: dict[str, Any] = {
        "title": "3幢加装电梯",
        "about": "老人上下楼不便，拟在3幢外侧加装电梯一部。",
        "scope": Scope.BUILDING,
        "scope_name": "3幢",
        "place_id": district.places["garden"].pk,
        "convener_id": district.units["committee"].pk,
        "disclosure": Disclosure.COUNTERS,
        "total_area": Decimal("500"),
        "proxy_limit": 2,
    }
    return NewVote(**{**given, **facts})


def drafted(district: SmallDistrict, *, roll: str = ROLL, **facts: Any) -> int:
    by = district.worker
    vote = draft_vote(new=new_vote(district, **facts), by=by, at=MONDAY)
    add_item(vote_id=vote, title="是否加装", text="", matter=Matter.REBUILD, by=by, at=MONDAY)
    if roll:
        set_roll(vote_id=vote, table=table(roll), by=by, at=MONDAY)
    return vote


def announced(district: SmallDistrict, **facts: Any) -> int:
    vote = drafted(district, **facts)
    announce_vote(vote_id=vote, begins_at=BEGINS, ends_at=ENDS, by=district.worker, at=MONDAY)
    return vote


def token(vote: int, number: int) -> str:
    owner = RollOwner.objects.get(vote_id=vote, number=number)
    return link_of(owner.pk, owner.link_version)


def click(vote: int, number: int, choice: Choice, *, at: datetime = BEGINS) -> str:
    items = RollOwner.objects.get(vote_id=vote, number=number).vote.items.all()
    choices = {item.number: choice for item in items}
    return vote_by_link(token=token(vote, number), choices=choices, by=RESIDENT, at=at)


def second_reader(district: SmallDistrict) -> Actor:
    return district.actor(RoleKind.GRID_WORKER, "committee", "willow")


def paper(number: int, choice: Choice, **facts: Any) -> Paper:
    given: dict[str, Any] = {"received_at": BEGINS + timedelta(hours=1), "choices": {1: choice}}
    return Paper(number=number, **{**given, **facts})


def hand_in(district: SmallDistrict, vote: int, slip: Paper, *, at: datetime = AFTER) -> Typed:
    type_paper(vote_id=vote, paper=slip, by=district.worker, at=at)
    return type_paper(vote_id=vote, paper=slip, by=second_reader(district), at=at)


def counted_again(
    district: SmallDistrict, vote: int, folder: Path, *, item: int = 1
) -> dict[str, object]:
    """What the command line counts from the export."""
    record = record_of(by=district.worker, vote_id=vote, item=item)
    file, out = folder / "vote.xlsx", folder / "count.json"
    write_workbook(file, sheets_of(record))
    words = shlex.split(command_of(record, file=str(file)))[1:]
    words[-1] = str(out)
    done = CliRunner().invoke(gongzhi, words)
    assert done.exit_code == 0, done.output
    counted: dict[str, object] = json.loads(out.read_text("utf-8"))
    return counted
