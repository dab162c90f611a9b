"""What can be asked for: services and their attributes, as the register of matters has them."""

import pytest
from django.test import Client
from django.utils.timezone import now

from gongzhi.commons.organisations.api_keys import give_key
from tests.affairs.small_district import SmallDistrict
from tests.interfaces.api.test_open311 import V2, build_with_a_list, post

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build_with_a_list()


@pytest.fixture
def key(district: SmallDistrict) -> str:
    unit = district.units["hotline"].pk
    return str(give_key(unit_id=unit, name="随手拍", by=district.officer, at=now()))


def test_services_speak_the_language_of_the_caller(client: Client, district: SmallDistrict) -> None:
    english, chinese = {"HTTP_ACCEPT_LANGUAGE": "en"}, {"HTTP_ACCEPT_LANGUAGE": "zh-CN"}
    for headers, name, covers in (
        (english, "Public order", "Noise and order"),
        (chinese, "公共秩序", "噪声和秩序"),
    ):
        listed = client.get(f"{V2}/services.json", **headers).json()  # type: ignore[arg-type]
        order = next(each for each in listed if each["service_code"] == "order")
        assert (order["service_name"], order["description"]) == (name, covers)
    defined = client.get(f"{V2}/services/order.json", **english).json()["attributes"][0]  # type: ignore[arg-type]
    assert defined["description"] == "When"
    assert [value["name"] for value in defined["values"]] == ["By day", "夜里"]


def test_a_value_outside_the_list_is_refused_and_one_of_it_taken(
    client: Client, district: SmallDistrict, key: str
) -> None:
    noise = {"service_code": "order", "description": "楼下很吵"}
    refused = post(client, key, **noise, **{"attribute[WHEN]": "noon"})
    assert (refused.status_code, "day, night" in refused.content.decode()) == (400, True)
    assert post(client, key, **noise).status_code == 400
    taken = post(client, key, **noise, **{"attribute[WHEN]": "night"})
    assert taken.status_code == 201
