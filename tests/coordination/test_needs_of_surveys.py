"""What was heard in a survey becomes needs, in the places that were asked, without who said it."""

from dataclasses import replace

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from gongzhi.affairs.resources.models import Need
from gongzhi.affairs.resources.needs import CannotPublish, NewNeed
from gongzhi.affairs.resources.queries.facts import needs_of_source
from gongzhi.affairs.resources.rules import write_starting_lists
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.territory.models import Place
from gongzhi.coordination.needs_of_surveys import publish_need_of_survey
from gongzhi.insights.surveys.models import InstrumentVersion
from tests.affairs.small_district import MONDAY
from tests.insights.surveys.conftest import Field, field  # noqa: F401
from tests.interfaces.pages.test_resources import sound

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def new(field: Field, survey: int, place: str = "willow", title: str = "陪独居老人") -> NewNeed:  # noqa: F811
    return NewNeed(
        title=title, category="people.elderly", quantity=2, begins=MONDAY.date(),
        ends=MONDAY.date(), place_id=field.district.places[place].pk,
        source=Subject("survey", survey),
    )  # fmt: skip


def test_one_survey_brings_many_needs_and_each_names_it(field: Field) -> None:  # noqa: F811
    write_starting_lists()
    survey, by = field.opened(), field.district.officer
    for place in ("willow", "willow", "plum"):
        publish_need_of_survey(survey_id=survey, new=new(field, survey, place), by=by, at=MONDAY)
    assert set(Need.objects.values_list("source_kind", "source_id")) == {("survey", survey)}
    assert len(needs_of_source("survey", survey)) == 3


def test_only_what_was_asked_and_only_by_who_may(field: Field) -> None:  # noqa: F811
    write_starting_lists()
    district, drafted = field.district, field.drafted(title="还没开始")
    version = InstrumentVersion.objects.get().pk
    with pytest.raises(CannotPublish, match="还没有开始"):
        publish_need_of_survey(
            survey_id=drafted, new=new(field, drafted), by=district.officer, at=MONDAY
        )
    survey = field.opened(
        title="柳岸的调查", version_id=version, place_id=district.places["willow"].pk
    )
    with pytest.raises(CannotPublish, match="没有问过"):
        publish_need_of_survey(
            survey_id=survey, new=new(field, survey, "plum"), by=district.officer, at=MONDAY
        )
    estate = Place.objects.filter(kind="estate", parent=district.places["willow"]).earliest("pk")
    close = replace(new(field, survey), place_id=estate.pk)
    with pytest.raises(CannotPublish, match="写到社区"):
        publish_need_of_survey(survey_id=survey, new=close, by=district.officer, at=MONDAY)
    with pytest.raises((NotPermitted, LookupError)):
        publish_need_of_survey(
            survey_id=survey, new=new(field, survey), by=district.sanitation, at=MONDAY
        )
    with pytest.raises(ValueError, match="source"):
        publish_need_of_survey(
            survey_id=survey, new=new(field, drafted), by=district.officer, at=MONDAY
        )
    assert not Need.objects.exists()


def as_(actor: Actor) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=actor.person_id))
    return client


def test_a_need_is_published_from_the_page_of_the_survey(field: Field) -> None:  # noqa: F811
    write_starting_lists()
    survey, staff = field.opened(), as_(field.district.officer)
    assert f"/needs/new?survey={survey}" in sound(staff, f"/surveys/{survey}")
    assert "社区需求调查" in sound(staff, f"/needs/new?survey={survey}")
    day = timezone.localdate().isoformat()
    form = {
        "title": "陪独居老人", "category": "people.elderly",
        "place": str(field.district.places["willow"].pk), "quantity": "3", "urgency": "2",
        "begins": day, "ends": day, "text": "",
    }  # fmt: skip
    assert staff.post(f"/needs/new?survey={survey}", form).status_code == 302
    row = Need.objects.get()
    assert (row.source_kind, row.source_id) == ("survey", survey)
    assert staff.get("/needs/new?survey=99999").status_code == 404
