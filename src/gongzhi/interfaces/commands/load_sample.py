"""`gongzhi load-sample`: the invented district, from plain CSV and GeoJSON."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from gongzhi.interfaces.commands.speaking import refuse, say, with_django

_PACKAGE = Path(__file__).resolve().parents[2]
# In a wheel the folder lies inside the package, in a checkout beside `src`.
_FOLDERS = (_PACKAGE / "sample_district", _PACKAGE.parents[1] / "sample_district")
Rows = list[dict[str, str | None]]


@dataclass(frozen=True, slots=True)
class Sample:
    """The folder of a sample district, and what it says of itself."""

    folder: Path
    begins: datetime
    demo_password: str
    life: list[dict[str, Any]]  # runs of the model, by the options of `gongzhi simulate`

    def rows(self, name: str) -> Rows:
        with (self.folder / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def document(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text("utf-8"))


def find_sample(folder: Path | None = None) -> Sample | None:
    """The sample in this folder, or the one that comes with the program; None without either."""
    for each in (folder,) if folder else _FOLDERS:
        about = each / "sample.json"
        if about.is_file():
            read = json.loads(about.read_text("utf-8"))
            begins = datetime.fromisoformat(read["begins"])
            return Sample(each, begins, read["demo_password"], read.get("life", []))
    return None


@click.command(help="载入样例区（可重复执行）。 Load the sample district; again does no harm.")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=None,
    help="样例所在目录 the folder of the sample",
)
@click.option(
    "--life",
    is_flag=True,
    help="再模拟一段直到现在的生活；中断后再运行即接着做 and some simulated life up to now; "
    "run it again to go on after an interruption",
)
@with_django
def load_sample(*, folder: Path | None, life: bool) -> None:
    from django.db import transaction  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from gongzhi.commons.rows import CannotImport  # noqa: PLC0415
    from gongzhi.interfaces.commands.sample_life import live, plan_once  # noqa: PLC0415

    sample = find_sample(folder)
    if sample is None:
        refuse(
            "找不到样例区；请用 --folder 指明目录", "No sample found: name its folder by --folder."
        )
    _refuse_another_district(sample)
    steps = _steps(sample)
    try:
        with (
            transaction.atomic(),
            click.progressbar(
                steps,
                label="载入样例区 loading",
                item_show_func=lambda step: step[0] if step else "",
            ) as bar,
        ):
            for _, step in bar:
                step()
            if life:
                plan_once(sample.life, at=timezone.now())
    except CannotImport as error:
        refuse(f"样例区数据有误：{error}", "The data of the sample are faulty; nothing was loaded.")
    say("✓ 样例区已载入", "The sample district is loaded.")
    if life:
        live()


def _refuse_another_district(sample: Sample) -> None:
    from gongzhi.commons.territory.queries import district, is_empty  # noqa: PLC0415

    if is_empty():
        return
    there, wanted = district().name, sample.rows("places.csv")[0]["name"]
    if there != wanted:
        refuse(
            f"系统中已有“{there}”，不能再载入样例“{wanted}”；请另用一个数据目录",
            f"“{there}” is loaded already; use another data folder (GONGZHI_DATA).",
        )


def _steps(sample: Sample) -> list[tuple[str, Callable[[], object]]]:
    """What is loaded, in an order in which nothing points to what isn't there yet."""
    from gongzhi.commons.categories.category_lists import import_category_list  # noqa: PLC0415
    from gongzhi.commons.organisations.unit_lists import (  # noqa: PLC0415
        import_duty_list,
        import_people,
        import_units,
    )
    from gongzhi.commons.organisations.work_lists import (  # noqa: PLC0415
        import_office_hours,
        import_work_list,
    )
    from gongzhi.commons.permissions.actors import SYSTEM  # noqa: PLC0415
    from gongzhi.commons.territory.boundaries import import_boundaries  # noqa: PLC0415
    from gongzhi.commons.territory.place_lists import import_places  # noqa: PLC0415

    who: dict[str, Any] = {"by": SYSTEM, "at": sample.begins}

    def lists(name: str, action: Callable[..., object], **more: Any) -> Callable[[], object]:
        return lambda: action(rows=sample.rows(name), **who, **more)

    def draw() -> object:
        return import_boundaries(document=sample.document("boundaries.geojson"), **who)

    def set_hours() -> object:
        return import_office_hours(document=sample.document("office_hours.json"), **who)

    demo = {"demo_password": sample.demo_password}
    return [
        ("事项分类 matters", lists("categories.csv", import_category_list)),
        ("地点 places", lists("places.csv", import_places)),
        ("边界 boundaries", draw),
        ("单位 units", lists("units.csv", import_units)),
        ("人员 people", lists("people.csv", import_people)),
        ("演示账号 demo sign-ins", lists("demo_people.csv", import_people, **demo)),
        ("派单目录 duties", lists("duties.csv", import_duty_list)),
        ("社区工作清单 work list", lists("work_list.csv", import_work_list)),
        ("办公时间 office hours", set_hours),
        ("共建资金 community fund", lambda: _fill_rounds(sample)),
        ("供需 needs and offers", lambda: _fill_pool(sample)),
        ("调查 survey", lambda: _survey(sample)),
        ("议题 topics", lambda: _deliberate(sample)),
        ("会议 meetings", lambda: _hold_meetings(sample)),
        ("业主表决 owners' votes", lambda: _hold_owners_votes(sample)),
        ("调研和表格 studies and forms", lambda: _do_paperwork(sample)),
    ]


def _do_paperwork(sample: Sample) -> None:
    """A finished study, to be written out when somebody asks, and a form; once only."""
    from django.utils import timezone  # noqa: PLC0415

    from gongzhi.commons.permissions.actors import SYSTEM  # noqa: PLC0415
    from gongzhi.insights.forms.queries import is_empty  # noqa: PLC0415
    from gongzhi.insights.reports.queries import studies  # noqa: PLC0415
    from gongzhi.simulation.paperwork import fill_form_once, write_study  # noqa: PLC0415

    if (sample.folder / "study.json").is_file() and not studies(by=SYSTEM)[1]:
        write_study(sample.document("study.json"), at=timezone.now())
    if (sample.folder / "form.json").is_file() and is_empty():
        fill_form_once(sample.document("form.json"), at=timezone.now())


def _fill_pool(sample: Sample) -> None:
    """Needs and offers at every stage, with days counted back from now; once only."""
    from django.utils import timezone  # noqa: PLC0415

    from gongzhi.affairs.resources.queries.facts import is_empty  # noqa: PLC0415
    from gongzhi.affairs.resources.rules import write_starting_lists  # noqa: PLC0415
    from gongzhi.simulation.pooling import fill_pool  # noqa: PLC0415
    from gongzhi.simulation.undertakings import fill_undertakings  # noqa: PLC0415

    if not (sample.folder / "pool_needs.csv").is_file() or not is_empty():
        return
    write_starting_lists()
    fill_pool(
        offers=sample.rows("pool_offers.csv"),
        needs=sample.rows("pool_needs.csv"),
        at=timezone.now(),
    )
    if (sample.folder / "pool_undertakings.json").is_file():
        document = sample.document("pool_undertakings.json")
        fill_undertakings(document=document, at=timezone.now())


def _deliberate(sample: Sample) -> None:
    """A topic that went all the way, and one that people are talking about; once only."""
    from django.utils import timezone  # noqa: PLC0415

    from gongzhi.affairs.assemblies.queries.topics import no_topics_yet  # noqa: PLC0415
    from gongzhi.simulation.deliberating import deliberate  # noqa: PLC0415

    if (sample.folder / "topics.json").is_file() and no_topics_yet():
        deliberate(sample.document("topics.json"), at=timezone.now())


def _hold_meetings(sample: Sample) -> None:
    """Meetings that were and that are to come, with days counted from now; once only."""
    from django.utils import timezone  # noqa: PLC0415

    from gongzhi.affairs.assemblies.queries.meetings import no_meetings_yet  # noqa: PLC0415
    from gongzhi.simulation.meeting import hold_meetings  # noqa: PLC0415

    if (sample.folder / "meetings.json").is_file() and no_meetings_yet():
        hold_meetings(sample.document("meetings.json"), at=timezone.now())


def _hold_owners_votes(sample: Sample) -> None:
    """Owners' votes, one finished and one that runs; once only."""
    from django.utils import timezone  # noqa: PLC0415

    from gongzhi.affairs.assemblies.queries.owners_votes import no_votes_yet  # noqa: PLC0415
    from gongzhi.commons.tables.reading import read_table  # noqa: PLC0415
    from gongzhi.simulation.owners_voting import hold_owners_votes  # noqa: PLC0415

    if (sample.folder / "owners_votes.json").is_file() and no_votes_yet():
        roll = read_table(sample.folder / "owners_roll.csv")
        hold_owners_votes(sample.document("owners_votes.json"), roll=roll, at=timezone.now())


def _fill_rounds(sample: Sample) -> None:
    """Rounds of the community fund, one finished, with days counted back from now; once only."""
    from django.utils import timezone  # noqa: PLC0415

    from gongzhi.affairs.budgets.queries.facts import is_empty  # noqa: PLC0415
    from gongzhi.simulation.budgeting import fill_rounds  # noqa: PLC0415

    if not (sample.folder / "budget_rounds.csv").is_file() or not is_empty():
        return
    fill_rounds(
        rounds=sample.rows("budget_rounds.csv"),
        proposals=sample.rows("budget_proposals.csv"),
        entries=sample.rows("budget_entries.csv"),
        at=timezone.now(),
    )


def _survey(sample: Sample) -> None:
    """A survey in the field, with some of the households having answered; once only."""
    from django.utils import timezone  # noqa: PLC0415

    from gongzhi.commons.permissions.actors import SYSTEM  # noqa: PLC0415
    from gongzhi.insights.surveys.instruments.xlsform_reading import read_xlsform  # noqa: PLC0415
    from gongzhi.insights.surveys.queries import is_empty  # noqa: PLC0415
    from gongzhi.insights.surveys.registering import add_version  # noqa: PLC0415
    from gongzhi.simulation.surveying import survey_communities  # noqa: PLC0415

    source = sample.folder / "survey_form.xlsx"
    if not source.is_file() or not is_empty():
        return
    form = read_xlsform(source.read_bytes(), name=source.name).form
    added = add_version(form=form, by=SYSTEM, at=sample.begins)
    survey_communities(
        version_id=added.version_id,
        title="社区服务与需求调查",
        purpose="想知道各社区最需要什么、哪些服务该改。请家里任何一位成年人作答，约五分钟。",
        households=720,
        seed=36,
        remarks=[row["text"] or "" for row in sample.rows("survey_remarks.csv")],
        notes=sample.rows("survey_notes.csv"),
        at=timezone.now(),
    )
