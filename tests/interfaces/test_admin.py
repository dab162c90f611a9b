"""The back office: who may enter, what can be read, and that it changes only through actions."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from gongzhi.commons.categories.models import Category
from gongzhi.commons.ledger.models import Event, OutboxEntry
from gongzhi.commons.ledger.outbox import CannotTryAgain, try_again
from gongzhi.commons.notices.delivering import CannotSendAgain, send_again
from gongzhi.commons.notices.models import Delivery, DeliveryState, Notice
from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.commons.organisations.models import Duty, Person, Role, Unit
from gongzhi.commons.permissions.roles import RoleKind
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.interfaces.admin.site import REGISTERS
from tests.affairs.small_district import SmallDistrict, build

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-enough-password"


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build()


@pytest.fixture
def office(district: SmallDistrict, client: Client) -> Client:
    """The client of an administrator with a demonstration account, so without a second factor."""
    actor = district.actor(RoleKind.ADMINISTRATOR, "hotline", "district")
    Person.objects.filter(pk=actor.person_id).update(is_demo=True)
    client.force_login(Person.objects.get(pk=actor.person_id))
    return client


def page_of(model: type, name: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def last_event(kind: str) -> Event:
    return Event.objects.filter(kind=kind).latest("id")


def test_only_an_administrator_enters_and_only_with_the_second_factor(
    district: SmallDistrict, client: Client
) -> None:
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1] == ("/account/login/?next=/admin/", 302)
    client.force_login(Person.objects.get(pk=district.officer.person_id))
    assert client.get("/admin/").status_code == 403
    administrator = district.actor(RoleKind.ADMINISTRATOR, "hotline", "district")
    client.force_login(Person.objects.get(pk=administrator.person_id))
    assert client.get("/admin/").url == reverse("mfa_activate_totp")  # type: ignore[attr-defined]


def test_a_role_that_ended_opens_nothing(office: Client) -> None:
    assert office.get("/admin/").status_code == 200
    Role.objects.filter(kind=RoleKind.ADMINISTRATOR).update(ends=date(2026, 1, 1))
    assert office.get("/admin/").status_code == 403


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("model", [model for model, _register in REGISTERS])
def test_every_register_can_be_read_under_its_own_name(
    office: Client, model: type, language: str
) -> None:
    office.cookies["django_language"] = language
    register = dict(REGISTERS)[model]
    response = office.get(page_of(model, "changelist"))
    assert response.status_code == 200
    with translation.override(language):
        assert str(register.called) in office.get("/admin/").content.decode()
    if register.search_fields:
        assert office.get(page_of(model, "changelist") + "?q=柳岸").status_code == 200
    html = response.content.decode()
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert " style=" not in html
    assert "onclick=" not in html


@pytest.mark.parametrize("model", [Unit, Person, Category, Duty, Role])
def test_a_row_can_be_opened_and_never_deleted(
    office: Client, district: SmallDistrict, model: type
) -> None:
    row = model._default_manager.first()  # type: ignore[attr-defined]
    assert office.get(page_of(model, "change", row.pk)).status_code == 200
    assert office.post(page_of(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert model._default_manager.filter(pk=row.pk).exists()  # type: ignore[attr-defined]


def test_a_unit_is_opened_corrected_and_closed_with_events(
    office: Client, district: SmallDistrict
) -> None:
    new = {
        "kind": "partner_unit",
        "name": "明湖中学",
        "place": district.places["willow"].pk,
        "parent": "",
        "phone": "",
        "email": "",
        "webhook_url": "",
    }
    assert office.post(page_of(Unit, "add"), new).status_code == 302
    unit = Unit.objects.get(name="明湖中学")
    opened = last_event("unit.opened")
    assert opened.subject_id == unit.pk
    assert opened.person_id is not None
    correction = {**new, "phone": "0571-1234567"}
    assert office.post(page_of(Unit, "change", unit.pk), correction).status_code == 302
    unit.refresh_from_db()
    assert unit.phone == "0571-1234567"
    assert last_event("unit.changed").data == {"fields": ["phone"]}
    closing = {"action": "close", "_selected_action": [unit.pk]}
    assert office.post(page_of(Unit, "changelist"), closing).status_code == 302
    unit.refresh_from_db()
    assert unit.ends == timezone.localdate()


def test_what_an_action_refuses_is_said_beside_what_was_filled_in(
    office: Client, district: SmallDistrict
) -> None:
    new = {"login": "has space", "name": "张三", "email": "", "new_password": PASSWORD}
    response = office.post(page_of(Person, "add"), new)
    assert response.status_code == 200
    assert "不含空格" in response.content.decode()
    assert "张三" in response.content.decode()
    assert not Person.objects.filter(name="张三").exists()


def test_somebody_gets_a_sign_in_a_role_and_a_new_password(
    office: Client, district: SmallDistrict, client: Client
) -> None:
    new = {"login": "zhang", "name": "张三", "email": "", "new_password": PASSWORD}
    assert office.post(page_of(Person, "add"), new).status_code == 302
    person = Person.objects.get(login="zhang")
    assert person.check_password(PASSWORD)
    role = {
        "person": person.pk,
        "kind": "community_worker",
        "unit": district.units["committee"].pk,
        "place": district.places["willow"].pk,
        "begins": "",
    }
    assert office.post(page_of(Role, "add"), role).status_code == 302
    given = Role.objects.get(person=person)
    ending = {"action": "end", "_selected_action": [given.pk]}
    office.post(page_of(Role, "changelist"), ending)
    given.refresh_from_db()
    assert given.ends == timezone.localdate()
    weak = {"name": "张三", "email": "", "is_active": "on", "new_password": "12345"}
    assert office.post(page_of(Person, "change", person.pk), weak).status_code == 200
    strong = {**weak, "new_password": "another-long-password"}
    assert office.post(page_of(Person, "change", person.pk), strong).status_code == 302
    person.refresh_from_db()
    assert person.check_password("another-long-password")
    assert last_event("person.changed").data == {"fields": ["password"]}
    locked = {"name": "张三", "email": "", "new_password": ""}
    office.post(page_of(Person, "change", person.pk), locked)
    assert last_event("person.changed").data == {"fields": ["is_active"]}


def test_a_duty_and_a_matter_begin_change_and_end(office: Client, district: SmallDistrict) -> None:
    matter = {
        "code": "environment.snow",
        "name_zh": "除雪",
        "name_en": "Snow",
        "keywords": '{"积雪": 2}',
        "residents_may_choose": "on",
        "valid_from": "2026-01-01",
    }
    assert office.post(page_of(Category, "add"), matter).status_code == 302
    snow = Category.objects.get(code="environment.snow")
    assert snow.keywords == {"积雪": 2.0}
    changed = {**matter, "may_be_public": "on"}
    assert office.post(page_of(Category, "change", snow.pk), changed).status_code == 302
    snow.refresh_from_db()
    assert snow.may_be_public
    assert last_event("category.changed").data["fields"] == ["may_be_public"]
    duty = {
        "category_code": "environment.snow",
        "place": district.places["district"].pk,
        "unit": district.units["sanitation"].pk,
        "contact_amount": 2,
        "contact_unit": "hour",
        "limit_amount": 1,
        "limit_unit": "work_day",
        "valid_from": "2026-01-01",
    }
    assert office.post(page_of(Duty, "add"), duty).status_code == 302
    line = Duty.objects.get(category_code="environment.snow")
    assert (line.unit_id, line.limit_amount) == (district.units["sanitation"].pk, 1)
    office.post(page_of(Duty, "changelist"), {"action": "end", "_selected_action": [line.pk]})
    line.refresh_from_db()
    assert line.valid_to == timezone.localdate()


def _went_wrong() -> tuple[OutboxEntry, Delivery]:
    at = timezone.now()
    event = Event.objects.create(
        subject_kind="ticket", subject_id=1, sequence=1, kind="ticket.received", at=at
    )
    entry = OutboxEntry.objects.create(event=event, attempts=3, error="KeyError: 'x'")
    notice = Notice.objects.create(
        recipient_kind="requester",
        recipient_id=70077007,
        template="requester.closed",
        subject_kind="ticket",
        subject_id=1,
        once_key="k",
        at=at,
    )
    delivery = Delivery.objects.create(
        notice=notice, channel="sms", state=DeliveryState.GIVEN_UP, error="504", attempts=9
    )
    return entry, delivery


def test_what_went_wrong_is_listed_without_saying_whom_it_was_for(
    office: Client, district: SmallDistrict
) -> None:
    _went_wrong()
    assert "KeyError" in office.get(page_of(OutboxEntry, "changelist")).content.decode()
    html = office.get(page_of(Delivery, "changelist")).content.decode()
    assert "504" in html
    assert "70077007" not in html


def test_what_went_wrong_is_tried_again_at_once(office: Client, district: SmallDistrict) -> None:
    entry, delivery = _went_wrong()
    OutboxEntry.objects.filter(pk=entry.pk).update(next_at=timezone.now() + timedelta(hours=6))
    asked = {"action": "again", "_selected_action": [entry.pk]}
    office.post(page_of(OutboxEntry, "changelist"), asked)
    entry.refresh_from_db()
    assert entry.next_at is not None
    assert entry.next_at <= timezone.now()
    asked = {"action": "again", "_selected_action": [delivery.pk]}
    office.post(page_of(Delivery, "changelist"), asked)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (DeliveryState.QUEUED, 0)


def test_what_never_failed_is_not_tried_again_and_only_by_an_administrator(
    district: SmallDistrict,
) -> None:
    entry, delivery = _went_wrong()
    Delivery.objects.update(state=DeliveryState.SENT)
    at = timezone.now()
    with pytest.raises(CannotSendAgain):
        send_again(delivery_id=delivery.pk, by=SYSTEM, at=at)
    with pytest.raises(NotPermitted):
        try_again(entry_id=entry.pk, by=district.worker, at=at)
    OutboxEntry.objects.update(attempts=0)
    with pytest.raises(CannotTryAgain):
        try_again(entry_id=entry.pk, by=SYSTEM, at=at)


def test_the_list_of_units_costs_the_same_however_many_there_are(
    office: Client, district: SmallDistrict, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        office.get(page_of(Unit, "changelist"))
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        office.get(page_of(Role, "changelist"))
