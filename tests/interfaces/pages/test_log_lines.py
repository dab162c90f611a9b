"""Logs say what happened, not who was there."""

import json
import logging

import pytest
from django.test import Client

from gongzhi.config.log_lines import formatter, masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("call 13812345678 now", "call [phone] now"),
        ("电话138 1234 5678，谢谢", "电话[phone]，谢谢"),
        ("010-88886666", "[phone]"),
        ("from wang.xm+a@mail.example.cn", "from [e-mail]"),
        ("11010519491231002X", "[id number]"),
        ("/follow/eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9/", "/follow/[token]/"),
        ("GZ-2026-000123 took 1382 ms", "GZ-2026-000123 took 1382 ms"),
    ],
)
def test_contacts_and_tokens_are_masked(text: str, expected: str) -> None:
    assert masked(text) == expected


def test_a_line_is_json_without_the_fields_that_may_hold_personal_data() -> None:
    record = logging.LogRecord("tests", logging.INFO, __file__, 1, "sent to %s", ("a@b.cn",), None)
    record.__dict__["text"] = "什么都有"
    line = json.loads(formatter().format(record))
    assert line["event"] == "sent to [e-mail]"
    assert line["level"] == "info"
    assert "什么都有" not in str(line)


def test_an_exception_keeps_its_trace_and_loses_its_contacts() -> None:
    try:
        raise ValueError("no route to 13812345678")
    except ValueError as error:
        trace = (type(error), error, error.__traceback__)
    record = logging.LogRecord("tests", logging.ERROR, __file__, 1, "failed", (), trace)
    line = json.loads(formatter().format(record))
    assert "ValueError: no route to [phone]" in line["exception"]


@pytest.mark.django_db
def test_a_request_is_logged_by_its_page_not_its_address(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "gongzhi.requests"):
        client.get("/privacy?key=secret")
        client.get("/follow/secret")
    pages = [record.msg["page"] for record in caplog.records if record.name == "gongzhi.requests"]  # type: ignore[index]
    assert pages == ["privacy", "-"]
