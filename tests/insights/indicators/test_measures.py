"""The library of measures: something for each difficulty, in both languages, with its risk."""

from django.utils import translation

from gongzhi.insights.indicators.measures import MEASURES, measure_named, measures_for
from gongzhi.insights.indicators.shapes import Difficulty


def test_every_difficulty_has_a_measure_and_every_code_is_one() -> None:
    assert all(measures_for(each) for each in Difficulty)
    codes = [each.code for each in MEASURES]
    assert len(set(codes)) == len(codes)
    assert measure_named(codes[0]) is MEASURES[0]
    assert measure_named("nothing") is None


def test_every_measure_is_said_in_both_languages_with_its_source_and_its_risk() -> None:
    for each in MEASURES:
        for text in (each.name, each.how, each.source, each.beware):
            with translation.override("zh-hans"):
                chinese = str(text)
            with translation.override("en"):
                english = str(text)
            assert any("\u4e00" <= sign <= "\u9fff" for sign in chinese), chinese
            assert not any("\u4e00" <= sign <= "\u9fff" for sign in english), english
