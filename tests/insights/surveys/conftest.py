"""A small district with households, and a survey in it."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.territory.models import Place
from gongzhi.commons.territory.queries import revision
from gongzhi.insights.surveys.fieldwork import (
    NewSurvey,
    SampleDesign,
    draft_survey,
    draw_sample,
    open_survey,
)
from gongzhi.insights.surveys.registering import add_version
from tests.affairs.small_district import BEGINS, MONDAY, SmallDistrict, build
from tests.insights.surveys.forms import CHOICES, HOME, form_from


@dataclass
class Field:
    """The small district with who surveys it."""

    district: SmallDistrict

    @property
    def researcher(self) -> Actor:
        return self.district.actor(RoleKind.RESEARCHER, "hotline", "district")

    @property
    def version(self) -> int:
        return add_version(form=form_from(HOME, CHOICES), by=self.researcher, at=MONDAY).version_id

    def drafted(self, **more: object) -> int:
        values: dict[str, object] = {
            "version_id": more.pop("version_id", None) or self.version,
            "title": "社区需求调查",
            "place_id": self.district.places["district"].pk,
            "begins": MONDAY.date(),
            "ends": MONDAY.date() + timedelta(days=30),
        }
        new = NewSurvey(**(values | more))  # type: ignore[arg-type]
        return draft_survey(new=new, by=self.researcher, at=MONDAY)

    def opened(self, *, size: int = 60, seed: int = 7, **more: object) -> int:
        survey = self.drafted(**more)
        design = SampleDesign(size=size, seed=seed, take=5)
        draw_sample(survey_id=survey, design=design, by=self.researcher, at=MONDAY)
        open_survey(survey_id=survey, by=self.researcher, at=MONDAY)
        return survey


@pytest.fixture
def field(db: None) -> Field:
    district = build()
    with transaction.atomic():
        for community, estates in (("willow", 6), ("plum", 5), ("pine", 4)):
            above = district.places[community]
            for number in range(estates):
                estate = Place.objects.create(
                    kind="estate", parent=above, path="", name=f"{community} {number}",
                    begins=BEGINS, households=40 + 15 * number,
                )  # fmt: skip
                estate.path = f"{above.path}{estate.pk}/"
                estate.save(update_fields=["path"])
        Place.objects.filter(pk=district.places["garden"].pk).update(households=100)
        revision.grow()
    return Field(district)


def survey_about_children(field: Field, *more: list[str]) -> int:
    """A survey that everyone may answer: a repeat about children, and `more` questions."""
    at, by, today = timezone.now(), field.researcher, timezone.localdate()
    rows = [
        ["type", "name", "label"], ["begin_repeat", "child", "孩子"], ["integer", "age", "几岁"],
        ["end_repeat", "", ""], *more,
    ]  # fmt: skip
    version = add_version(form=form_from(rows, CHOICES), by=by, at=at).version_id
    place = field.district.places["district"].pk
    new = NewSurvey(version, "孩子的调查", place, today, today, open_to_all=True)
    survey = draft_survey(new=new, by=by, at=at)
    open_survey(survey_id=survey, by=by, at=at)
    return survey
