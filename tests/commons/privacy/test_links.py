"""Private links open one thing, until they are ended."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.commons.privacy.links import BadLink, read_link, sign_link


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_a_link_opens_what_it_was_signed_for(thing: int) -> None:
    assert read_link("ticket", sign_link("ticket", thing)) == thing


def test_a_link_is_short_and_safe_in_an_address() -> None:
    token = sign_link("ticket", 1_234_567)
    assert len(token) <= 24
    assert token.replace("-", "").replace("_", "").isalnum()


def test_a_link_of_one_kind_does_not_open_another() -> None:
    with pytest.raises(BadLink):
        read_link("task", sign_link("ticket", 7))


def test_a_newer_version_ends_the_older_link() -> None:
    old, new = sign_link("ticket", 7, 1), sign_link("ticket", 7, 2)
    assert read_link("ticket", new, version_of={7: 2}.get) == 7
    with pytest.raises(BadLink, match="replaced"):
        read_link("ticket", old, version_of={7: 2}.get)
    with pytest.raises(BadLink, match="replaced"):
        read_link("ticket", new)
    with pytest.raises(BadLink):
        read_link("ticket", sign_link("ticket", 8), version_of={7: 2}.get)


@given(st.data())
def test_no_single_changed_character_opens(data: st.DataObject) -> None:
    token = sign_link("ticket", 7)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-"))
    if other == token[at]:
        return
    with pytest.raises(BadLink):
        read_link("ticket", token[:at] + other + token[at + 1 :])


@given(st.text(max_size=60))
def test_any_other_text_is_a_bad_link_and_no_crash(text: str) -> None:
    with pytest.raises(BadLink):
        read_link("ticket", text)


def test_a_link_signed_under_an_older_key_still_opens(settings) -> None:
    token = sign_link("ticket", 7)
    settings.KEYS = settings.KEYS | {"link": ["cd" * 32, *settings.KEYS["link"]]}
    assert read_link("ticket", token) == 7
    assert sign_link("ticket", 7) != token
