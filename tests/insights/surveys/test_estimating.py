"""What answers say about everyone: equal to plain arithmetic, honest where there is little."""

import csv
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gongzhi.insights.surveys.choices import Channel, Outcome
from gongzhi.insights.surveys.comparing import areas_of, changes_of
from gongzhi.insights.surveys.estimating import Results, hidden_answers, results_of
from gongzhi.insights.surveys.fieldwork import NewSurvey, draft_survey, print_slips
from gongzhi.insights.surveys.margins import set_margins
from gongzhi.insights.surveys.models import SampleUnit, Survey
from gongzhi.insights.surveys.receiving import (
    ImportedRow,
    NewResponse,
    import_responses,
    receive_many,
)
from gongzhi.insights.surveys.registering import add_version
from tests.affairs.small_district import MONDAY
from tests.insights.surveys.conftest import Field
from tests.insights.surveys.forms import Rows, form_from

pytestmark = pytest.mark.database


def taken_in(
    field: Field, rows: Sequence[dict[str, Any]], *, survey: int | None = None, **more: Any
) -> int:
    made = survey or field.drafted(open_to_all=True, **more)
    letters = [
        ImportedRow(number, NewResponse(given, f"row-{number:012d}", Channel.IMPORT))
        for number, given in enumerate(rows, start=2)
    ]
    kept, faults = import_responses(
        survey_id=made, rows=letters, by=field.researcher, at=MONDAY, skip=True
    )
    assert kept + len({number for number, _fault in faults}) == len(rows)
    return made


def results(field: Field, survey: int) -> Results:
    found = results_of(survey_id=survey, by=field.researcher)
    assert found is not None
    return found


def say(waste: int | str, elders: int = 0) -> dict[str, Any]:
    return {"elder": "yes" if elders else "no", "elders": elders or "", "waste": str(waste)}


def test_the_sample_is_weighted_for_who_did_not_answer(field: Field) -> None:
    survey = field.opened(size=60)
    letters, given = [], {}
    for number, name in enumerate(("willow", "plum", "pine")):
        slips = print_slips(
            survey_id=survey, place_id=field.district.places[name].pk, by=field.researcher,
            at=MONDAY,
        )  # fmt: skip
        for at, slip in enumerate(slips[: 8 + number]):
            score = 1 + (at + number) % 5
            given[slip.unit_id] = score
            new = NewResponse(say(score), f"{slip.unit_id:032d}", Channel.CODE, code=slip.code)
            letters.append((new, MONDAY))
    assert receive_many(survey_id=survey, letters=letters, by=field.researcher) == len(letters)
    found = results(field, survey)
    assert found.from_sample
    assert found.notes == ("nonresponse",)
    strata: dict[int, list[tuple[float, float]]] = {}
    everyone: dict[int, float] = {}
    for unit in SampleUnit.objects.filter(survey=survey):
        everyone[unit.stratum_id] = everyone.get(unit.stratum_id, 0) + unit.weight
        if unit.outcome == Outcome.ANSWERED:
            strata.setdefault(unit.stratum_id, []).append((unit.weight, given[unit.pk]))
    total = sum(
        everyone[stratum] * sum(w * y for w, y in rows) / sum(w for w, _y in rows)
        for stratum, rows in strata.items()
    )
    waste = next(item for item in found.items if item.name == "waste")
    shares = {line.name: line for line in waste.lines}
    assert sum(1 for line in shares.values() if line.hidden) == 0
    mean = sum(int(name) * line.found.estimate for name, line in shares.items() if line.found)
    assert mean == pytest.approx(total / sum(everyone.values()))


def test_raking_brings_the_answers_to_known_shares(field: Field) -> None:
    rows = [say(4, elders=1)] * 30 + [say(2)] * 10
    survey = taken_in(field, rows)
    margins = {"elder": {"yes": 0.25, "no": 0.75}}
    set_margins(survey_id=survey, margins=margins, by=field.researcher, at=MONDAY)
    found = results(field, survey)
    assert found.notes == ("raked",)
    elder = next(item for item in found.items if item.name == "elder")
    assert [line.found and round(line.found.estimate, 9) for line in elder.lines] == [0.25, 0.75]


def test_nobody_and_one_respondent_say_nothing(field: Field) -> None:
    survey = field.drafted(open_to_all=True)
    assert results_of(survey_id=survey, by=field.researcher) is None
    taken_in(field, [say(5)], survey=survey)
    assert results_of(survey_id=survey, by=field.researcher) is None
    assert areas_of(survey_id=survey, question="waste", by=field.researcher) == ()


def test_everybody_saying_the_same_and_nobody_answering_break_nothing(field: Field) -> None:
    survey = taken_in(field, [say(5)] * 40)
    found = results(field, survey)
    waste = next(item for item in found.items if item.name == "waste")
    assert waste.mean is not None
    assert waste.mean.found is not None
    assert waste.mean.found.estimate == 5
    water = next(item for item in found.items if item.name == "water")
    assert all(line.found is None for line in water.lines)
    (battery,) = found.batteries
    assert battery.alpha is None
    assert "nan" not in repr(found)


def test_do_not_know_is_no_score(field: Field) -> None:
    survey = taken_in(field, [say(4)] * 120 + [say(9)] * 60)
    waste = next(item for item in results(field, survey).items if item.name == "waste")
    assert waste.answered == 120
    assert waste.mean is not None
    assert waste.mean.found is not None
    assert waste.mean.found.estimate == 4
    assert [line.name for line in waste.lines] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([20, 30, 40], []),
        ([3, 30, 40], [0, 1]),
        ([0, 30, 40], []),
        ([2, 2, 3, 40, 50], [0, 1, 2, 3]),
        ([4, 4, 4, 40], [0, 1, 2]),
        ([3, 0, 0], [0]),
        ([0, 0], []),
    ],
)
def test_few_answers_are_hidden_and_so_is_what_would_tell_them(
    counts: list[int], hidden: list[int]
) -> None:
    assert [at for at, out in enumerate(hidden_answers(counts)) if out] == hidden


def test_two_waves_are_compared_where_they_asked_the_same(field: Field) -> None:
    earlier = taken_in(field, [say(2 + n % 2) for n in range(60)])
    version = Survey.objects.get(pk=earlier).version_id
    later = taken_in(
        field, [say(4 + n % 2) for n in range(60)], version_id=version, earlier_id=earlier
    )
    (change,) = changes_of(survey_id=later, by=field.researcher)
    assert (change.earlier, change.later) == (2.5, 4.5)
    assert change.change.estimate == pytest.approx(2)
    assert change.beyond_chance
    assert changes_of(survey_id=earlier, by=field.researcher) == ()


# The published surveys


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        return list(csv.DictReader(file))


def published(field: Field, survey: Rows, choices: Rows, **more: Any) -> int:
    form = form_from(survey, choices)
    version = add_version(form=form, by=field.researcher, at=MONDAY).version_id
    new = NewSurvey(
        version, "别处的调查", field.district.places["district"].pk, MONDAY.date(),
        MONDAY.date() + timedelta(days=9), open_to_all=True, **more,
    )  # fmt: skip
    return draft_survey(new=new, by=field.researcher, at=MONDAY)


@pytest.mark.realdata
def test_kansas_city_comes_in_and_gives_the_same_means(realdata: Path, field: Field) -> None:
    """1,033 residents, a battery of three and one of eight, 9 = don't know."""
    rows = table(realdata / "surveys" / "kcmo_resident_survey_2021Q1FY22_safe.csv")
    names = [f"q1_0{n}" for n in range(1, 4)] + [f"q2_0{n}" for n in range(1, 9)]
    sheet: list[list[object]] = [["type", "name", "label", "appearance"]]
    for battery in ("q1", "q2"):
        sheet.append(["begin_group", battery, battery, "table-list"])
        sheet += [["select_one s", n, n, ""] for n in names if n.startswith(battery)]
        sheet.append(["end_group", "", "", ""])
    scale = [["s", str(n), str(n), ""] for n in range(1, 6)] + [["s", "9", "don't know", "yes"]]
    survey = published(field, sheet, [["list_name", "name", "label", "missing"], *scale])
    taken_in(field, [{n: row[n] if row[n] != "NA" else "" for n in names} for row in rows],
             survey=survey)  # fmt: skip
    found = results(field, survey)
    assert found.respondents == len(rows) == 1033
    for item in found.items:
        scores = np.array([float(r[item.name]) for r in rows if r[item.name] in set("12345")])
        assert item.answered == len(scores)
        assert item.mean is not None
        assert item.mean.found is not None
        assert item.mean.found.estimate == pytest.approx(scores.mean(), abs=1e-8)
        half = 1.9622 * scores.std(ddof=1) / len(scores) ** 0.5
        assert item.mean.found.upper - item.mean.found.lower == pytest.approx(2 * half, rel=5e-3)
    assert [battery.items for battery in found.batteries] == [3, 8]
    assert all(b.alpha is not None and b.alpha.estimate > 0.7 for b in found.batteries)
    assert "nan" not in repr(found).lower()


@pytest.mark.realdata
def test_somerville_comes_in_row_by_row_and_its_waves_are_compared(
    realdata: Path, field: Field
) -> None:
    """Values such as R, X, 9* and 6/1/2011 are refused by row; 2013 and 2015 are compared."""
    rows = table(realdata / "surveys" / "somerville_happiness_2011_2013_2015.csv")
    column = "How.happy.do.you.feel.right.now."
    sheet: Rows = [
        ["type", "name", "label", "parameters"],
        ["range", "happy", "?", "start=0 end=10 step=0.5"],
    ]
    first = published(field, sheet, [["list_name", "name", "label"]])
    version = Survey.objects.get(pk=first).version_id
    second = field.drafted(open_to_all=True, version_id=version, earlier_id=first)
    means = {}
    for survey, year in ((first, "2013"), (second, "2015")):
        said = [row[column].strip() for row in rows if row["Year"] == year]
        taken_in(field, [{"happy": each} for each in said], survey=survey)
        means[year] = np.mean([float(each) for each in said if each.replace(".", "").isdigit()])
    (change,) = changes_of(survey_id=second, by=field.researcher)
    assert change.earlier == pytest.approx(means["2013"], abs=1e-8)
    assert change.later == pytest.approx(means["2015"], abs=1e-8)
    assert change.change.lower < change.change.estimate < change.change.upper
    dirty = [row[column] for row in rows if row["Year"] == "2011"][:3_000]
    bad = [ImportedRow(n, NewResponse({"happy": v}, f"dirty-{n:010d}", Channel.IMPORT))
           for n, v in enumerate(dirty, start=2)]  # fmt: skip
    third = field.drafted(open_to_all=True, version_id=version)
    kept, faults = import_responses(survey_id=third, rows=bad, by=field.researcher, at=MONDAY)
    assert kept == 0
    assert {fault.reason for _number, fault in faults} >= {"请填数字，例如 2.5"}
