"""Real processes, ended with `kill -9` while requests come in: nothing is lost, nothing twice."""

import http.client
import json
import random
import sqlite3
import threading
import time
from collections import Counter
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest

from benchmarks.installations import Installation, installation, postgresql_answers

KILLS = 8
CALLERS = 4
LONGEST = 120  # seconds

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("processes")]


class Caller(threading.Thread):
    """Posts one request after another, each with a key, again until it is acknowledged."""

    def __init__(self, here: Installation, number: int, key: str, place: dict[str, Any]) -> None:
        super().__init__(daemon=True)
        self.here, self.number, self.key, self.place = here, number, key, place
        self.acknowledged: dict[str, str] = {}  # the text of each request, and the number it got
        self.repeated = 0
        self.answers: Counter[int] = Counter()
        self.done = threading.Event()

    def run(self) -> None:
        count = 0
        while not self.done.is_set():
            text = f"第{self.number}位居民的第{count}件事：路灯不亮。"
            self._post_until_acknowledged(text)
            count += 1

    def _post_until_acknowledged(self, text: str) -> None:
        fields = {
            "api_key": self.key,
            "service_code": self.place["service"],
            "description": text,
            "address_id": str(self.place["id"]),
            "phone": "13900000001",
        }
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Idempotency-Key": text.encode().hex(),
        }
        for tries in range(10_000):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.here.port, timeout=30)
                connection.request("POST", "/open311/v2/requests.json", urlencode(fields), headers)
                answer = connection.getresponse()
                body = answer.read()
                connection.close()
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
                continue
            self.answers[answer.status] += 1
            if answer.status == 201:
                self.acknowledged[text] = json.loads(body)[0]["service_request_id"]
                self.repeated += tries > 0
                return


def _ask(here: Installation, sql: str) -> list[tuple[Any, ...]]:
    """Ask the database itself, past the program."""
    if here.database_url:
        with psycopg.connect(here.database_url) as connection:
            return connection.execute(sql).fetchall()
    database = sqlite3.connect(here.folder / "data" / "gongzhi.sqlite3")
    try:
        return database.execute(sql).fetchall()
    finally:
        database.close()


def _kill_at_random(here: Installation, chance: random.Random) -> Counter[str]:
    """End the web server, the worker or both, and start them again, at random moments."""
    killed: Counter[str] = Counter()
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.4, 1.6))
        victims = chance.choice([("serve",), ("work",), ("work",), ("serve", "work")])
        for victim in victims:
            here.kill(victim)
            killed[victim] += 1
        here.start(*victims)
    return killed


def _wait_until_nothing_is_due(here: Installation) -> None:
    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        if _ask(here, "SELECT count(*) FROM ledger_outboxentry") == [(0,)]:
            return
        time.sleep(0.2)
    raise AssertionError(f"follow-ups never came to an end: {here.log('work')}")


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("seed", [1, 2])
def test_web_and_worker_killed_at_any_moment_lose_nothing_and_repeat_nothing(
    database: str, seed: int
) -> None:
    if database == "postgresql" and not postgresql_answers():
        pytest.skip("PostgreSQL doesn't answer on 127.0.0.1:5432: killed on SQLite only")
    chance = random.Random(seed)
    with installation(database, commands=("serve", "work")) as here:
        facts = json.loads(here.run("benchmarks.spine_inside", "facts"))
        key = json.loads(here.run("benchmarks.spine_inside", "key"))
        place = facts["places"][0] | {"service": facts["services"][0]}
        callers = [Caller(here, number, key, place) for number in range(CALLERS)]
        for caller in callers:
            caller.start()
        killed = _kill_at_random(here, chance)
        for caller in callers:
            caller.done.set()
        for caller in callers:
            caller.join(timeout=LONGEST)
        _wait_until_nothing_is_due(here)

        assert killed["serve"]
        assert killed["work"]
        answers = sum((caller.answers for caller in callers), Counter[int]())
        assert set(answers) == {201}, "a request was refused or failed"
        assert sum(caller.repeated for caller in callers), "no request was ever cut off"
        acknowledged = {t: n for caller in callers for t, n in caller.acknowledged.items()}
        _every_acknowledged_ticket_is_there_once(here, acknowledged)
        _each_was_dispatched_once_and_everybody_told_once(here, len(acknowledged))
        assert "✓" in here.gongzhi("verify")


def _every_acknowledged_ticket_is_there_once(
    here: Installation, acknowledged: dict[str, str]
) -> None:
    stored = _ask(here, "SELECT text, id FROM tickets_ticket")
    assert len(stored) == len({text for text, _ in stored}), "a retry made a second ticket"
    ids = dict(stored)
    assert {text: ids.get(text) for text in acknowledged} == {
        text: int(number[8:]) for text, number in acknowledged.items()
    }


def _each_was_dispatched_once_and_everybody_told_once(here: Installation, count: int) -> None:
    assert _ask(here, "SELECT DISTINCT state FROM tickets_ticket") == [("dispatched",)]
    assert _ask(here, "SELECT count(*) FROM tickets_ticket") == [(count,)]
    told = _ask(
        here,
        "SELECT kind, count(*), count(DISTINCT subject_id) FROM ledger_event "
        "WHERE subject_kind = 'ticket' GROUP BY kind ORDER BY kind",
    )
    wanted = ("ticket.dispatched", "ticket.received", "ticket.triaged")
    assert told == [(kind, count, count) for kind in wanted]
    notices = _ask(
        here,
        "SELECT template, recipient_kind, count(*), count(DISTINCT subject_id) "
        "FROM notices_notice WHERE subject_kind = 'ticket' "
        "GROUP BY template, recipient_kind ORDER BY template",
    )
    assert ("requester.dispatched", "requester", count, count) in notices
    assert ("unit.dispatched", "unit", count, count) in notices
    assert all(row[2] == row[3] for row in notices), notices
