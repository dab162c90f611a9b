"""Contacts: normal form, encryption, blind index and masks."""

import json

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.commons.privacy import blind_index, masking
from gongzhi.commons.privacy.encryption import CannotOpen, open_text, seal_text
from gongzhi.commons.privacy.keyring import NoKey
from gongzhi.commons.privacy.phones import is_mobile, is_phone, normal_phone


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("138 0013 8000", "13800138000"),
        ("＋86 138-0013-8000", "13800138000"),
        ("0086-13800138000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("010-8888 1234", "01088881234"),
        ("(0571) 88881234 转 8001", "057188881234"),
        ("12345", "12345"),
        ("电话不详", ""),
        ("", ""),
    ],
)
def test_a_number_has_one_form_however_it_is_written(written: str, normal: str) -> None:
    assert normal_phone(written) == normal


def test_a_mobile_is_told_from_a_land_line() -> None:
    assert is_mobile("138 0013 8000")
    assert not is_mobile("010-88881234")
    assert is_phone("010-88881234")
    assert not is_phone("12345")


@given(st.text())
def test_a_sealed_text_opens_again(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    token = seal_text(text)
    assert open_text(token) == text
    assert not text or text not in token or len(text) < 4


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert seal_text("13800138000") != seal_text("13800138000")


def test_an_altered_token_does_not_open() -> None:
    token = seal_text("13800138000")
    middle = len(token) // 2
    altered = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    with pytest.raises(CannotOpen):
        open_text(altered)


def test_a_text_sealed_under_an_older_key_still_opens(settings) -> None:
    token = seal_text("13800138000")
    fresh = Fernet.generate_key().decode()
    settings.KEYS = settings.KEYS | {"contact": [fresh, *settings.KEYS["contact"]]}
    assert open_text(token) == "13800138000"
    assert Fernet(fresh).decrypt(seal_text("x").encode()) == b"x"


def test_a_process_started_before_a_rotation_reads_what_is_sealed_after_it(
    settings, tmp_path
) -> None:
    fresh = Fernet.generate_key().decode()
    file = tmp_path / "secrets.json"
    file.write_text(json.dumps({"contact": [fresh, *settings.KEYS["contact"]]}))
    token = Fernet(fresh).encrypt(b"13800138000").decode()
    with pytest.raises(CannotOpen):
        open_text(token)
    settings.SECRETS_FILE = file
    assert open_text(token) == "13800138000"


def test_the_index_is_equal_for_one_number_and_tells_nothing_without_the_key(settings) -> None:
    index = blind_index.phone_index("138 0013 8000")
    assert index == blind_index.phone_index("+86 13800138000")
    assert index != blind_index.phone_index("13800138001")
    settings.KEYS = settings.KEYS | {"index": ["ab" * 32]}
    assert index != blind_index.phone_index("13800138000")


def test_a_number_indexed_under_an_older_key_is_still_found(settings) -> None:
    index = blind_index.phone_index("13800138000")
    settings.KEYS = settings.KEYS | {"index": ["ab" * 32, *settings.KEYS["index"]]}
    assert index in blind_index.phone_indexes("13800138000")
    assert blind_index.phone_indexes("13800138000")[0] == blind_index.phone_index("13800138000")


def test_a_phone_and_an_address_of_the_same_text_are_indexed_apart() -> None:
    assert blind_index.email_index("A@b.cn") == blind_index.email_index("a@B.cn")
    with pytest.raises(blind_index.CannotIndex):
        blind_index.email_index("13800138000")
    with pytest.raises(blind_index.CannotIndex):
        blind_index.phone_index("没有")


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812341234", "138****1234"),
        ("+86 138 1234 1234", "138****1234"),
        ("010-88881234", "010****1234"),
        ("88881234", "88****4"),
        ("12345", "****"),
        ("", ""),
    ],
)
def test_a_phone_is_masked(phone: str, masked: str) -> None:
    assert masking.mask_phone(phone) == masked


def test_names_and_addresses_are_masked() -> None:
    assert masking.mask_name("王小二") == masking.mask_name("王五") == "王**"
    assert masking.mask_name("  ") == ""
    assert masking.mask_email("zhang.san@example.cn") == "z***@example.cn"
    assert masking.mask_email("nobody") == "***"


def test_contacts_inside_a_free_text_are_masked_and_nothing_else() -> None:
    text = "3号楼漏水，联系 138 1234 1234 或 a.b@example.cn，证号 110101199003071234，共 2024 户。"
    assert masking.mask_contacts(text) == (
        "3号楼漏水，联系 138****1234 或 a***@example.cn，证号 110***********4，共 2024 户。"
    )
    assert masking.mask_contacts("座机 010-88123456") == "座机 010****3456"


@given(st.text(alphabet="0123456789 -+Xx@.a王", max_size=40))
def test_no_mobile_number_survives_the_mask(text: str) -> None:
    number = "13912345678"
    assert number not in masking.mask_contacts(f"{text}电话{number}，{text}")


def test_an_installation_without_a_key_says_which(settings) -> None:
    settings.KEYS = {}
    with pytest.raises(NoKey, match="contact"):
        seal_text("13800138000")
