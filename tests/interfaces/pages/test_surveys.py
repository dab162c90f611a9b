"""The pages of surveys: each audience sees and does its part, with and without JavaScript."""

import json
from html import unescape
from re import findall, search
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from gongzhi.commons.ledger.models import Event
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.insights.surveys.fieldwork import (
    NewSurvey,
    SampleDesign,
    draft_survey,
    draw_sample,
    open_survey,
    print_slips,
)
from gongzhi.insights.surveys.models import FieldNote, InstrumentVersion, Quote, Response, Survey
from gongzhi.insights.surveys.registering import add_version
from tests.insights.surveys.conftest import Field, survey_about_children
from tests.insights.surveys.conftest import field as field  # noqa: PLC0414  a fixture
from tests.insights.surveys.forms import CHOICES, HOME, form_from, workbook
from tests.interfaces.pages.reading import Page

pytestmark = pytest.mark.database


def as_(actor: Actor) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=actor.person_id))
    return client


CODE = r"[A-Z2-9]{5}-[A-Z2-9]{5}"


def sound(client: Client, path: str) -> str:
    html = ""
    for language in ("en", "zh-hans"):
        client.cookies["django_language"] = language
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        html = answer.content.decode()
        assert Page(html).faults == [], path
    return html


def in_field(field: Field, *, size: int = 60, open_to_all: bool = True) -> int:
    """A survey that is in the field today."""
    at, by = timezone.now(), field.researcher
    version = add_version(form=form_from(HOME, CHOICES), by=by, at=at).version_id
    today = timezone.localdate()
    new = NewSurvey(
        version, "社区需求调查", field.district.places["district"].pk, today, today,
        open_to_all=open_to_all, purpose="想知道缺什么",
    )  # fmt: skip
    survey = draft_survey(new=new, by=by, at=at)
    draw_sample(survey_id=survey, design=SampleDesign(size=size, seed=5), by=by, at=at)
    open_survey(survey_id=survey, by=by, at=at)
    return survey


def codes(field: Field, survey: int) -> list[str]:
    slips = print_slips(
        survey_id=survey, place_id=field.district.places["willow"].pk, by=field.researcher,
        at=timezone.now(),
    )  # fmt: skip
    return [slip.code for slip in slips]


def hidden(html: str) -> dict[str, Any]:
    """The hidden fields of the form that was shown, and which questions it shows."""
    fields = dict(findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
    shown = findall(r'name="shown" value="([^"]*)"', html)
    return {name: unescape(value) for name, value in fields.items()} | {"shown": shown}


def test_a_resident_answers_page_by_page_without_javascript(field: Field) -> None:
    survey = in_field(field)
    code, client, fill = codes(field, survey)[0], Client(), f"/survey/{survey}"
    assert "谁都可以答的调查" in sound(client, "/survey/")
    html = client.post("/survey/", {"code": f" {code[:5].lower()}-{code[5:]}"}).content.decode()
    assert Page(html).faults == []
    assert "想知道缺什么" in html
    html = client.post(fill, hidden(html) | {"next": 1, "code": code}).content.decode()
    assert "请回答这一题" in html
    first = hidden(html) | {"next": 1, "code": code, "q-elder": "yes"}
    html = client.post(fill, first).content.decode()
    assert "多了几题" in html
    assert "elders" in hidden(html)["shown"]
    second = hidden(html) | {"next": 1, "code": code, "q-elder": "yes", "q-elders": "20"}
    assert "请填 1 到 12" in client.post(fill, second).content.decode()
    html = client.post(fill, second | {"q-elders": "2"}).content.decode()
    assert "您满意吗" in html
    assert "第 2 页，共 3 页" in html
    back = client.post(fill, hidden(html) | {"back": 1}).content.decode()
    assert 'value="yes" checked' in back
    html = client.post(fill, hidden(html) | {"next": 1, "q-waste": "4"}).content.decode()
    done = client.post(fill, hidden(html) | {"next": 1, "q-wish": "路灯暗"})
    assert done.headers["Location"] == "/survey/thanks"
    sound(client, "/survey/thanks")
    row = Response.objects.get()
    assert row.answers == {"elder": "yes", "elders": 2, "many": 1, "waste": "4"}
    again = client.post(fill, hidden(html) | {"next": 1, "q-wish": "路灯暗"})
    assert again.status_code == 302
    assert Response.objects.count() == 1
    assert "已经用过" in client.post("/survey/", {"code": code}).content.decode()


def test_the_open_link_asks_for_the_community_and_the_whole_page_works_as_a_form(
    field: Field,
) -> None:
    survey = in_field(field)
    client = Client()
    assert "您住在哪个社区" in sound(client, f"/survey/{survey}")
    html = sound(client, f"/survey/{survey}/whole")
    sent = hidden(html) | {"q-elder": "no", "place": field.district.places["pine"].pk}
    assert "还差一点" in client.post(f"/survey/{survey}/whole", sent).content.decode()
    done = client.post(f"/survey/{survey}/whole", sent | {"q-waste": "9"})
    assert done.status_code == 302
    row = Response.objects.get()
    assert (row.channel, row.place_id) == ("open", field.district.places["pine"].pk)
    assert row.stratum_id is None


def letter(survey: int, **more: Any) -> dict[str, Any]:
    given = {"elder": "no", "waste": "4"}
    return {"survey": survey, "key": "k" * 32, "code": "", "place": "", "given": given} | more


def post(body: Any, **more: Any) -> Any:
    content = body if isinstance(body, str) else json.dumps(body)
    return Client(enforce_csrf_checks=True).post(
        "/survey/send", content, content_type=more.get("content_type", "application/json")
    )


def test_a_letter_sent_twice_from_a_telephone_is_one_response(field: Field) -> None:
    survey = in_field(field)
    assert post(letter(survey)).json() == {"again": False}
    assert post(letter(survey)).json() == {"again": True}
    assert Response.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("[]", 400),
        ("null", 400),
        ('{"survey": "x"}', 400),
        ('{"survey": 1e400, "given": {}}', 400),
        ('{"survey": 999999, "given": {}}', 404),
        ("[" * 5_000, 400),
    ],
)
def test_a_letter_that_makes_no_sense_is_refused(field: Field, body: str, status: int) -> None:
    in_field(field)
    answer = post(body)
    assert answer.status_code == status
    assert answer.json()["reason"]
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"given": {"elder": "maybe", "waste": "4"}}, 422),
        ({"given": []}, 400),
        ({"code": "AAAAAAAAAA"}, 409),
        ({"key": "short"}, 409),
        ({"place": "99999999"}, 200),
    ],
)
def test_a_letter_that_breaks_a_rule_is_told_why(
    field: Field, more: dict[str, Any], status: int
) -> None:
    survey = in_field(field)
    answer = post(letter(survey, **more))
    assert answer.status_code == status
    assert Response.objects.exists() == (status == 200)


def test_only_json_is_taken_so_that_no_foreign_form_can_send(field: Field) -> None:
    survey = in_field(field)
    answer = post(json.dumps(letter(survey)), content_type="text/plain")
    assert answer.status_code == 415


def test_the_worker_script_is_served_where_it_reaches_the_fill_in_pages(client: Client) -> None:
    answer = client.get("/survey/offline.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert b"caches.open" in answer.content


def test_a_survey_that_is_not_open_to_all_needs_a_code(field: Field) -> None:
    survey = in_field(field, open_to_all=False)
    assert post(letter(survey)).status_code == 409
    assert post(letter(survey, code=codes(field, survey)[0])).status_code == 200
    assert "谁都可以答的调查" not in Client().get("/survey/").content.decode()


def test_a_survey_being_prepared_is_nowhere_to_be_seen(field: Field) -> None:
    survey = field.drafted(open_to_all=True)
    for path in (f"/survey/{survey}", f"/survey/{survey}/whole", "/survey/424242"):
        assert Client().get(path).status_code == 404


def test_a_researcher_imports_looks_draws_opens_and_closes(field: Field) -> None:
    client = as_(field.researcher)
    sound(client, "/surveys/import")
    broken = SimpleUploadedFile("b.xlsx", workbook([["type", "name", "label"], ["geo", "a", "?"]]))
    html = client.post("/surveys/import", {"file": broken}).content.decode()
    assert Page(html).faults == []
    assert "没有“geo”这种题型" in html
    good = SimpleUploadedFile("home.xlsx", workbook(HOME, CHOICES))
    made = client.post("/surveys/import", {"file": good})
    version = InstrumentVersion.objects.get().pk
    assert made.headers["Location"] == f"/surveys/versions/{version}"
    html = sound(client, f"/surveys/versions/{version}")
    assert "“家里有六十岁以上的老人吗”答“有”时才答" in html
    assert client.get(f"/surveys/versions/{version}/file").content.startswith(b"PK")
    again = SimpleUploadedFile("home.xlsx", workbook(HOME, CHOICES))
    assert "没有重复导入" in client.post("/surveys/import", {"file": again}).content.decode()
    sound(client, "/surveys/new")
    today = timezone.localdate().isoformat()
    asked = {
        "version": version, "title": "秋季调查", "place": field.district.places["district"].pk,
        "begins": today, "ends": today, "purpose": "",
    }  # fmt: skip
    survey = client.post("/surveys/new", asked).headers["Location"]
    sound(client, survey)
    sound(client, f"{survey}/sample")
    design = {
        "size": 60, "strata": "community", "clusters": "estate", "take": 5,
        "allocation": "equal", "seed": 3,
    }  # fmt: skip
    assert client.post(f"{survey}/sample", design).status_code == 302
    client.post(f"{survey}/open")
    assert "柳岸社区" in sound(client, survey)
    client.post(f"{survey}/close")
    assert Survey.objects.get().state == "closed"
    assert "秋季调查" in sound(client, "/surveys")


def test_a_worker_prints_slips_notes_outcomes_and_enters_paper(field: Field) -> None:
    survey = in_field(field)
    client, willow = as_(field.district.worker), field.district.places["willow"].pk
    html = sound(client, f"/surveys/{survey}")
    assert "柳岸社区" in html
    assert "松林社区" not in html
    here = f"/surveys/{survey}/slips/{willow}"
    told = Event.objects.filter(kind="survey.codes_printed")
    before = told.count()
    html = sound(client, here)
    assert not findall(CODE, html)
    client.head(here)
    assert told.count() == before  # looking prints nothing
    html = client.post(here).content.decode()
    assert Page(html).faults == []
    assert len(findall(CODE, html)) >= 10
    assert told.count() == before + 1
    found = search(rf"/surveys/{survey}/outcome/(\d+)", html)
    assert found is not None
    noted = client.post(found[0], {"outcome": "refused", "place": willow})
    assert noted.status_code == 302
    pine = field.district.places["pine"].pk
    for asked in (client.get, client.post):
        assert asked(f"/surveys/{survey}/slips/{pine}").status_code == 403
    html = sound(client, f"/surveys/{survey}/enter")
    sent = hidden(html) | {
        "q-elder": "no", "q-waste": "3", "code": codes(field, survey)[5], "channel": "interview",
    }  # fmt: skip
    assert client.post(f"/surveys/{survey}/enter", sent).status_code == 302
    assert Response.objects.get().channel == "interview"
    assert client.get("/surveys/import").status_code == 403
    assert client.get("/surveys/new").status_code == 403
    assert client.post(f"/surveys/{survey}/close").status_code == 403


def test_results_hide_what_few_answered_and_say_what_the_rest_means(field: Field) -> None:
    survey = in_field(field)
    client = as_(field.researcher)
    assert "不到五份" in sound(client, f"/surveys/{survey}/results")
    for number, code in enumerate(codes(field, survey)[:12]):
        waste = "1" if number < 2 else str(3 + number % 3)
        sent = letter(survey, key=f"{number:032d}", code=code)
        sent["given"] = {"elder": "yes", "elders": 1, "waste": waste, "wish": f"话 {number}"}
        assert post(sent).status_code == 200
    html = sound(client, f"/surveys/{survey}/results")
    assert "人数过少" in html
    # By itself: the form's random token may hold the three letters, too.
    assert search(r"(?i)(?<![0-9a-z])nan(?![0-9a-z])", html) is None
    assert "12 人作答" in html
    html = sound(client, f"/surveys/{survey}/results?by=elders")
    assert "各社区" in html
    assert "话 3" in sound(client, f"/surveys/{survey}/words/wish")
    assert client.get(f"/surveys/{survey}/words/waste").status_code == 404
    table = client.get(f"/surveys/{survey}/answers.csv").content.decode("utf-8-sig")
    assert len(table.splitlines()) == 13
    assert "话" not in table
    assert client.get(f"/surveys/{survey}/answers.xlsx").content.startswith(b"PK")
    worker = as_(field.district.worker)
    sound(worker, f"/surveys/{survey}/results")
    assert worker.get(f"/surveys/{survey}/answers.csv").status_code == 403
    assert worker.get(f"/surveys/{survey}/words/wish").status_code == 403


def test_a_worker_notes_an_interview_checks_it_and_quotes(field: Field) -> None:
    survey = in_field(field)
    client = as_(field.district.worker)
    sound(client, f"/surveys/{survey}/notes")
    note = {
        "kind": "interview", "place": field.district.places["willow"].pk,
        "held_on": timezone.localdate().isoformat(), "text": "王阿姨说电梯停了三个月。",
    }  # fmt: skip
    client.post(f"/surveys/{survey}/notes", note)
    row = FieldNote.objects.get()
    sound(client, f"/surveys/{survey}/notes")
    step = f"/surveys/notes/{row.pk}"
    client.post(f"{step}/check", {"text": "电梯停了三个月。", "survey": survey})
    client.post(f"{step}/quote", {"code": "电梯", "passage": "电梯停了三个月", "survey": survey})
    assert Quote.objects.count() == 1
    html = sound(client, f"/surveys/{survey}/notes")
    assert "王阿姨" not in html
    assert client.post("/surveys/notes/99999/check", {"text": "x"}).status_code == 404


def test_who_has_nothing_to_do_with_surveys_sees_none(field: Field) -> None:
    survey = in_field(field)
    stranger = as_(field.district.actor(RoleKind.UNIT_LEAD, "water", "district"))
    for path in ("/surveys", f"/surveys/{survey}", f"/surveys/{survey}/results"):
        assert stranger.get(path).status_code == 403
        assert Client().get(path).status_code == 302
    assert as_(field.researcher).get("/surveys/424242").status_code == 404


def test_lists_ask_the_database_as_often_for_many_as_for_few(
    field: Field, django_assert_max_num_queries: Any
) -> None:
    survey = in_field(field)
    client = as_(field.researcher)
    for number in range(8):
        field.drafted(version_id=Survey.objects.get(pk=survey).version_id, title=f"另 {number}")
    client.get("/surveys")
    with django_assert_max_num_queries(14):
        client.get("/surveys")
    with django_assert_max_num_queries(14):
        client.get(f"/surveys/{survey}")


def test_the_home_page_invites_to_surveys_open_to_all(field: Field) -> None:
    assert "正在调查，想听您说" not in sound(Client(), "/")
    survey = in_field(field)
    assert f"/survey/{survey}" in sound(Client(), "/")


def test_a_repeat_grows_by_a_button_and_each_copy_is_kept(field: Field) -> None:
    survey = survey_about_children(field)
    client, fill = Client(), f"/survey/{survey}"
    html = client.get(fill).content.decode()
    html = client.post(fill, hidden(html) | {"q-child.0.age": "4", "grow": 1}).content.decode()
    assert "第 2 份" in html
    sent = hidden(html) | {"q-child.0.age": "4", "q-child.1.age": "7", "next": 1}
    assert client.post(fill, sent).status_code == 302
    assert Response.objects.get().answers == {"child.0.age": 4, "child.1.age": 7}
