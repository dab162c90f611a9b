"""`gongzhi survey import|export|answers|import-answers`."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gongzhi.insights.surveys.models import InstrumentVersion, Response
from gongzhi.interfaces.commands.survey import survey
from tests.insights.surveys.conftest import Field
from tests.insights.surveys.conftest import field as field  # noqa: PLC0414  a fixture
from tests.insights.surveys.forms import CHOICES, HOME, workbook

pytestmark = pytest.mark.django_db


def run(*arguments: object) -> Result:
    return CliRunner().invoke(survey, [str(each) for each in arguments])


def test_a_questionnaire_goes_in_comes_out_and_is_the_same(tmp_path: Path) -> None:
    source, out = tmp_path / "home.xlsx", tmp_path / "out.xlsx"
    source.write_bytes(workbook(HOME, CHOICES, [["form_title", "form_id"], ["住户", "home"]]))
    assert run("import", source, "--dry-run").exit_code == 0
    assert not InstrumentVersion.objects.exists()
    assert "第 1 版" in run("import", source).output
    again = run("import", source)
    assert again.exit_code == 1
    assert "没有重复导入" in again.output
    assert run("export", "home", "--out", out).exit_code == 0
    assert run("import", out).exit_code == 0 or "没有重复导入" in run("import", out).output
    assert run("export", "nothing", "--out", out).exit_code == 1
    assert run("export", "home", "--version", 9, "--out", out).exit_code == 1


def test_a_broken_questionnaire_is_refused_with_every_place(tmp_path: Path) -> None:
    source = tmp_path / "broken.xlsx"
    source.write_bytes(workbook([["type", "name", "label"], ["geo", "a", "?"], ["text", "", "?"]]))
    refused = run("import", source)
    assert refused.exit_code == 1
    assert "survey 第 2 行 type 列" in refused.output
    assert "survey 第 3 行 name 列" in refused.output
    assert not InstrumentVersion.objects.exists()


def test_answers_from_elsewhere_are_mapped_checked_and_taken_once(
    field: Field, tmp_path: Path
) -> None:
    made = field.drafted(open_to_all=True)
    file = tmp_path / "answers.csv"
    file.write_text(
        "Q1,Q2,waste,where,w\n1,2,4,柳岸社区,1.5\n0,,9,梅溪社区,0.5\n1,x,77,松林社区,1\n",
        "utf-8",
    )
    how = [
        "--map", "elder=Q1", "--map", "elders=Q2", "--recode", "elder:1=yes", "--recode",
        "elder:0=no", "--weight", "w", "--community", "where",
    ]  # fmt: skip
    refused = run("import-answers", made, file, *how)
    assert refused.exit_code == 1
    assert "第 4 行" in refused.output
    assert "elders" in refused.output
    assert not Response.objects.exists()
    assert run("import-answers", made, file, *how, "--skip-faulty").exit_code == 0
    assert run("import-answers", made, file, *how, "--skip-faulty").exit_code == 0
    assert sorted(Response.objects.values_list("weight", flat=True)) == [0.5, 1.5]
    assert Response.objects.get(weight=1.5).answers["elders"] == 2
    out = tmp_path / "out.csv"
    assert run("answers", made, "--out", out).exit_code == 0
    assert len(out.read_text("utf-8-sig").splitlines()) == 3
    assert run("answers", 99_999, "--out", out).exit_code == 1
    assert run("import-answers", made, file, "--weight", "where").exit_code == 1
    assert run("import-answers", made, file, "--map", "elder=Nothing").exit_code == 1
    assert run("import-answers", 99_999, file).exit_code == 1
