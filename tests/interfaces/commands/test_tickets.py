"""`gongzhi import-tickets` and `export-tickets`: each row a dispatched ticket or a named reject."""

import csv
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner, Result

from gongzhi.affairs.tickets.choices import RequestKind, State
from gongzhi.affairs.tickets.models import Requester, Ticket
from gongzhi.commons.ledger.verifying import verify
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.tables.mapping import saved_mapping
from gongzhi.commons.tables.reading import read_table
from gongzhi.interfaces.commands.tickets import export_tickets, import_tickets
from tests.affairs.small_district import SmallDistrict, build

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HEAD = ("留言编号", "留言详情", "留言时间", "类型", "社区", "电话")
ROWS = [
    ("A1", "门口垃圾桶满了", "2026-01-05 08:30", "求助", "柳岸社区", "13800138000"),
    ("A2", "家里停水", "2026/1/6", "咨询", "", ""),
    ("A3", "路灯坏了", "昨天", "", "", ""),
    ("A4", "", "2026-01-05", "", "", ""),
    ("A5", "噪音", "2026-01-05", "闲聊", "", ""),
    ("A6", "噪音", "2026-01-05", "", "", "12"),
    ("", "", "", "", "", ""),
    ("A7", "=1+1 公式", "2026-01-05", "举报", "", ""),
]


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build()


@pytest.fixture
def file(tmp_path: Path, district: SmallDistrict) -> Path:
    path = tmp_path / "一月.xlsx"
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([HEAD, *ROWS]):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    return path


def run(command: Any, *arguments: object) -> Result:
    return CliRunner().invoke(command, [str(each) for each in arguments])


def rejected(path: Path) -> dict[str, tuple[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as out:
        rows = list(csv.reader(out))
    return {row[0]: (row[1], row[2]) for row in rows[1:]}


def test_good_rows_are_dispatched_and_bad_ones_named(file: Path) -> None:
    result = run(import_tickets, file)
    assert result.exit_code == 1, result.output
    assert set(Ticket.objects.values_list("state", flat=True)) == {State.DISPATCHED}
    assert Ticket.objects.count() == 3
    assert Requester.objects.count() == 1
    named = rejected(file.with_suffix(".xlsx.rejects.csv"))
    assert {row: column for row, (column, _) in named.items()} == {
        "4": "留言时间",
        "5": "留言详情",
        "6": "类型",
        "7": "电话",
    }
    assert "看不懂时间" in named["4"][1]
    assert verify().findings == ()


def test_the_same_file_again_makes_no_second_ticket(file: Path) -> None:
    run(import_tickets, file)
    result = run(import_tickets, file)
    assert "3 there already" in result.output
    assert Ticket.objects.count() == 3


def test_a_dry_run_stores_nothing_and_names_the_same(file: Path) -> None:
    result = run(import_tickets, file, "--dry-run")
    assert "3 new" in result.output
    assert Ticket.objects.count() == 0
    assert len(rejected(file.with_suffix(".xlsx.rejects.csv"))) == 4


def test_mended_rejects_can_be_imported(file: Path, tmp_path: Path) -> None:
    rejects = tmp_path / "退回.xlsx"
    assert run(import_tickets, file, "--rejects", rejects).exit_code == 1
    table = read_table(rejects)
    assert table.columns[:3] == ("行号", "列", "原因")
    mended = tmp_path / "改好.csv"
    with mended.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEAD)
        writer.writerow(["A3", "路灯坏了", "2026-01-05", "", "", ""])
    assert run(import_tickets, mended, "--source", "一月.xlsx").exit_code == 0
    assert Ticket.objects.count() == 4


def test_a_mapping_is_saved_and_used_next_month(tmp_path: Path, district: SmallDistrict) -> None:
    for month in ("一月", "二月"):
        path = tmp_path / f"{month}.csv"
        path.write_text("反映的事,哪天\n垃圾桶满了,2026-01-05\n", "utf-8")
    unmapped = run(import_tickets, tmp_path / "一月.csv")
    assert unmapped.exit_code == 1
    assert "诉求内容" in unmapped.output
    named = ("--map", "text=反映的事", "--map", "received_at=哪天", "--save-mapping", "本地表")
    assert run(import_tickets, tmp_path / "一月.csv", *named).exit_code == 0
    assert saved_mapping("tickets", "本地表").columns == {"text": "反映的事", "received_at": "哪天"}
    assert run(import_tickets, tmp_path / "二月.csv", "--mapping", "本地表").exit_code == 0
    assert Ticket.objects.count() == 2
    unknown = run(import_tickets, tmp_path / "二月.csv", "--mapping", "没有的")
    assert unknown.exit_code == 1
    assert "本地表" in unknown.output


def test_whoever_may_not_import_here_imports_nothing(file: Path, district: SmallDistrict) -> None:
    district.actor(RoleKind.COORDINATOR, "party", "willow")
    result = run(import_tickets, file, "--as", "coordinator-party-willow")
    assert result.exit_code == 1
    assert "may not import" in result.output
    assert Ticket.objects.count() == 0


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_tickets_go_out_without_contacts_and_formulas(
    file: Path, tmp_path: Path, kind: str
) -> None:
    run(import_tickets, file)
    out = tmp_path / f"工单.{kind}"
    result = run(export_tickets, out)
    assert result.exit_code == 0, result.output
    table = read_table(out)
    assert len(table) == 3
    assert "13800138000" not in out.read_bytes().decode("utf-8", "ignore")
    words = [str(cell) for cell in table.column("内容")]
    assert words[2] in {"=1+1 公式", "'=1+1 公式"}
    assert [str(kind) for kind in table.column("诉求类型")] == ["求助", "咨询", "举报"]


def test_an_export_that_can_not_be_written_says_so(district: SmallDistrict) -> None:
    result = run(export_tickets, "/proc/nowhere/x.csv")
    assert result.exit_code == 1
    assert "can't be written" in result.output


def test_kinds_are_understood_whatever_language_is_active(file: Path, settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"
    run(import_tickets, file)
    kinds = set(Ticket.objects.values_list("kind", flat=True))
    assert kinds == {RequestKind.HELP, RequestKind.ENQUIRY, RequestKind.REPORT}


@pytest.mark.slow
@pytest.mark.realdata
def test_the_published_messages_all_become_tickets_or_named_rejects(
    realdata: Path, tmp_path: Path, district: SmallDistrict
) -> None:
    file = realdata / "residents_messages" / "附件3.xlsx"
    rows = len(read_table(file))
    rejects = tmp_path / "rejects.csv"
    result = run(import_tickets, file, "--rejects", rejects)
    assert result.exit_code in {0, 1}, result.output
    named = rejected(rejects) if rejects.exists() else {}
    assert Ticket.objects.count() + len(named) == rows
    assert not Ticket.objects.exclude(state=State.DISPATCHED).exists()
    assert all(column and reason for column, reason in named.values())
    again = run(import_tickets, file, "--rejects", rejects)
    assert " 0 new" in again.output
    assert Ticket.objects.count() + len(named) == rows
