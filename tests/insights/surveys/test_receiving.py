"""Answers come in once, without a name, and what can't be taken leaves nothing behind."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from gongzhi.commons.ledger.models import Event
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.privacy.encryption import open_text
from gongzhi.commons.privacy.retention import run_retention
from gongzhi.insights.surveys.choices import Channel, NoteKind
from gongzhi.insights.surveys.fieldwork import close_survey, open_survey, print_slips
from gongzhi.insights.surveys.models import FieldNote, FreeText, Quote, Response, SampleUnit
from gongzhi.insights.surveys.notes import CannotNote, NewNote, add_quote, check_note, take_note
from gongzhi.insights.surveys.queries import coded_answers, quotes_of, words_of_question
from gongzhi.insights.surveys.receiving import (
    BadAnswers,
    CannotRespond,
    ImportedRow,
    NewResponse,
    Received,
    import_responses,
    receive_many,
    receive_response,
)
from gongzhi.insights.surveys.registering import NoSuchSurvey
from tests.affairs.small_district import MONDAY, moment
from tests.insights.surveys.conftest import Field

pytestmark = pytest.mark.database
GOOD = {"elder": "yes", "elders": "2", "waste": "4", "wish": "请打 13812345678 找王阿姨"}
KEY = "0123456789abcdef"
AT_NIGHT = moment("2026-03-03", "23:59")


def answer(
    survey: int, given: dict[str, Any] = GOOD, *, key: str = KEY, code: str = "", **more: Any
) -> Received:
    channel = more.pop("channel", Channel.CODE if code else Channel.OPEN)
    by, at = more.pop("by", RESIDENT), more.pop("at", MONDAY)
    new = NewResponse(given, key, channel, code=code, **more)
    return receive_response(survey_id=survey, new=new, by=by, at=at)


def codes(field: Field, survey: int) -> list[str]:
    willow = field.district.places["willow"].pk
    return [
        slip.code
        for slip in print_slips(survey_id=survey, place_id=willow, by=field.researcher, at=MONDAY)
    ]


def test_an_answer_by_code_knows_its_stratum_and_not_its_household(field: Field) -> None:
    survey = field.opened()
    first, second = codes(field, survey)[:2]
    answer(survey, code=f"{first[:5].lower()} - {first[5:]}")
    row = Response.objects.get()
    unit = SampleUnit.objects.get(outcome="answered")
    assert (row.stratum_id, row.weight) == (unit.stratum_id, unit.weight)
    assert row.answers == {"elder": "yes", "elders": 2, "many": 1, "waste": "4"}
    assert not hasattr(row, "unit")
    event = Event.objects.get(kind="response.received")
    assert set(event.data) == {"survey", "channel", "digest"}
    assert event.person_id is None
    with pytest.raises(CannotRespond, match="已经用过"):
        answer(survey, key="another-key-000000", code=first)
    with pytest.raises(CannotRespond, match="没有这个码"):
        answer(survey, key="another-key-000000", code="AAAAAAAAAA")
    with pytest.raises(CannotRespond, match="凭码填写"):
        answer(survey, key="another-key-000000")
    answer(survey, key="another-key-000000", code=second)
    assert Response.objects.count() == 2


def test_the_record_tells_the_day_of_an_answer_and_not_the_minute(field: Field) -> None:
    survey = field.opened()
    first, second = codes(field, survey)[:2]
    answer(survey, code=first, at=moment("2026-03-03", "00:01"))
    receive_many(
        survey_id=survey,
        letters=[(NewResponse(GOOD, "another-key-000000", Channel.CODE, code=second), AT_NIGHT)],
        by=RESIDENT,
    )
    told = Event.objects.filter(kind="response.received").values_list("at", flat=True)
    assert set(told) == {moment("2026-03-03", "00:00")}


def test_the_same_answer_sent_again_is_found_and_not_kept_twice(field: Field) -> None:
    survey = field.opened()
    code = codes(field, survey)[0]
    first = answer(survey, code=code)
    assert not first.again
    again = answer(survey, code=code)
    assert again == Received(first.response_id, again=True)
    assert Response.objects.count() == 1


def test_words_are_masked_sealed_and_apart(field: Field) -> None:
    survey = field.drafted(open_to_all=True)
    open_survey(survey_id=survey, by=field.researcher, at=MONDAY)
    answer(survey)
    text = FreeText.objects.get()
    assert "王阿姨" not in text.sealed
    assert open_text(text.sealed) == "请打 138****5678 找王阿姨"
    read = words_of_question(survey_id=survey, path="wish", by=field.researcher, at=MONDAY)
    assert read == ["请打 138****5678 找王阿姨"]
    with pytest.raises(NotPermitted):
        words_of_question(survey_id=survey, path="wish", by=field.district.worker, at=MONDAY)
    columns, rows = coded_answers(survey_id=survey, by=field.researcher, at=MONDAY)
    assert "wish" not in columns
    assert [dict(zip(columns, row, strict=True))["elders"] for row in rows] == [2]
    run_retention(at=MONDAY + timedelta(days=366))
    assert FreeText.objects.get().sealed == ""
    assert Response.objects.get().answers["elders"] == 2
    assert Event.objects.filter(kind="response.texts_erased").count() == 1


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, BadAnswers),
        ({"elder": "yes", "elders": "99", "waste": "4"}, BadAnswers),
        ({"elder": ["yes", "no"], "waste": "4"}, BadAnswers),
        ({"elder": "'; DROP TABLE", "waste": "4"}, BadAnswers),
        ({"elder": "no", "waste": "x" * 100_000}, BadAnswers),
    ],
)
def test_bad_answers_leave_nothing_behind_and_the_code_stays_good(
    field: Field, given: dict[str, Any], error: type[Exception]
) -> None:
    survey = field.opened()
    code = codes(field, survey)[0]
    with pytest.raises(error):
        answer(survey, given, code=code)
    assert not Response.objects.exists()
    assert not SampleUnit.objects.filter(outcome="answered").exists()
    answer(survey, code=code)


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "with space 0000000", "词" * 20])
def test_a_key_that_is_none_is_refused(field: Field, key: str) -> None:
    survey = field.opened()
    with pytest.raises(CannotRespond, match="防重复"):
        answer(survey, key=key, code=codes(field, survey)[0])


def test_nothing_is_taken_before_opening_and_after_the_end(field: Field) -> None:
    drafted = field.drafted(open_to_all=True)
    with pytest.raises(NoSuchSurvey):
        answer(drafted)
    open_survey(survey_id=drafted, by=field.researcher, at=MONDAY)
    with pytest.raises(CannotRespond, match="已经结束"):
        answer(drafted, at=MONDAY + timedelta(days=31))
    close_survey(survey_id=drafted, by=field.researcher, at=MONDAY)
    with pytest.raises(CannotRespond, match="已经结束"):
        answer(drafted)


def test_staff_enter_paper_only_for_their_own_community(field: Field) -> None:
    survey = field.opened()
    code = codes(field, survey)[0]
    pine = print_slips(
        survey_id=survey, place_id=field.district.places["pine"].pk, by=field.researcher, at=MONDAY
    )[0].code
    with pytest.raises(NotPermitted):
        answer(survey, code=pine, channel=Channel.PAPER, by=field.district.worker)
    with pytest.raises(NotPermitted):
        answer(survey, code=code, channel=Channel.PAPER, by=RESIDENT)
    answer(survey, code=code, channel=Channel.PAPER, by=field.district.worker)
    assert Response.objects.get().channel == "paper"


def test_an_import_keeps_all_or_nothing_and_no_row_twice(field: Field) -> None:
    survey = field.drafted(open_to_all=True)
    good = ImportedRow(
        2, NewResponse({"elder": "no", "waste": "9"}, "row-000000000001", Channel.IMPORT)
    )
    bad = ImportedRow(
        3, NewResponse({"elder": "?", "waste": "77"}, "row-000000000002", Channel.IMPORT)
    )
    empty = ImportedRow(4, NewResponse({}, "row-000000000003", Channel.IMPORT))
    who = {"by": field.researcher, "at": MONDAY}
    kept, faults = import_responses(survey_id=survey, rows=[good, bad, empty], **who)
    assert kept == 0
    assert {number for number, _fault in faults} == {3, 4}
    assert not Response.objects.exists()
    kept, _faults = import_responses(survey_id=survey, rows=[good, good, bad], skip=True, **who)
    assert kept == 1
    assert import_responses(survey_id=survey, rows=[good], **who)[0] == 0
    assert Response.objects.count() == 1
    with pytest.raises(NotPermitted):
        import_responses(survey_id=survey, rows=[good], by=field.district.worker, at=MONDAY)


def test_notes_are_masked_checked_and_quoted_word_for_word(field: Field) -> None:
    survey, worker = field.drafted(), field.district.worker
    new = NewNote(
        NoteKind.INTERVIEW, field.district.places["willow"].pk, MONDAY.date(),
        "电梯停了三个月，打 13812345678 也没人来。",
    )  # fmt: skip
    note = take_note(survey_id=survey, new=new, by=worker, at=MONDAY)
    assert "138****5678" in open_text(FieldNote.objects.get().text_sealed)
    with pytest.raises(CannotNote, match="先核对"):
        add_quote(note_id=note, code="电梯", passage="电梯停了三个月", by=worker, at=MONDAY)
    check_note(note_id=note, text="电梯停了三个月，没人来。", by=worker, at=MONDAY)
    with pytest.raises(CannotNote, match="一字不差"):
        add_quote(note_id=note, code="电梯", passage="电梯停了两个月", by=worker, at=MONDAY)
    add_quote(note_id=note, code="电梯", passage="电梯停了三个月", by=worker, at=MONDAY)
    (quote,) = quotes_of(survey_id=survey, by=field.researcher)
    assert (quote.code, quote.text, quote.place_name) == ("电梯", "电梯停了三个月", "北桥街道")
    run_retention(at=MONDAY + timedelta(days=800))
    assert not Quote.objects.exists()
    assert FieldNote.objects.get().text_sealed == ""


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_one_code_at_once_one_is_refused(field: Field) -> None:
    survey = field.opened()
    code = codes(field, survey)[0]
    outcomes: list[str] = []

    def send(key: str) -> None:
        try:
            answer(survey, key=key, code=code)
            outcomes.append("kept")
        except CannotRespond:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(f"at-once-key-00000{n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["kept", "refused"]
    assert Response.objects.count() == 1
