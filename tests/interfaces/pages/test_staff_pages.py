"""The staff's pages with work on them: sound in both languages, and no dead ends."""

import io
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from gongzhi.affairs.tickets.closing import close_ticket
from gongzhi.affairs.tickets.handling import answer_ticket, ask_extension, contact_requester
from gongzhi.affairs.tickets.joint_handling import (
    AgreedTask,
    write_minutes,
)
from gongzhi.affairs.tickets.models import Ticket
from gongzhi.affairs.tickets.queries.stories import story_for_staff
from gongzhi.affairs.tickets.replies import keep_reply, kept_replies
from gongzhi.affairs.tickets.saved_searches import saved_searches
from gongzhi.commons.attachments.queries import attachments_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.tasks.queries import tasks_of
from gongzhi.coordination.follow_ups import follow_all
from gongzhi.interfaces.pages.tickets.steps import STEPS, offered
from tests.interfaces.pages.offices import WORDS, Offices
from tests.interfaces.pages.reading import Page

pytestmark = pytest.mark.django_db


def picture() -> io.BytesIO:
    """A small photograph, as a browser sends one."""
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(file, "JPEG")
    file.seek(0)
    file.name = "现场.jpg"
    return file


LANGUAGES = pytest.mark.parametrize("language", ["zh-hans", "en"])


def faults(client: Client, path: str, language: str) -> list[str]:
    client.cookies["django_language"] = language
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    return [f"{path}: {fault}" for fault in Page(response.content.decode()).faults]


@LANGUAGES
def test_every_page_with_work_on_it_is_sound(
    offices: Offices, client: Client, language: str
) -> None:
    ticket, whistle, at = offices.ticket(), offices.whistle(), timezone.now()
    ask_extension(
        ticket_id=ticket,
        until=at + timedelta(days=60),
        reason="缺配件",
        by=offices.district.sanitation,
        at=at,
    )
    write_minutes(
        whistle_id=whistle,
        minutes="先清运",
        tasks=[AgreedTask("清运", offices.district.units["sanitation"].pk, at + timedelta(days=1))],
        by=offices.district.coordinator,
        at=at,
    )
    task = tasks_of(Subject("whistle", whistle))[0].id
    paths = ["/desk", "/desk/stuck", "/desk/search?words=垃圾", "/desk/notices", "/whistles"]
    paths += ["/tasks", "/rates", f"/tickets/{ticket}", f"/whistles/{whistle}", f"/tasks/{task}"]
    for reader in (offices.district.coordinator, offices.district.officer):
        offices.sign_in(client, reader)
        assert [fault for path in paths for fault in faults(client, path, language)] == []
    handlers = [path for path in paths if path != "/desk/stuck"]
    offices.sign_in(client, offices.district.sanitation)
    assert [fault for path in handlers for fault in faults(client, path, language)] == []


@LANGUAGES
@pytest.mark.parametrize("name", [page.name for page in STEPS])
def test_the_form_of_every_step_is_sound(
    offices: Offices, client: Client, name: str, language: str
) -> None:
    ticket = offices.ticket()
    offices.sign_in(client, offices.district.coordinator)
    assert faults(client, f"/tickets/{ticket}/{name}", language) == []


@LANGUAGES
@pytest.mark.parametrize("name", ["refuse", "decline", "report", "minutes", "rate"])
def test_the_form_of_every_step_of_a_whistle_is_sound(
    offices: Offices, client: Client, name: str, language: str
) -> None:
    whistle = offices.whistle()
    offices.sign_in(client, offices.district.coordinator)
    assert faults(client, f"/whistles/{whistle}/{name}", language) == []


def test_the_list_leads_in_one_tap_to_the_step_that_comes_next(
    offices: Offices, client: Client
) -> None:
    ticket, by, at = offices.ticket(), offices.district.sanitation, timezone.now()
    offices.sign_in(client, by)

    def leads_to() -> list[str]:
        html = client.get("/desk").content.decode()
        names = ("contact", "answer", "close")
        return [name for name in names if f'href="/tickets/{ticket}/{name}"' in html]

    assert leads_to() == ["contact"]
    contact_requester(ticket_id=ticket, note="", by=by, at=at)
    assert leads_to() == ["answer"]
    answer_ticket(ticket_id=ticket, text="今天清运", by=by, at=at)
    assert leads_to() == ["close"]
    close_ticket(ticket_id=ticket, evidence="已清运", by=by, at=at)
    assert leads_to() == []
    offices.sign_in(client, offices.district.coordinator)
    assert f'href="/tickets/{ticket}/call-back"' in client.get("/desk/stuck").content.decode()


def test_others_see_no_step_that_is_not_theirs(offices: Offices, client: Client) -> None:
    ticket = offices.ticket()
    offices.sign_in(client, offices.district.worker)
    html = client.get("/desk").content.decode()
    assert f'href="/tickets/{ticket}"' in html
    assert f'href="/tickets/{ticket}/contact"' not in html
    assert f'href="/tickets/{ticket}"' not in client.get("/desk?whose=ours").content.decode()


def test_a_strangers_ticket_whistle_or_task_is_not_found(offices: Offices, client: Client) -> None:
    whistle = offices.whistle(blown=False)
    offices.sign_in(client, offices.district.water)
    assert client.get("/tickets/424242").status_code == 404
    assert client.get(f"/whistles/{whistle}").status_code == 404
    assert client.get("/tasks/424242").status_code == 404


def test_an_answer_carries_its_pictures_and_is_kept_for_next_time(
    offices: Offices, client: Client
) -> None:
    ticket, by = offices.ticket(), offices.district.sanitation
    offices.sign_in(client, by)
    answer = reverse("ticket_step", args=[ticket, "answer"])
    response = client.post(
        answer, {"text": "今天下午清运。", "keep_as": "清运", "attached": [picture()]}
    )
    assert response.status_code == 302
    assert len(attachments_of(Subject("ticket", ticket))) == 1
    assert [(each.name, each.text) for each in kept_replies(by=by)] == [("清运", "今天下午清运。")]


def test_a_kept_reply_is_filled_in_after_what_is_written_already(
    offices: Offices, client: Client
) -> None:
    ticket, by = offices.ticket(), offices.district.sanitation
    kept = keep_reply(name="清运", text="今天下午清运。", by=by)
    offices.sign_in(client, by)
    answer = reverse("ticket_step", args=[ticket, "answer"])
    response = client.post(answer, {"fill": "1", "reply": kept, "text": "王女士，您好。"})
    assert "王女士，您好。\n今天下午清运。</textarea>" in response.content.decode()
    assert Ticket.objects.get(pk=ticket).state == "dispatched"


def test_a_file_that_is_refused_takes_the_answer_back(offices: Offices, client: Client) -> None:
    ticket = offices.ticket()
    offices.sign_in(client, offices.district.sanitation)
    answer = reverse("ticket_step", args=[ticket, "answer"])
    bad = picture()
    bad.seek(0)
    bad.truncate(40)
    response = client.post(answer, {"text": "今天下午清运。", "attached": [bad]})
    assert response.status_code == 200
    assert Page(response.content.decode()).faults == []
    assert "error-summary" in response.content.decode()
    assert "今天下午清运。" in response.content.decode()
    assert Ticket.objects.get(pk=ticket).state == "dispatched"
    assert attachments_of(Subject("ticket", ticket)) == []


def test_a_search_is_saved_opened_from_the_desk_and_dropped(
    offices: Offices, client: Client
) -> None:
    offices.ticket()
    by = offices.district.worker
    offices.sign_in(client, by)
    client.post("/desk/search/save", {"name": "垃圾", "query": "words=垃圾&phone=13800138000"})
    saved = saved_searches(by=by)[0]
    assert f"/desk/search?{saved.query}" in client.get("/desk").content.decode()
    assert WORDS in client.get(f"/desk/search?{saved.query}").content.decode()
    client.post(reverse("search_drop", args=[saved.id]))
    assert saved_searches(by=by) == []


@pytest.mark.parametrize("query", ["words=!!", "phone=123", "since=2026-02-30", "place=9&unit=x"])
def test_a_search_that_makes_no_sense_says_so(offices: Offices, client: Client, query: str) -> None:
    offices.sign_in(client, offices.district.worker)
    response = client.get(f"/desk/search?{query}")
    assert response.status_code == 200
    assert "error-summary" in response.content.decode()


def call_from(offices: Offices) -> dict[str, object]:
    """What a clerk sends for somebody who rang up."""
    return {
        "key": "0123",
        "channel": "phone",
        "kind": "help",
        "place": offices.district.places["willow"].pk,
        "text": "楼道灯不亮",
        "urgency": "normal",
    }


def test_somebody_who_presses_the_button_twice_registers_once(
    offices: Offices, client: Client
) -> None:
    offices.sign_in(client, offices.district.worker)
    form = call_from(offices)
    for _press in range(2):
        assert client.post("/desk/register", form).headers["Location"] == "/desk/registered"
    assert Ticket.objects.count() == 1
    assert "楼道灯不亮" not in client.get("/desk/registered").content.decode()


def test_the_clerk_asks_whether_it_is_what_is_being_done_already(
    offices: Offices, client: Client
) -> None:
    first, at_garden = offices.ticket(), "和风花园门口"
    offices.sign_in(client, offices.district.worker)
    form = call_from(offices) | {
        "address": at_garden,
        "text": "和风花园门口垃圾桶没人清运，臭",
        "phone": "13700137000",
    }
    page = client.post("/desk/register", form).content.decode()
    assert Page(page).faults == []
    assert "附近有人反映过相似的事" in page
    assert f'name="follow" value="{first}"' in page
    assert "error-summary" not in page
    assert Ticket.objects.count() == 1, "nothing is sent before the clerk has chosen"
    page = client.post("/desk/register", form | {"asked": "1"}).content.decode()
    assert "请选一项" in page
    page = client.post("/desk/register", form | {"asked": "1", "follow": "999"}).content.decode()
    assert "请再选一次" in page
    chosen = form | {"asked": "1", "follow": first}
    for _press in range(2):
        assert client.post("/desk/register", chosen).headers["Location"] == "/desk/registered"
    follower = Ticket.objects.exclude(pk=first).get()
    page = client.get(f"/tickets/{follower.pk}").content.decode()
    assert "等待派单" not in page, "it waits for nobody: the other one is being done"
    page = client.get(f"/tickets/{follower.pk}/place").content.decode()
    assert f'name="address" value="{at_garden}"' in page
    assert (follower.merged_into_id, follower.channel) == (first, "phone")
    assert "随这一张一起办理" in client.get("/desk/registered").content.decode()
    other = form | {"asked": "1", "follow": "0", "key": "0124"}
    assert client.post("/desk/register", other).headers["Location"] == "/desk/registered"
    assert Ticket.objects.latest("id").merged_into_id is None
    assert "随这一张一起办理" not in client.get("/desk/registered").content.decode()


def test_a_suggested_matter_is_taken_over_in_one_tap(offices: Offices, client: Client) -> None:
    ticket, by = offices.ticket(), offices.district.coordinator
    offices.sign_in(client, by)
    client.post(
        reverse("ticket_step", args=[ticket, "triage"]), {"category": "order", "urgency": "normal"}
    )
    story = story_for_staff(by=by, ticket_id=ticket)
    assert (story.category_code, story.category_by) == ("order", "person")


def test_a_place_put_right_suggests_another_lead_to_whoever_dispatches(
    offices: Offices, client: Client
) -> None:
    """The worker whose community it wasn't is led back to the day's list."""
    ticket, places = offices.ticket("半夜有人唱歌，噪音很大"), offices.district.places
    step = reverse("ticket_step", args=[ticket, "place"])
    offices.sign_in(client, offices.district.worker)
    page = client.get(step).content.decode()
    assert f'<option value="{places["willow"].pk}" selected>' in page
    moved = {"place": places["pine"].pk, "address": "松林路口", "reason": "到现场看过"}
    assert client.post(step, moved).headers["Location"] == "/desk"
    offices.sign_in(client, offices.district.officer)
    hotline = offices.district.units["hotline"]
    page = client.get(f"/tickets/{ticket}").content.decode()
    assert Page(page).faults == []
    assert "按派单目录，现在应由明湖区热线中心主办" in page
    assert f"/tickets/{ticket}/redispatch?unit={hotline.pk}" in page
    page = client.get(f"/tickets/{ticket}/redispatch?unit={hotline.pk}").content.decode()
    assert f'<option value="{hotline.pk}" selected>' in page


def test_a_ticket_is_taken_back_for_another_lead(offices: Offices, client: Client) -> None:
    ticket = offices.ticket()
    offices.sign_in(client, offices.district.coordinator)
    assert f"/tickets/{ticket}/return" in client.get(f"/tickets/{ticket}").content.decode()
    client.post(reverse("ticket_step", args=[ticket, "return"]), {"reason": "派错了"})
    assert Ticket.objects.get(pk=ticket).state == "returned"
    assert f"/tickets/{ticket}/return" not in client.get(f"/tickets/{ticket}").content.decode()


def test_staff_put_right_the_words_they_took_down_on_the_page(
    offices: Offices, client: Client
) -> None:
    offices.sign_in(client, offices.district.worker)
    willow = offices.district.places["willow"].pk
    form = {"channel": "phone", "kind": "help", "place": willow, "text": "楼道灯不亮"}
    client.post("/desk/register", form | {"urgency": "normal", "key": "1"})
    ticket = Ticket.objects.latest("id")
    step = reverse("ticket_step", args=[ticket.pk, "correct"])
    follow_all(at=timezone.now())
    assert "楼道灯不亮</textarea>" in client.get(step).content.decode()
    client.post(step, {"text": "楼道停水"})
    ticket.refresh_from_db()
    assert ticket.text == "楼道停水"
    written = offices.ticket()
    assert "correct" not in [
        page.name
        for page in offered(story_for_staff(by=offices.district.worker, ticket_id=written))
    ]


def test_a_step_that_somebody_took_meanwhile_says_what_is_possible(
    offices: Offices, client: Client
) -> None:
    ticket, by, at = offices.ticket(), offices.district.sanitation, timezone.now()
    contact_requester(ticket_id=ticket, note="", by=by, at=at)
    answer_ticket(ticket_id=ticket, text="好", by=by, at=at)
    close_ticket(ticket_id=ticket, evidence="好", by=by, at=at)
    offices.sign_in(client, by)
    client.cookies["django_language"] = "en"
    html = client.post(f"/tickets/{ticket}/answer", {"text": "again"}).content.decode()
    assert "does not allow the step “Answer”" in html
    assert "answer" not in [page.name for page in offered(story_for_staff(by=by, ticket_id=ticket))]


def test_a_task_is_finished_with_its_proof(offices: Offices, client: Client) -> None:
    whistle, at = offices.whistle(), timezone.now()
    sanitation = offices.district.units["sanitation"].pk
    write_minutes(
        whistle_id=whistle,
        minutes="先清运",
        tasks=[AgreedTask("清运", sanitation, at + timedelta(days=1))],
        by=offices.district.coordinator,
        at=at,
    )
    task = tasks_of(Subject("whistle", whistle))[0].id
    offices.sign_in(client, offices.district.sanitation)
    assert client.post(f"/tasks/{task}", {"proof": ""}).status_code == 200
    assert client.post(f"/tasks/{task}", {"proof": "已清运"}).status_code == 302
    assert tasks_of(Subject("whistle", whistle))[0].proof == "已清运"


def test_rates_hide_what_stands_on_fewer_than_five(offices: Offices, client: Client) -> None:
    by, at = offices.district.sanitation, timezone.now() - timedelta(days=3)
    for _number in range(5):
        contact_requester(ticket_id=offices.ticket(at=at), note="", by=by, at=at)
    offices.sign_in(client, offices.district.officer)
    since = f"{timezone.localdate() - timedelta(days=20)}"
    html = client.get(f"/rates?group=unit&since={since}").content.decode()
    assert "100.0%" in html
    assert "5/5" in html
    assert "0/0" not in html
    assert html.count("不足 5 件，不显示") >= 2


def test_merging_shows_what_may_be_the_same_matter_and_fills_in_its_number(
    client: Client, offices: Offices
) -> None:
    first = offices.ticket("三号楼门口的路灯坏了，晚上看不见台阶")
    second = offices.ticket("三号楼门口的路灯坏了好几天，晚上看不见台阶")
    apart = offices.ticket("幼儿园门口的树枝挡了招牌")
    signed_in = offices.sign_in(client, offices.district.worker)
    page = signed_in.get(f"/tickets/{second}/merge").content.decode()
    assert "可能说的是同一件事" in page
    assert f'href="/tickets/{first}"' in page
    assert f'href="/tickets/{apart}"' not in page
    number = re.search(r"\?number=(\d+)", page)
    assert number is not None
    filled = signed_in.get(f"/tickets/{second}/merge", {"number": number[1]}).content.decode()
    assert f'value="{number[1]}"' in filled
    assert signed_in.post(f"/tickets/{second}/merge", {"number": number[1]}).status_code == 302
