"""Near-duplicates are found as if every text were compared with every other, only sooner."""

import math
import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from gongzhi.engines.triage.duplicate_index import (
    LONGEST_TAIL,
    CannotUseIndex,
    DuplicateIndex,
    Segment,
)
from gongzhi.engines.triage.duplicates import LONGEST_LIST, find_pairs, group_pairs
from gongzhi.engines.triage.nearness import (
    Nearness,
    Whereabouts,
    nearness,
    pair_similarities,
    text_similarities,
)
from gongzhi.engines.triage.shingles import SKETCH, shingle, sketch, sketch_similarity

LETTERS = [chr(0x4E00 + i) for i in range(0, 3_000, 5)]


def random_texts(count: int, *, seed: int, length: int = 80) -> list[str]:
    draw = random.Random(seed)
    return [
        "".join(draw.choices(LETTERS, k=draw.randint(length // 2, length))) for _ in range(count)
    ]


def edited(text: str, share: float, draw: random.Random) -> str:
    return "".join(draw.choice(LETTERS) if draw.random() < share else c for c in text)


def pairs_of(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)} or set(text)


def ochiai(one: str, other: str) -> float:
    a, b = pairs_of(one), pairs_of(other)
    return len(a & b) / math.sqrt(len(a) * len(b)) if a and b else 0.0


def test_similarity_is_the_share_of_common_pairs() -> None:
    texts = ["路灯不亮了", "路灯不亮", "水管爆裂", "", "亮", "路燈，不 亮！"]
    found = text_similarities("路灯不亮", texts)
    plain = ["路灯不亮了", "路灯不亮", "水管爆裂", "", "亮", "路灯不亮"]
    assert found == pytest.approx([ochiai("路灯不亮", text) for text in plain])
    assert text_similarities("", ["", "甲"]).tolist() == [0.0, 0.0]


def test_pair_similarities_agree_with_sets() -> None:
    texts = [*random_texts(40, seed=1, length=20), "", "甲"]
    left, right = np.triu_indices(len(texts), 1)
    expected = [ochiai(texts[i], texts[j]) for i, j in zip(left, right, strict=True)]
    assert pair_similarities(shingle(texts), left, right) == pytest.approx(expected)


def test_sketches_of_short_texts_are_exact_and_of_long_ones_close() -> None:
    draw = random.Random(2)
    short = random_texts(1, seed=3, length=30)[0]
    like = edited(short, 0.2, draw)
    a, b = pairs_of(short), pairs_of(like)
    table = sketch(shingle([short, like]))
    assert sketch_similarity(table[0], table)[1] == pytest.approx(len(a & b) / len(a | b))
    errors = []
    for text in random_texts(100, seed=4, length=600):
        like = edited(text, 0.1, draw)
        a, b = pairs_of(text), pairs_of(like)
        table = sketch(shingle([text, like]))
        errors.append(sketch_similarity(table[0], table)[1] - len(a & b) / len(a | b))
    assert abs(np.mean(errors)) < 0.02
    assert np.std(errors) < 0.5 / math.sqrt(SKETCH) * 1.2


@pytest.mark.parametrize("share", [0.03, 0.1, 0.2, 0.3])
def test_edited_copies_are_found_and_nothing_else(share: float) -> None:
    draw = random.Random(5)
    texts = random_texts(300, seed=6, length=200)
    copies = [edited(text, share, draw) for text in texts]
    found = {(pair.first, pair.second) for pair in find_pairs([*texts, *copies])}
    truth = {(i, 300 + i) for i in range(300) if ochiai(texts[i], copies[i]) >= 0.4}
    assert found <= {(i, 300 + i) for i in range(300)}
    assert len(found & truth) >= 0.99 * len(truth)


def test_pairs_agree_with_comparing_all() -> None:
    draw = random.Random(7)
    stems = random_texts(20, seed=8, length=16)
    texts = list(dict.fromkeys(edited(draw.choice(stems), 0.25, draw) for _ in range(150)))
    truth = {
        (i, j)
        for i in range(len(texts))
        for j in range(i + 1, len(texts))
        if ochiai(texts[i], texts[j]) >= 0.4
    }
    found = {(pair.first, pair.second) for pair in find_pairs(texts)}
    assert found <= truth
    assert len(found) >= 0.97 * len(truth) > 50


def test_many_copies_of_one_text_make_one_group_and_few_pairs() -> None:
    texts = ["三号楼门口路灯不亮"] * 1_000 + ["三号楼门口的路灯不亮"] + ["", "  ", "！"]
    pairs = find_pairs(texts)
    assert len(pairs) == 1_000
    member = group_pairs(pairs)
    assert {membership.group for membership in member.values()} == {0}
    assert set(member) == set(range(1_001))


def test_groups_do_not_grow_by_chains() -> None:
    draw = random.Random(9)
    chain = random_texts(1, seed=10, length=60)
    for _ in range(30):
        chain.append(edited(chain[-1], 0.12, draw))
    member = group_pairs(find_pairs(chain))
    assert len({membership.group for membership in member.values()}) > 3
    for at, membership in member.items():
        assert (
            membership.nearness.text == pytest.approx(ochiai(chain[membership.group], chain[at]))
            or membership.group == at
        )
        assert membership.nearness.text >= 0.4


def test_the_same_words_at_far_places_or_times_are_not_the_same_matter() -> None:
    day = datetime(2024, 5, 1, tzinfo=UTC)
    here = Whereabouts(path=("区", "甲社区", "一号院"), at=day)
    there = Whereabouts(path=("区", "乙社区", "九号院"), at=day)
    later = Whereabouts(path=("区", "甲社区", "一号院"), at=day + timedelta(days=365))
    texts = ["路灯不亮"] * 4
    pairs = find_pairs(texts, where=[here, there, here, later], least=0.7)
    assert [(pair.first, pair.second) for pair in pairs] == [(0, 2)]


def test_common_short_words_find_each_other_at_one_place() -> None:
    count = LONGEST_LIST + 100
    where = [Whereabouts(path=("区", f"院{i % (count // 2)}")) for i in range(count)]
    texts = [f"路灯不亮{'了' if i >= count // 2 else ''}" for i in range(count)]
    pairs = find_pairs(texts, where=where, least=0.6)
    assert {(pair.first, pair.second) for pair in pairs} == {
        (i, i + count // 2) for i in range(count // 2)
    }


def test_nearness_of_points_paths_and_times() -> None:
    day = datetime(2024, 5, 1, tzinfo=UTC)
    one = Whereabouts(point=(116.0, 40.0), at=day)
    north = Whereabouts(point=(116.0, 40.0 + 300 / 111_194.9), at=day + timedelta(days=30))
    found = nearness(0.8, one, north)
    assert found.place == pytest.approx(math.exp(-1), rel=1e-3)
    assert found.time == pytest.approx(math.exp(-1))
    assert found.combined == pytest.approx(0.8 * ((1 + math.exp(-1)) / 2) ** 2, rel=1e-3)
    partly = nearness(1.0, Whereabouts(path=("a", "b")), Whereabouts(path=("a", "c", "d")))
    assert (partly.place, partly.time) == (pytest.approx(1 / 3), None)
    assert Nearness(text=1.0, place=None, time=None).combined == pytest.approx(0.75**2)


def test_whereabouts_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="1 whereabouts for 2 texts"):
        find_pairs(["a", "b"], where=[Whereabouts()])


def test_nothing_to_compare_gives_no_pairs() -> None:
    assert find_pairs([]) == []
    assert find_pairs(["", "。"]) == []
    assert DuplicateIndex().find("路灯") == []


def test_the_index_finds_edited_texts_in_tail_and_segments_alike() -> None:
    draw = random.Random(11)
    texts = random_texts(LONGEST_TAIL + 600, seed=12, length=60)
    index = DuplicateIndex()
    for at in range(0, len(texts), 500):
        chunk = texts[at : at + 500]
        index.add(range(1_000 + at, 1_000 + at + len(chunk)), chunk)
    assert len(index.segments) == 1
    assert len(index) == len(texts)
    for at in draw.sample(range(len(texts)), 100):
        assert index.find(edited(texts[at], 0.2, draw))[0].id == 1_000 + at


def test_the_index_survives_saving_by_segment() -> None:
    texts = random_texts(200, seed=13)
    index = DuplicateIndex()
    index.add(range(200), texts)
    index.settle()
    again = DuplicateIndex([Segment.from_parts(index.segments[0].parts())])
    assert [again.find(text) for text in texts] == [index.find(text) for text in texts]
    assert index.find(texts[7])[0].similarity == pytest.approx(1.0)


def test_settling_joins_small_segments_into_larger_ones() -> None:
    index = DuplicateIndex()
    texts = random_texts(64, seed=14)
    for at, text in enumerate(texts):
        index.add([at], [text])
        index.settle()
    assert len(index.segments) <= 4
    assert sum(len(segment.ids) for segment in index.segments) == 64
    assert all(index.find(text)[0].id == at for at, text in enumerate(texts))


def test_a_removed_text_is_never_shown_again() -> None:
    index = DuplicateIndex()
    index.add([1, 2], ["门口路灯不亮", "门口路灯不亮了"])
    index.remove([1])
    assert [candidate.id for candidate in index.find("门口路灯不亮")] == [2]
    assert len(index) == 1
    index.settle()
    assert [candidate.id for candidate in index.find("门口路灯不亮")] == [2]
    assert len(index.segments[0].ids) == 1


def test_spoilt_parts_of_an_index_are_refused() -> None:
    index = DuplicateIndex()
    index.add([1], ["门口路灯不亮"])
    index.settle()
    parts = index.segments[0].parts()
    with pytest.raises(CannotUseIndex, match="'rows' of the index is missing"):
        Segment.from_parts({name: part for name, part in parts.items() if name != "rows"})
    with pytest.raises(CannotUseIndex, match="don't fit"):
        Segment.from_parts({**parts, "ids": np.arange(5)})
    with pytest.raises(CannotUseIndex, match="2 ids for 1 texts"):
        index.add([1, 2], ["甲"])
