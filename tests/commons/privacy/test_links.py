"""Private links open one thing, until they are ended."""

from hypothesis import given
from hypothesis import strategies as st

from gongzhi.commons.privacy.links import (
    LinkClaim,
    are_digits_of,
    digits_of,
    read_link,
    sign_link,
)


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_a_link_opens_what_it_was_signed_for(thing: int) -> None:
    assert read_link("ticket", sign_link("ticket", thing)) == LinkClaim(thing, 1)


def test_a_link_is_short_and_safe_in_an_address() -> None:
    token = sign_link("ticket", 1_234_567)
    assert len(token) <= 24
    assert token.replace("-", "").replace("_", "").isalnum()


def test_a_link_of_one_kind_does_not_open_another() -> None:
    assert read_link("task", sign_link("ticket", 7)) is None


def test_each_version_has_its_own_link_and_says_which_it_is() -> None:
    old, new = sign_link("ticket", 7, 1), sign_link("ticket", 7, 2)
    assert read_link("ticket", old) == LinkClaim(id=7, version=1)
    assert read_link("ticket", new) == LinkClaim(id=7, version=2)


@given(st.data())
def test_no_single_changed_character_opens(data: st.DataObject) -> None:
    token = sign_link("ticket", 7)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-"))
    if other == token[at]:
        return
    assert read_link("ticket", token[:at] + other + token[at + 1 :]) is None


@given(st.text(max_size=60))
def test_any_other_text_opens_nothing_and_breaks_nothing(text: str) -> None:
    assert read_link("ticket", text) is None


def test_a_link_signed_under_an_older_key_still_opens(settings) -> None:
    token = sign_link("ticket", 7)
    settings.KEYS = settings.KEYS | {"link": ["cd" * 32, *settings.KEYS["link"]]}
    assert read_link("ticket", token) == LinkClaim(7, 1)
    assert sign_link("ticket", 7) != token


def test_a_code_of_digits_belongs_to_one_thing_of_one_version() -> None:
    code = digits_of("ballot", 7, 1)
    assert len(code) == 10
    assert code.isdigit()
    assert are_digits_of(f"{code[:3]} {code[3:6]}-{code[6:]}", "ballot", 7, 1)
    for kind, thing, version in (("ballot", 8, 1), ("ballot", 7, 2), ("seat", 7, 1)):
        assert not are_digits_of(code, kind, thing, version)
    for wrong in ("", "0", "一二三", code + "0", code[:-1]):
        assert not are_digits_of(wrong, "ballot", 7, 1)
