"""SQL that was worked out before gives what the expression gives, and never another's answer."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings

from gongzhi.insights.indicators import questions as kept
from gongzhi.insights.indicators.definitions import INDICATORS, indicator
from gongzhi.insights.indicators.measuring import Measuring
from gongzhi.insights.indicators.periods import period_named
from gongzhi.insights.indicators.questions import Asking, Questions, questions
from gongzhi.insights.indicators.schemes import Scheme
from gongzhi.insights.indicators.shapes import Level
from gongzhi.insights.indicators.sources import Source, local_events
from tests.affairs.small_district import SmallDistrict
from tests.insights.indicators.made_events import Made, moment, source

YEAR, AUTUMN = "2026", "2026-09-01/2026-11-30"


def closed(ticket: int, at: str, category: str) -> list[Made]:
    said = {"lead": 7, "category": category, "kinds": ["community_party_org"]}
    return [
        ("ticket.received", ticket, at, {"category": category}),
        ("ticket.dispatched", ticket, at, {"lead": 7, "category": category}),
        ("ticket.closed", ticket, at, said | {"work_minutes": 60 * ticket, "callback": None}),
    ]


@pytest.fixture
def events() -> Source:
    made: list[Made] = [("unit.opened", 7, "2026-01-02 00:00:00", {"kind": "community_party_org"})]
    for ticket in range(1, 25):
        at = f"2026-{1 + ticket % 12:02}-10 02:00:00"
        made += closed(ticket, at, "A.1" if ticket % 3 else "B.2")
    return source(made)


@pytest.fixture(autouse=True)
def _nothing_known(tmp_path: Path, settings: LazySettings) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.mark.parametrize("by_month", [True, False])
@pytest.mark.parametrize("code", [each.code for each in INDICATORS if each.is_recorded])
def test_kept_sql_gives_what_the_expression_gives_for_another_time(
    events: Source, code: str, *, by_month: bool
) -> None:
    found, time = indicator(code), period_named(AUTUMN)
    first = Measuring(events, period_named(YEAR), by_month=by_month)
    for level in found.levels:
        first.measure(found, level)
    asked = questions().asked_anew
    assert asked > 0
    for level in found.levels:
        answered = Measuring(events, time, by_month=by_month).measure(found, level)
        plain = replace(events, layout="")
        assert answered == Measuring(plain, time, by_month=by_month).measure(found, level)
    assert questions().asked_anew == asked, "all of it was asked with what was kept"


def numerator(measuring: Measuring, code: str = "joint_share") -> list[tuple[int | None, int]]:
    return [(c.month, c.n) for c in measuring.measure(indicator(code), Level.DISTRICT)]


def test_what_was_kept_for_one_time_never_answers_for_another(events: Source) -> None:
    assert numerator(Measuring(events, period_named(YEAR))) == [(None, 24)]
    assert numerator(Measuring(events, period_named(AUTUMN))) == [(None, 6)]
    assert len(numerator(Measuring(events, period_named(YEAR), by_month=True))) == 12
    early = replace(events, as_of=moment("2026-02-20 00:00:00"))
    assert numerator(Measuring(early, period_named(YEAR))) == [(None, 4)]


def test_what_was_kept_for_one_scheme_never_answers_for_another(events: Source) -> None:
    def under(*excluded: str) -> int:
        scheme = Scheme("s", 1, "试行", date(2026, 1, 1), None, {"joint_share": 1.0}, excluded)
        return numerator(Measuring(events, period_named(YEAR), scheme=scheme))[0][1]

    assert [under(), under("A"), under("B"), under()] == [24, 8, 16, 24]


def test_a_definition_of_somebody_else_is_not_answered_from_ours(events: Source) -> None:
    ours = indicator("joint_share")
    measuring = Measuring(events, period_named(YEAR))
    assert measuring.measure(ours, Level.DISTRICT)[0].n == 24
    theirs = replace(ours, records=lambda reading: ours.records(reading).limit(5))
    fresh = Measuring(events, period_named(YEAR))
    assert fresh.measure(theirs, Level.DISTRICT)[0].n == 5


def test_a_fresh_process_asks_with_what_the_last_one_kept(events: Source, tmp_path: Path) -> None:
    numerator(Measuring(events, period_named(YEAR)))
    file = questions().file
    kept._known.clear()
    assert questions().file == file
    assert numerator(Measuring(events, period_named(AUTUMN))) == [(None, 6)]
    assert questions().asked_anew == 0


def test_what_another_version_kept_is_not_used(
    events: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    numerator(Measuring(events, period_named(YEAR)))
    kept._known.clear()
    monkeypatch.setattr(kept, "made_by", lambda: "another version")
    numerator(Measuring(events, period_named(YEAR)))
    assert questions().asked_anew > 0


@pytest.mark.parametrize("said", ["", "{", "[]", '{"made_by": 1}', '{"templates": []}'])
def test_a_spoilt_file_costs_only_time(tmp_path: Path, said: str) -> None:
    file = tmp_path / "questions.json"
    file.write_text(said)
    assert Questions(file).template("anything") is None


def test_where_nothing_may_be_written_it_is_kept_in_memory(tmp_path: Path) -> None:
    in_the_way = tmp_path / "event-columns"
    in_the_way.write_text("a file where the folder should be")
    kept = Questions(in_the_way / "questions.json")
    kept.keep("key", "SELECT 1")
    assert kept.template("key") == "SELECT 1"


def test_a_question_with_a_moment_of_its_own_is_not_kept(events: Source) -> None:
    since, until = moment("2026-01-01 00:00:00"), moment("2027-01-01 00:00:00")
    asking = Asking(events.backend, since, until, {})
    table = events.events
    assert asking.template_of(table.filter(table["at"] < until))[1] is not None
    other = table.filter(table["at"] < until - timedelta(days=1))
    assert asking.template_of(other)[1] is None
    same = Asking(events.backend, since, since, {})
    assert same.template_of(table.filter(table["at"] < since))[1] is None


@pytest.mark.django_db
@pytest.mark.database
def test_this_installations_own_ledger_is_asked_with_what_was_kept(
    district: SmallDistrict, tmp_path: Path
) -> None:
    assert district.units
    for asked in (1, 1):
        ledger = local_events(tmp_path / "mirror")
        numerator(Measuring(ledger, period_named(YEAR)))
        assert questions().asked_anew == asked
