"""Schemes are data: dated, checked, and honest about what is missing."""

import json
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from gongzhi.commons.ledger.models import Event
from gongzhi.commons.ledger.recording import CannotRecord
from gongzhi.commons.permissions.actors import RESIDENT, SYSTEM
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.insights.indicators.cells import Cell, Standing
from gongzhi.insights.indicators.definitions import indicator
from gongzhi.insights.indicators.measuring import Measuring
from gongzhi.insights.indicators.periods import period_named
from gongzhi.insights.indicators.schemes import (
    STANDARD,
    CannotReadScheme,
    Scheme,
    assess,
    install_schemes,
    known_schemes,
    read_schemes,
    scheme_on,
)
from gongzhi.insights.indicators.shapes import Level
from tests.affairs.small_district import moment
from tests.insights.indicators.made_events import source


def row(**changes: Any) -> dict[str, Any]:
    return {
        "code": "s",
        "version": 1,
        "name": "试行",
        "begins": "2026-01-01",
        "ends": "2026-06-30",
        "weights": {"resolution_rate": 0.5, "reopen_rate": 0.5},
    } | changes


def read(tmp_path: Path, *rows: dict[str, Any]) -> tuple[Scheme, ...]:
    file = tmp_path / "schemes.json"
    file.write_text(json.dumps(rows))
    return read_schemes(file)


def test_the_standard_schemes_can_be_read() -> None:
    assert scheme_on("three_rates", date(2026, 1, 1), read_schemes()) is not None


def test_of_two_versions_the_one_in_force_is_used(tmp_path: Path) -> None:
    newer = row(version=2, begins="2026-07-01", ends=None)
    schemes = read(tmp_path, row(), newer)
    assert [
        found.version if (found := scheme_on("s", day, schemes)) else None
        for day in (date(2025, 1, 1), date(2026, 6, 30), date(2026, 7, 1))
    ] == [None, 1, 2]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"weights": {"resolution_rate": 0.6}}, "合计为 1"),
        ({"weights": {"happiness": 1}}, "happiness"),
        ({"weights": {"handling_hours": 1}}, "handling_hours"),
        ({"begins": "soon"}, "第 1 个方案"),
        ({"code": "x" * 101}, "code"),
        ({"code": 7}, "code"),
        ({"version": "two"}, "version"),
        ({"version": True}, "version"),
        ({"excluded_matters": "noise"}, "excluded_matters"),
        ({"excluded_matters": [1]}, "excluded_matters"),
        ({"weights": {"resolution_rate": float("nan")}}, "须为正数"),
        ({"weights": {"resolution_rate": 2, "reopen_rate": -1}}, "须为正数"),
        ({"weights": {}}, "没有权重"),
    ],
)
def test_a_scheme_that_makes_no_sense_is_refused(
    tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(CannotReadScheme, match=says):
        read(tmp_path, row(**changes))


def test_what_is_wrong_with_a_scheme_is_said_in_the_language_of_the_reader(tmp_path: Path) -> None:
    with translation.override("en"), pytest.raises(CannotReadScheme) as refused:
        read(tmp_path, row(weights={"resolution_rate": 0.6}))
    assert str(refused.value) == "Scheme 1: weights must be above 0 and add up to 1"
    lacking = row()
    del lacking["begins"]
    with pytest.raises(CannotReadScheme, match="第 1 个方案：没有写 begins"):
        read(tmp_path, lacking)


def test_versions_may_not_overlap(tmp_path: Path) -> None:
    with pytest.raises(CannotReadScheme, match="重叠"):
        read(tmp_path, row(), row(version=2, begins="2026-06-30", ends=None))


def cell(code: str, value: float, around: float) -> Cell:
    return Cell(
        code,
        Level.STREET,
        1,
        None,
        Standing.MEASURED,
        100,
        value * 100,
        100,
        value,
        value - around,
        value + around,
    )


def test_what_is_better_when_lower_is_turned_and_limits_are_carried(tmp_path: Path) -> None:
    (scheme,) = read(tmp_path, row())
    cells = {
        "resolution_rate": cell("resolution_rate", 0.8, 0.06),
        "reopen_rate": cell("reopen_rate", 0.1, 0.08),
    }
    found = assess(scheme, cells, group=1)
    assert found.value == pytest.approx(0.85)
    assert found.lower == pytest.approx(0.80)
    assert found.upper == pytest.approx(0.90)


def test_a_gap_is_named_and_not_filled(tmp_path: Path) -> None:
    (scheme,) = read(tmp_path, row())
    found = assess(scheme, {"resolution_rate": cell("resolution_rate", 0.8, 0.06)}, group=1)
    assert (found.value, found.missing) == (None, ("reopen_rate",))


def test_excluded_matters_are_left_out_with_all_below_them(tmp_path: Path) -> None:
    (scheme,) = read(tmp_path, row(excluded_matters=["utilities"]))
    answers = [
        ("ticket.called_back", n, "2026-03-02 02:00:00", {"category": matter, "solved": "yes"})
        for n, matter in enumerate(["utilities.water", "utilities", "utilities2", "order"])
    ]
    measuring = Measuring(source(answers), period_named("2026-03"), scheme=scheme)
    (found,) = measuring.measure(indicator("resolution_rate"), Level.DISTRICT)
    assert found.denominator == 2


@pytest.fixture
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_FOLDER = tmp_path / "data"
    settings.DATA_FOLDER.mkdir()


def written(tmp_path: Path, *rows: Any) -> Path:
    file = tmp_path / "new.json"
    file.write_text(json.dumps(list(rows)))
    return file


STANDARD_ROW = json.loads(STANDARD.read_text("utf-8"))[0]
TODAY = moment("2026-03-02")


@pytest.mark.django_db
@pytest.mark.database
@pytest.mark.usefixtures("_own_folder")
def test_a_new_version_holds_from_its_day_and_the_old_one_before(tmp_path: Path) -> None:
    old = STANDARD_ROW | {"ends": "2026-06-30"}
    new = STANDARD_ROW | {"version": 2, "begins": "2026-07-01", "excluded_matters": ["noise"]}
    install_schemes(written(tmp_path, old, new), by=SYSTEM, at=TODAY)
    known = known_schemes()
    assert [
        found.version if (found := scheme_on("three_rates", day, known)) else None
        for day in (date(2026, 6, 30), date(2026, 7, 1))
    ] == [1, 2]


@pytest.mark.usefixtures("_own_folder")
@pytest.mark.parametrize(
    "rows",
    [
        [],
        [STANDARD_ROW | {"weights": {"response_rate": 1}}],
        [STANDARD_ROW | {"ends": "2026-02-28"}],
        [STANDARD_ROW | {"begins": "2020-01-02"}],
    ],
)
def test_what_has_begun_is_not_changed(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    with pytest.raises(CannotReadScheme):
        install_schemes(written(tmp_path, *rows), by=SYSTEM, at=TODAY)
    assert known_schemes() == read_schemes(STANDARD)
    assert list((tmp_path / "data").iterdir()) == []


@pytest.mark.django_db
@pytest.mark.database
@pytest.mark.usefixtures("_own_folder")
def test_putting_schemes_in_force_is_on_record(tmp_path: Path) -> None:
    old = STANDARD_ROW | {"ends": "2026-06-30"}
    new = STANDARD_ROW | {"version": 2, "begins": "2026-07-01"}
    for rows in ([old, new], [old]):
        install_schemes(written(tmp_path, *rows), by=SYSTEM, at=TODAY)
    first, second = Event.objects.filter(kind="scheme.installed").order_by("id")
    code = STANDARD_ROW["code"]
    assert (first.data["added"], first.data["changed"]) == ([f"{code}/2"], [f"{code}/1"])
    assert (second.data["removed"], second.data["changed"]) == ([f"{code}/2"], [])
    assert second.data["file"] == sha256((tmp_path / "new.json").read_bytes()).hexdigest()
    assert (first.sequence, second.sequence) == (1, 2)


@pytest.mark.django_db
@pytest.mark.database
@pytest.mark.usefixtures("_own_folder")
def test_without_its_event_nothing_is_put_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_event: object) -> None:
        raise CannotRecord

    monkeypatch.setattr("gongzhi.insights.indicators.schemes.record", fail)
    with pytest.raises(CannotRecord):
        install_schemes(written(tmp_path, STANDARD_ROW), by=SYSTEM, at=TODAY)
    assert list((tmp_path / "data").iterdir()) == []


@pytest.mark.usefixtures("_own_folder")
def test_a_resident_puts_no_scheme_in_force(tmp_path: Path) -> None:
    with pytest.raises(NotPermitted):
        install_schemes(written(tmp_path, STANDARD_ROW), by=RESIDENT, at=TODAY)


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[1]", "[{}]", '[{"code": "x", "weights": 5}]', "\x00", "[" * 5000],
)
def test_a_file_that_is_no_list_of_schemes_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "odd.json"
    file.write_text(text)
    with pytest.raises(CannotReadScheme):
        read_schemes(file)
