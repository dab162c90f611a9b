"""Are hot issues the same from day to day, and is the stated rate of false alarms kept?

    python -m benchmarks.hot_stability published [--days 300] [--windows 400]
    GONGZHI_DATA=… python -m benchmarks.hot_stability district [--days 200] [--until 2026-07-15]

`published` reads the residents' messages under GONGZHI_REALDATA, `district` the tickets of an
installation, which it doesn't change, as the daily job hears them: names of places link nothing,
and what was never more than a pair isn't listed. Each evening the last 60 days are gathered with
yesterday's matters, the 200 hottest, ids handed on. A matter of one evening is compared with the
evening after one, seven and thirty days, by those of its messages that are still within the 60
days then.

False alarms: the texts of windows of 60 days are dealt anew over their own times, so that nothing
rises; counted is in how many windows any matter is said to rise. CPU seconds of one thread.
"""

import argparse
import os
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from threadpoolctl import threadpool_limits

from benchmarks.triage_inputs import published_voices, timed
from gongzhi.engines.triage.hot_issues import HotIssue, Voice, hot_issues
from gongzhi.engines.triage.matters import THRESHOLD, THRESHOLD_BESIDE_NAMES

WINDOW = timedelta(days=60)
EVER = timedelta(days=36_500)
MOST = 200
SEED = 2024
AFTER = (1, 7, 30)
NOWHERE = 0  # the id of no matter
Listed = dict[int, frozenset[int]]  # the id of a matter, and the positions of its messages


@dataclass(frozen=True)
class Stream:
    """What is heard over the years, and how it is gathered and listed."""

    voices: Sequence[Voice]
    threshold: float = THRESHOLD
    lists: Callable[[HotIssue, bool], bool] = lambda _issue, _was_listed: True

    def gathered(
        self,
        voices: Sequence[Voice],
        *,
        known: Sequence[int | None] | None = None,
        until: datetime | None = None,
    ) -> list[HotIssue]:
        """The matters of some voices that are listed."""
        found = hot_issues(voices, most=MOST, known=known, until=until, threshold=self.threshold)
        listed = [number is not None for number in known or [None] * len(voices)]
        return [
            issue for issue in found if self.lists(issue, any(listed[at] for at in issue.members))
        ]


@dataclass(frozen=True)
class Evening:
    """What was listed, which matters were said to rise, and what was heard."""

    listed: Listed
    rising: frozenset[int]
    heard: frozenset[int]


def evenings(stream: Stream, *, days: int, until: datetime) -> list[Evening]:
    """Live through the days up to `until`, each starting from the matters of the day before."""
    voices = stream.voices
    found: list[Evening] = []
    before: dict[int, int] = {}
    newest = 0
    for back in range(days - 1, -1, -1):
        end = until - timedelta(days=back)
        within = [at for at, voice in enumerate(voices) if end - WINDOW < voice.at <= end]
        issues = stream.gathered(
            [voices[at] for at in within], known=[before.get(at) for at in within]
        )
        listed: Listed = {}
        rising = set()
        for issue in issues:
            members = frozenset(within[at] for at in issue.members)
            was = Counter(before[at] for at in members if at in before)
            known = next((key for key, _ in was.most_common() if key not in listed), None)
            newest += known is None
            number = newest if known is None else known
            listed[number] = members
            if issue.rising:
                rising.add(number)
        before = {at: number for number, members in listed.items() for at in members}
        found.append(Evening(listed, frozenset(rising), frozenset(within)))
    return found


def compare(one: Evening, other: Evening) -> Counter[str]:
    """What became of the matters of one evening on another."""
    now = {at: number for number, members in other.listed.items() for at in members}
    then = {at: number for number, members in one.listed.items() for at in members}
    count: Counter[str] = Counter()
    for number, members in one.listed.items():
        left = members & other.heard
        if not left:
            count["over"] += 1
            continue
        where = {now.get(at, NOWHERE) for at in left}
        count["all"] += 1
        if where == {NOWHERE}:
            count["unlisted" if len(left) > 1 else "too few"] += 1
        elif len(where) > 1:
            count["split"] += 1
        else:
            together = other.listed[next(iter(where))]
            merged = any(then.get(at, number) != number for at in together)
            count["merged" if merged else "kept" if where == {number} else "renamed"] += 1
    return count


def tell_stability(stream: Stream, *, days: int, until: datetime) -> None:
    """Print what became of the matters after some days."""
    with timed() as clock:
        lived = evenings(stream, days=days, until=until)
    matters = sum(len(evening.listed) for evening in lived)
    heard = sum(len(evening.heard) for evening in lived) / days
    print(
        f"{days} evenings up to {until:%F}: {heard:,.0f} messages and {matters / days:.1f} matters "
        f"on average; {clock.seconds / days:.2f} s CPU an evening"
    )
    for after in (step for step in AFTER if step < days):
        total: Counter[str] = Counter()
        for one, other in zip(lived, lived[after:], strict=False):
            total += compare(one, other)
        shares = ", ".join(
            f"{name} {total[name] / total['all']:.2%}"
            for name in ("kept", "renamed", "split", "merged", "too few", "unlisted")
        )
        print(
            f"  after {after} days, of {total['all']:,} with messages left ({total['over']:,} "
            f"without): {shares}"
        )
    risen = sum(bool(evening.rising) for evening in lived)
    print(f"  evenings on which a matter was said to rise: {risen}", flush=True)


def tell_false_alarms(stream: Stream, *, windows: int, until: datetime) -> None:
    """Print in how many windows without any change something was said to rise."""
    voices = stream.voices
    draw = random.Random(SEED)
    first = min(voice.at for voice in voices) + WINDOW
    span = (until - first) / timedelta(days=1)
    alarms = matters = 0
    with timed() as clock:
        for _ in range(windows):
            end = first + timedelta(days=draw.random() * span)
            within = [voice for voice in voices if end - WINDOW < voice.at <= end]
            times = [voice.at for voice in within]
            draw.shuffle(times)
            dealt = [replace(voice, at=at) for voice, at in zip(within, times, strict=True)]
            issues = stream.gathered(dealt, until=end)
            matters += len(issues)
            alarms += any(issue.rising for issue in issues)
    print(
        f"  {windows} windows dealt anew, {matters / windows:.1f} matters on average: something "
        f"rises in {alarms} ({alarms / windows:.1%}); {clock.seconds:.0f} s CPU",
        flush=True,
    )


def of_this_installation() -> Stream:
    """The tickets as the daily job hears, gathers and lists them."""
    import django  # noqa: PLC0415 - only where an installation is read

    django.setup()
    from django.utils.timezone import now  # noqa: PLC0415 - needs Django set up

    from gongzhi.affairs.tickets.hot_issues import hear, worth_listing  # noqa: PLC0415

    heard = hear(now(), window=EVER)
    return Stream(
        [each.voice for each in heard],
        threshold=THRESHOLD_BESIDE_NAMES,
        lists=lambda issue, was_listed: worth_listing(issue, was_listed=was_listed),
    )


def main() -> None:
    """Read the messages and print both figures."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("source", choices=("published", "district"))
    asked.add_argument("--days", type=int, default=300)
    asked.add_argument("--windows", type=int, default=400)
    asked.add_argument("--until", type=date.fromisoformat)
    wanted = asked.parse_args()
    settings = "test" if wanted.source == "published" else "local"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"gongzhi.config.settings.{settings}")
    is_published = wanted.source == "published"
    stream = Stream(published_voices()) if is_published else of_this_installation()
    last = max(voice.at for voice in stream.voices)
    until = last
    if wanted.until:
        until = datetime.combine(wanted.until, time(23, 59), tzinfo=last.tzinfo)
    print(f"{wanted.source}: {len(stream.voices):,} messages")
    with threadpool_limits(1):
        tell_stability(stream, days=wanted.days, until=until)
        tell_false_alarms(stream, windows=wanted.windows, until=until)


if __name__ == "__main__":
    main()
