"""What boils up is found, named by its own words, and stays what it was from day to day."""

import math
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from time import process_time

import numpy as np
import pytest
from scipy.stats import poisson

from gongzhi.engines.triage import matters
from gongzhi.engines.triage.growth import busiest_week, chance_of, find_rising
from gongzhi.engines.triage.hot_issues import HotIssue, Voice, hot_issues
from gongzhi.engines.triage.linkage import Linkage
from gongzhi.engines.triage.matters import THRESHOLD_BESIDE_NAMES, gather
from gongzhi.engines.triage.naming import PairFrequency, name_matter
from gongzhi.engines.triage.season import seasonal_warnings
from gongzhi.engines.triage.texts import Message

START = datetime(2024, 1, 1, tzinfo=UTC)
PLACES = ["碧云花园", "望江苑", "青石路", "东湖社区", "锦绣公寓", "枫林小区"]
MATTERS = {
    "搅拌站噪音": ["搅拌站昼夜轰鸣", "搅拌站粉尘飞扬", "拆除搅拌站"],
    "电梯故障": ["电梯经常停运", "电梯困人多次", "更换老旧电梯"],
    "垃圾堆放": ["垃圾堆放无人清运", "垃圾恶臭扑鼻", "垃圾桶满溢"],
    "车位捆绑": ["车位捆绑销售", "买房必须买车位", "开发商强卖车位"],
}
NOISE = "春眠不觉晓处闻啼鸟夜来风雨声花落知多少白日依山尽黄河入海流欲穷千里目更上一层楼"


def voice(place: str, matter: str, day: float, draw: random.Random, supporters: int = 0) -> Voice:
    said = draw.sample(MATTERS[matter], 2)
    filler = "".join(draw.sample(NOISE, 8))
    return Voice(
        Message(subject=f"{place}{said[0]}", body=f"{place}{said[1]}，{filler}，{said[0]}。"),
        at=START + timedelta(days=day),
        supporters=supporters,
    )


def town(*, hot: int = 25, seed: int = 1) -> tuple[list[Voice], list[bool]]:
    """Scattered voices on all sorts of things, one matter boiling over, and which are its."""
    draw = random.Random(seed)
    letters = [chr(0x4E00 + i) for i in range(0, 4_000, 5)]
    voices = []
    for _ in range(150):
        words = "".join(draw.choices(letters, k=20))
        message = Message(subject=draw.choice(PLACES) + words[:8], body=words)
        voices.append(Voice(message, at=START + timedelta(days=draw.uniform(0, 60))))
    for _ in range(hot):
        voices.append(voice("碧云花园", "搅拌站噪音", draw.uniform(53, 60), draw))
    return voices, [False] * 150 + [True] * hot


def hottest(voices: list[Voice]) -> HotIssue:
    return hot_issues(voices)[0]


def test_the_boiling_matter_is_first_with_its_place_words_and_messages() -> None:
    voices, truth = town()
    issue = hottest(voices)
    assert issue.place == "碧云花园"
    assert any("搅拌站" in phrase for phrase in (*issue.phrases, issue.description))
    members = {at for at, boiling in enumerate(truth) if boiling}
    assert len(members & set(issue.members)) >= 0.8 * len(members)
    assert len(members & set(issue.members)) >= 0.9 * len(issue.members)
    assert issue.rising
    assert list(issue.members) == sorted(issue.members, key=lambda at: voices[at].at)


def test_one_small_place_is_not_one_matter() -> None:
    """Seen in the invented district: who named an estate was put with whoever else named it."""
    said = [
        "供水管道破了，水流了一路",
        "邻居门口放鞋柜",
        "座椅坏了，木条翘起来",
        "停电一天了，没有通知",
    ]
    others, _ = town(hot=0)
    scattered = [_at_the_estate(text) for text in said]
    assert {0, 1, 2, 3} in [set(issue.members) for issue in hot_issues([*scattered, *others])]
    named = [replace(each, place_names=("南浦社区", "荔枝府邸")) for each in scattered]
    beside = hot_issues([*named, *others], threshold=THRESHOLD_BESIDE_NAMES)
    assert not [issue for issue in beside if min(issue.members) < len(said)]


def test_one_matter_is_still_found_where_the_names_link_nothing() -> None:
    said = ["供水管道破了，水流了一路", "邻居门口放鞋柜", "供水管道又破了，路上都是水"]
    others, _ = town(hot=0)
    named = [replace(_at_the_estate(text), place_names=("南浦社区", "荔枝府邸")) for text in said]
    beside = hot_issues([*named, *others], threshold=THRESHOLD_BESIDE_NAMES)
    issue = next(issue for issue in beside if issue.members == (0, 2))
    assert "供水管道" in issue.phrases
    assert issue.description == "荔枝府邸供水管道破了"


def _at_the_estate(text: str) -> Voice:
    message = Message(subject=f"荔枝府邸{text[:6]}", body=f"南浦社区荔枝府邸{text}。")
    return Voice(message, at=START + timedelta(days=30), place="南浦社区")


def test_heat_is_what_it_says_it_is() -> None:
    voices, _ = town()
    issue = hottest(voices)
    assert issue.heat == pytest.approx(
        issue.messages + math.sqrt(issue.supporters) + issue.surprise
    )
    assert issue.this_week >= 20


def test_the_same_matter_at_two_stated_places_is_two_issues() -> None:
    draw = random.Random(4)
    voices = [
        replace(voice(place, "电梯故障", day, draw), place=place)
        for place in ("望江苑", "青石路")
        for day in range(8)
    ]
    groups = {frozenset(voices[at].place for at in i.members) for i in hot_issues(voices)}
    assert groups == {frozenset({"望江苑"}), frozenset({"青石路"})}


def test_different_matters_are_not_merged() -> None:
    draw = random.Random(4)
    voices = [voice("望江苑", "垃圾堆放", day, draw) for day in range(8)]
    voices += [voice("青石路", "电梯故障", day, draw) for day in range(8)]
    voices += [voice("东湖社区", "车位捆绑", day, draw) for day in range(8)]
    issues = hot_issues(voices)
    for one in issues:
        assert len({at // 8 for at in one.members}) == 1
    assert {at // 8 for issue in issues for at in issue.members} == {0, 1, 2}


def test_copies_of_one_text_heat_once_and_supporters_heat_by_their_root() -> None:
    text = Message(subject="望江苑电梯停运", body="望江苑电梯停运三天了")
    other = Message(subject="望江苑电梯又停运", body="望江苑电梯停运，老人下不了楼")
    voices = [Voice(text, START)] * 9 + [Voice(other, START, supporters=100)]
    issue = hottest(voices)
    assert (issue.messages, issue.supporters) == (2, 100)
    assert issue.heat == pytest.approx(2 + 10 + issue.surprise)
    assert len(issue.members) == 10


def test_messages_after_the_given_day_do_not_count() -> None:
    voices, _ = town()
    early = hot_issues(voices, until=START + timedelta(days=50))
    assert all(voices[at].at <= START + timedelta(days=50) for i in early for at in i.members)
    assert not any(issue.rising for issue in early)
    assert hot_issues(voices, until=START - timedelta(days=1)) == []
    assert hot_issues([]) == []


def test_what_was_one_matter_yesterday_is_one_today() -> None:
    voices, _ = town(seed=3)
    days = np.array([(v.at - START).total_seconds() / 86_400 for v in voices])
    messages = [v.message for v in voices]
    old = np.flatnonzero(days <= 55)
    before = gather([messages[at] for at in old], days[old])
    known: list[int | None] = [None] * len(voices)
    for at, number in zip(old, before, strict=True):
        known[int(at)] = int(number)
    after = gather(messages, days, known=known)
    for one, other in combinations(range(len(old)), 2):
        if before[one] == before[other]:
            assert after[old[one]] == after[old[other]]
    assert len({int(n) for n in after[days > 55]} & {int(n) for n in after[old]}) > 0


def test_a_matter_ends_when_nobody_mentions_it() -> None:
    message = Message(subject="望江苑电梯停运", body="望江苑电梯停运")
    other = Message(subject="青石路垃圾满溢", body="青石路垃圾满溢")
    days = np.array([0.0, 50.0, 300.0, 0.0, 10.0])
    found = gather([message, message, message, other, other], days)
    assert found[0] == found[1] != found[2]
    assert found[3] == found[4] != found[0]


def test_empty_messages_stand_alone_and_lengths_must_agree() -> None:
    found = gather([Message(""), Message(""), Message("🙂")], np.zeros(3))
    assert len(set(found.tolist())) == 3
    with pytest.raises(ValueError, match="lengths differ"):
        gather([Message("")], np.zeros(2))


def test_many_copies_of_few_texts_cost_little_and_stay_together() -> None:
    draw = random.Random(6)
    texts = [voice(p, m, 0, draw).message for p in PLACES[:4] for m in list(MATTERS)[:3]]
    copies = [at for at in range(len(texts)) for _ in range(400)]
    draw.shuffle(copies)
    began = process_time()
    matter = gather([texts[at] for at in copies], np.linspace(0, 300, len(copies)))
    assert process_time() - began < 5  # all pairs of copies would take a minute
    groups: dict[int, set[int]] = {}
    for at, number in zip(copies, matter.tolist(), strict=True):
        groups.setdefault(at, set()).add(number)
    assert all(len(numbers) == 1 for numbers in groups.values())


def test_too_many_alike_are_taken_in_smaller_parts(monkeypatch) -> None:
    draw = random.Random(9)
    voices = [voice("望江苑", "垃圾堆放", day / 40, draw) for day in range(800)]
    voices += [voice("青石路", "电梯故障", day / 40, draw) for day in range(800)]
    whole = [set(i.members) for i in hot_issues(voices)]
    monkeypatch.setattr(matters, "_MOST_PAIRS", 5_000)
    parts = [set(i.members) for i in hot_issues(voices)]
    assert sorted(map(len, parts))[-2:] == sorted(map(len, whole))[-2:]
    assert all(len({at // 800 for at in members}) == 1 for members in parts)


def test_a_text_that_comes_again_after_a_long_silence_is_a_matter_anew() -> None:
    text = Message(subject="望江苑电梯停运", body="望江苑电梯停运三天了")
    other = Message(subject="青石路垃圾堆放", body="青石路垃圾没人清运")
    days = np.array([0.0, 1, 90, 91, 0, 1, 90, 91])
    assert gather([text] * 4 + [other] * 4, days).tolist() == [0, 0, 2, 2, 4, 4, 6, 6]
    assert gather([text, text], np.zeros(2), places=["甲", "乙"]).tolist() == [0, 1]


def test_linkage_agrees_with_averaging_all_pairs() -> None:
    draw = np.random.default_rng(5)
    size, threshold = 14, 0.45
    subjects = draw.random((size, size))
    texts = draw.random((size, size))
    linkage = Linkage([1] * size, threshold=threshold, places=[-1] * size)
    for i, j in combinations(range(size), 2):
        linkage.connect(i, j, subjects=subjects[i, j], texts=texts[i, j])
    found = linkage.run()
    groups = [[i] for i in range(size)]

    def likeness(one: list[int], other: list[int]) -> float:
        pairs = [(min(i, j), max(i, j)) for i in one for j in other]
        means = [np.mean([table[p] for p in pairs]) for table in (subjects, texts)]
        return math.sqrt(means[0] * means[1])

    while True:
        best = max(
            combinations(range(len(groups)), 2), key=lambda p: likeness(*(groups[i] for i in p))
        )
        if likeness(groups[best[0]], groups[best[1]]) < threshold:
            break
        groups[best[0]] += groups.pop(best[1])
    assert {frozenset(group) for group in groups} == {
        frozenset(i for i in range(size) if found[i] == root) for root in set(found)
    }


def test_a_name_is_made_of_shared_rare_words() -> None:
    draw = random.Random(6)
    members = [voice("锦绣公寓", "电梯故障", 0, draw).message for _ in range(6)]
    others = [voice(p, m, 0, draw).message for p in PLACES[:4] for m in MATTERS for _ in range(8)]
    frequency = PairFrequency(members + others)
    name = name_matter(members, frequency)
    assert name is not None
    assert name.place == "锦绣公寓"
    assert name_matter([others[0], others[40], others[80], others[120]], frequency) is None


def test_the_chance_of_a_count_is_the_mixture_of_poisson_counts() -> None:
    draw = np.random.default_rng(7)
    rates = draw.gamma(12.5, 1 / 10, 400_000)
    for count in (1, 2, 4):
        simulated = (draw.poisson(rates) >= count).mean()
        assert chance_of(count, past=12, periods=10) == pytest.approx(simulated, abs=0.004)
    assert chance_of(3, past=0, periods=0) == 1.0


def test_the_rate_of_false_alarms_is_kept() -> None:
    draw = np.random.default_rng(8)
    weeks, series, trials = 26, 40, 600
    rates = draw.gamma(0.8, 2, series)
    alarms = 0
    for _ in range(trials):
        past, now = draw.poisson(rates * weeks), draw.poisson(rates)
        alarms += any(g.rising for g in find_rising(now, past=past, periods=weeks))
    assert alarms / trials <= 0.07


def test_a_true_rise_is_seen() -> None:
    now = np.append(poisson.ppf(0.5, np.full(30, 2.0)), 12)
    found = find_rising(now, past=np.full(31, 52), periods=26)
    assert [growth.rising for growth in found] == [False] * 30 + [True]
    assert found[-1].usual == 2.0


def test_the_busiest_week_counts_seven_days() -> None:
    days = np.array([0, 1, 2, 6.9, 7.1, 30, 60.0])
    assert busiest_week(days, observed_days=100)[0] == 4
    assert busiest_week(days, observed_days=10)[1] == 1.0
    assert busiest_week(np.zeros(0), observed_days=100) == (0, 1.0)


def test_a_season_is_announced_before_it_comes_and_growth_is_no_season() -> None:
    draw = random.Random(9)
    days, categories = [], []
    for back in range(3 * 365):
        day = date(2025, 10, 1) - timedelta(days=back)
        winter = day.month in (11, 12, 1)
        growing = 2 + (3 * 365 - back) // 200
        for category, count in (("供暖", 6 if winter else 1), ("停车", growing), ("噪音", 3)):
            days += [day] * count
            categories += [category] * count
    order = draw.sample(range(len(days)), len(days))
    found = seasonal_warnings(
        [days[i] for i in order], [categories[i] for i in order], today=date(2025, 10, 25)
    )
    assert [warning.category for warning in found] == ["供暖"]
    assert found[0].ratio > found[0].low > 1.25
    assert found[0].years == 3
    assert seasonal_warnings(days, categories, today=date(2025, 5, 1)) == []


def test_less_than_a_year_gives_no_season() -> None:
    days = [date(2025, 1, 1) + timedelta(days=i) for i in range(200)]
    assert seasonal_warnings(days, ["a"] * 200, today=days[-1]) == []
    assert seasonal_warnings([], [], today=days[-1]) == []
    with pytest.raises(ValueError, match="1 days for 0"):
        seasonal_warnings(days[:1], [], today=days[0])
