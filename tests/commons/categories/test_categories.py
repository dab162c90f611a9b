"""The tree of matters: asking and changing it."""

from dataclasses import replace
from datetime import date

import pytest
from django.utils import translation

from gongzhi.commons.categories.editing import NewCategory, import_categories
from gongzhi.commons.categories.queries import ancestors, categories, category, rule_book
from gongzhi.commons.ledger.models import Event
from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.rows import CannotImport
from gongzhi.engines.triage.texts import Message
from tests.commons.small_district import AT, BEGINS, DAY, actor

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_matter_knows_its_way_up(small):
    view = category("env.waste.bulky")
    assert view is not None
    assert view.path_names == ("环境", "垃圾", "大件垃圾")
    assert (view.parent_code, view.is_leaf, category("env").is_leaf) == ("env.waste", True, False)
    assert [each.code for each in ancestors("env.waste.bulky")] == [
        "env",
        "env.waste",
        "env.waste.bulky",
    ]
    assert category("nothing") is None
    assert ancestors("nothing") == ()


def test_a_matter_is_named_in_the_language_of_the_reader(small):
    view = category("env.waste")
    with translation.override("en"):
        assert view.name == "Waste"
    with translation.override("zh-hans"):
        assert view.name == "垃圾"


def test_matters_come_parents_first(small):
    codes = [view.code for view in categories(on=DAY)]
    assert codes == ["env", "env.waste", "env.waste.bulky", "water"]


def test_words_point_to_matters(small):
    [suggestion] = rule_book(on=DAY).suggest([Message(body="小区停水两天了")])
    assert suggestion.category == "water"


def test_a_matter_that_has_ended_is_no_longer_suggested(small):
    ended = NewCategory("water", "供水", "Water", BEGINS, date(2025, 5, 31), keywords={"停水": 3})
    import_categories(rows=[ended], by=SYSTEM, at=AT)
    assert rule_book(on=DAY).suggest([Message(body="停水")])[0].category is None
    assert category("water") is not None
    assert "water" not in [view.code for view in categories(on=DAY)]


def test_importing_again_changes_only_what_differs(small):
    waste = NewCategory("env.waste", "垃圾", "Waste", BEGINS, keywords={"垃圾": 2})
    same = import_categories(rows=[waste], by=SYSTEM, at=AT)
    assert (same.added, same.changed, same.unchanged) == (0, 0, 1)
    report = import_categories(rows=[replace(waste, name_zh="生活垃圾")], by=SYSTEM, at=AT)
    assert report.changed == 1
    assert category("env.waste").name_zh == "生活垃圾"
    told = Event.objects.get(kind="category.changed")
    assert told.data == {"code": "env.waste", "fields": ["name_zh"]}


def test_a_dry_run_leaves_everything_as_it_was(small):
    report = import_categories(
        rows=[NewCategory("heat", "供热", "Heating", BEGINS)], by=SYSTEM, at=AT, dry_run=True
    )
    assert report.added == 1
    assert category("heat") is None


def test_every_faulty_matter_is_named_and_none_is_added(small):
    def matter(code: str, **facts) -> NewCategory:
        return NewCategory(**({"code": code, "name_zh": "名", "name_en": "n",
                               "valid_from": BEGINS} | facts))  # fmt: skip

    bad_list = {"code": "a", "datatype": "singlevaluelist", "description": "x"}
    rows = [
        matter("heat"),
        matter("Heat"),
        matter("none.below"),
        matter("heat"),
        matter("c", name_zh=""),
        matter("d", name_en="x" * 81),
        matter("e", description_zh="x" * 301),
        matter("f", valid_to=date(2024, 1, 1)),
        matter("g", keywords={"词": 0}),
        matter("h", attributes=[bad_list]),
        matter("i", attributes=[{"code": "a", "datatype": "color", "description": "x"}]),
        matter("j", attributes=[{"code": "", "datatype": "text", "description": "x"}]),
        matter("k", attributes=[{"code": "a", "datatype": "text"}]),
    ]
    with pytest.raises(CannotImport) as refused:
        import_categories(rows=rows, by=SYSTEM, at=AT)
    assert [fault.row for fault in refused.value.faults] == list(range(2, 14))
    assert category("heat") is None


def test_a_refused_list_says_why_in_the_language_of_the_reader(small):
    faulty = NewCategory(
        code="e", name_zh="名", name_en="n", valid_from=BEGINS, description_en="x" * 301
    )
    for language, words in {
        "zh-hans": "第 1 行 description_en：说明最多 300 字",
        "en": "Row 1, description_en: A description has at most 300 characters",
    }.items():
        with translation.override(language), pytest.raises(CannotImport) as refused:
            import_categories(rows=[faulty], by=SYSTEM, at=AT)
        assert str(refused.value) == words


def test_only_the_district_changes_matters(small):
    with pytest.raises(NotPermitted):
        import_categories(rows=[], by=actor(RoleKind.COORDINATOR), at=AT)
