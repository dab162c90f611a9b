"""`gongzhi import-pool`: all of a file or nothing, every faulty row named."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gongzhi.affairs.resources.models import Need, Offer
from gongzhi.commons.tables.reading import read_table
from gongzhi.commons.tables.writing import write_xlsx
from gongzhi.interfaces.commands.pool import import_pool
from tests.affairs.resources.pools import SmallPool, build_pool
from tests.affairs.small_district import build

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SOON = (date.today() + timedelta(days=20)).isoformat()  # noqa: DTZ011
NEEDS = f"""需求,类别,社区,数量,到,紧急程度,条件
陪老人聊天,助老陪伴,北桥街道/柳岸社区,10,{SOON},较急,持证上岗
刷楼道,环境整治,北桥街道/梅溪社区,4,{SOON},,
"""
FAULTY = f"""需求,类别,社区,数量,到
陪老人聊天,助老陪伴,北桥街道/柳岸社区,-3,{SOON}
刷楼道,没有这一类,北桥街道/梅溪社区,4,{SOON}
修电器,家电维修,没有的社区,4,{SOON}
义诊,健康义诊,北桥街道/柳岸社区,4,2020-01-01
好的一行,理发,南坡街道/松林社区,4,{SOON}
"""


@pytest.fixture(autouse=True)
def pool(db: None) -> SmallPool:
    return build_pool(build())


def run(*arguments: object) -> Result:
    return CliRunner().invoke(import_pool, [str(each) for each in arguments])


def write(folder: Path, text: str) -> Path:
    path = folder / "list.csv"
    path.write_text(text, "utf-8")
    return path


def test_a_good_file_is_in_once_however_often_it_comes(tmp_path: Path) -> None:
    file = write(tmp_path, NEEDS)
    assert run("needs", file).exit_code == 0
    again = run("needs", file)
    assert "已有 2" in again.output
    first = Need.objects.order_by("id").first()
    assert first is not None
    assert (first.quantity, first.urgency, first.asks) == (10, 2, ["certified"])
    assert Need.objects.count() == 2


def test_a_dry_run_stores_nothing(tmp_path: Path) -> None:
    done = run("needs", write(tmp_path, NEEDS), "--dry-run")
    assert "可导入 2" in done.output
    assert not Need.objects.exists()


def test_one_faulty_row_keeps_everything_out_and_each_is_named(tmp_path: Path) -> None:
    done = run("needs", write(tmp_path, FAULTY))
    assert done.exit_code == 1
    assert not Need.objects.exists()
    rejected = read_table(tmp_path / "list.csv.rejects.csv")
    assert [(row[0], row[1]) for row in rejected.rows] == [
        ("2", "数量"), ("3", "类别"), ("4", "社区"), ("5", "到"),
    ]  # fmt: skip


def test_the_rest_is_stored_when_asked_for(tmp_path: Path) -> None:
    done = run("needs", write(tmp_path, FAULTY), "--skip-faulty")
    assert done.exit_code == 1
    assert [need.title for need in Need.objects.all()] == ["好的一行"]


def test_offers_come_from_a_workbook(tmp_path: Path) -> None:
    file = tmp_path / "offers.xlsx"
    write_xlsx(
        file,
        ["资源", "单位", "类别", "范围", "数量", "每天最多", "到", "星期", "时间", "条件"],
        [
            [
                "律师咨询", "柳岸银行网点", "法律咨询、心理疏导", "北桥街道", 40, 4, SOON,
                "周三；周六", "09:00-11:30", "无障碍",
            ],
        ],
    )  # fmt: skip
    assert run("offers", file).exit_code == 0
    offer = Offer.objects.get()
    assert offer.categories.count() == 2
    assert sorted(offer.slots.values_list("weekday", flat=True)) == [2, 5]
    assert offer.gives == ["accessible"]


def test_offers_with_odd_hours_units_and_days_are_named(tmp_path: Path) -> None:
    rows = f"""资源,单位,类别,范围,数量,到,星期,时间
甲,没有的单位,理发,北桥街道,4,{SOON},,
乙,柳岸银行网点,理发,北桥街道,4,{SOON},周八,09:00-10:00
丙,柳岸银行网点,理发,北桥街道,4,{SOON},周一,十点
丁,柳岸银行网点,理发,北桥街道,4,{SOON},周一,12:00-10:00
戊,柳岸银行网点,理发,北桥街道,4,{SOON},周一,09:00+08:00-17:00
"""
    done = run("offers", write(tmp_path, rows))
    assert done.exit_code == 1
    rejected = read_table(tmp_path / "list.csv.rejects.csv")
    assert [row[1] for row in rejected.rows] == ["单位", "星期", "时间", "时间", "时间"]


def test_a_file_without_a_needed_column_says_which(tmp_path: Path) -> None:
    done = run("needs", write(tmp_path, "需求,社区\n甲,乙\n"))
    assert done.exit_code == 1
    assert "类别" in done.output + (done.stderr or "")


def test_an_offer_without_area_is_named_by_row_and_column(tmp_path: Path) -> None:
    head = "资源,单位,类别,范围,数量,到\n"
    rows = f"甲,柳岸银行网点,理发,,4,{SOON}\n乙,柳岸银行网点,理发,没有的街道,4,{SOON}\n"
    done = run("offers", write(tmp_path, head + rows))
    assert done.exit_code == 1
    rejected = read_table(tmp_path / "list.csv.rejects.csv")
    assert [(row[0], row[1]) for row in rejected.rows] == [("2", "范围"), ("3", "范围")]
    assert not Offer.objects.exists()


@pytest.mark.parametrize("kind", ["needs", "offers"])
def test_a_window_that_ends_before_it_begins_is_named_by_row_and_column(
    tmp_path: Path, kind: str
) -> None:
    later = (date.today() + timedelta(days=25)).isoformat()  # noqa: DTZ011
    text = {
        "needs": f"需求,类别,社区,数量,从,到\n陪聊,助老陪伴,北桥街道/柳岸社区,3,{later},{SOON}\n",
        "offers": "资源,单位,类别,范围,数量,从,到\n"
        f"甲,柳岸银行网点,理发,北桥街道,4,{later},{SOON}\n",
    }[kind]
    done = run(kind, write(tmp_path, text))
    assert done.exit_code == 1
    (row,) = read_table(tmp_path / "list.csv.rejects.csv").rows
    assert (row[0], row[1]) == ("2", "到")
    assert "早于" in str(row[2])


def test_a_file_of_fifty_megabytes_is_refused_with_the_limit(tmp_path: Path) -> None:
    file = tmp_path / "huge.csv"
    with file.open("wb") as there:
        there.truncate(50 * 10**6)
    done = run("needs", file)
    assert done.exit_code == 1
    assert "20 MB" in done.output + (done.stderr or "")
    assert not Need.objects.exists()
