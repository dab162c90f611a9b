"""What a meeting resolved is put before everyone as a topic, once, by who runs the meeting."""

import pytest
from django.test import Client
from django.utils import timezone

from gongzhi.affairs.assemblies.choices import TopicSource
from gongzhi.affairs.assemblies.models import Resolution, Topic
from gongzhi.affairs.assemblies.resolutions import resolve
from tests.affairs.assemblies.sittings import ENDS, held
from tests.interfaces.pages.offices import Offices
from tests.interfaces.pages.reading import Page

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def _after_the_meeting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: ENDS)


@pytest.fixture
def chair(offices: Offices) -> Client:
    return offices.sign_in(Client(), offices.district.coordinator)


@pytest.fixture
def meeting(offices: Offices) -> int:
    made = held(offices.district)
    resolve(
        meeting_id=made, position=1, text="垃圾桶放哪里，请居民一起商量", hands=None, tasks=[],
        by=offices.district.coordinator, at=ENDS,
    )  # fmt: skip
    return made


def test_a_resolution_becomes_a_topic_with_its_source(
    chair: Client, offices: Offices, meeting: int
) -> None:
    page = chair.get(f"/meetings/{meeting}").content.decode()
    path = f"/topics/new?resolution={Resolution.objects.get().pk}"
    assert f'href="{path}"' in page
    assert Page(page).faults == []
    drafted = chair.get(path).content.decode()
    assert "垃圾桶清运" in drafted
    assert "“三月联席会议”提出" in drafted
    said = {
        "title": "垃圾桶放哪里", "question": "放在哪里好？", "text": "会上提出",
        "place": offices.district.places["willow"].pk,
    }  # fmt: skip
    assert chair.post(path, said).status_code == 302
    topic = Topic.objects.get()
    assert (topic.source, topic.source_kind) == (TopicSource.MEETING, "resolution")
    again = chair.post(path, said)
    assert "已经提为议题" in again.content.decode()
    page = chair.get(f"/meetings/{meeting}").content.decode()
    assert f'href="/topics/{topic.pk}"' in page
    assert path not in page


def test_nobody_else_draws_on_what_a_meeting_resolved(offices: Offices, meeting: int) -> None:
    path = f"/topics/new?resolution={Resolution.objects.get().pk}"
    outside = offices.sign_in(Client(), offices.district.sanitation)
    assert outside.get(path).status_code in {403, 404}
    chair = offices.sign_in(Client(), offices.district.coordinator)
    assert chair.get("/topics/new?resolution=999999").status_code == 404
    assert chair.get("/topics/new?resolution=x").status_code == 200
