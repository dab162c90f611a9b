"""Features agree with counting by hand, and know where they stand."""

from collections import Counter

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from gongzhi.engines.triage.features import FACTS, LEAD, SUBJECT, WHOLE, extract, field_of
from gongzhi.engines.triage.texts import Message, fold
from gongzhi.engines.triage.vocabulary import Vocabulary
from gongzhi.engines.triage.weighting import (
    FIELD_SCALES,
    count_matrix,
    feature_weights,
    message_frequencies,
    weighted_rows,
)
from tests.engines.triage.invented import invented


def shown(messages: list[Message], field: int) -> Counter[tuple[int, str]]:
    """The occurrences of a field as (message, text of subject + separator + body)."""
    tokens = extract(messages)
    texts = [f"{m.subject}\x1f{m.body}" for m in messages]
    chosen = field_of(tokens.key) == field
    return Counter(
        (int(row), fold(texts[row][start:end]).replace(" ", ""))
        for row, start, end in zip(
            tokens.message[chosen], tokens.start[chosen], tokens.end[chosen], strict=True
        )
    )


def test_characters_and_pairs_are_those_counted_by_hand() -> None:
    found = shown([Message(subject="路燈", body="A 区\n灯"), Message("")], WHOLE)
    assert found == Counter(
        {(0, t): 1 for t in ("路", "灯", "路灯", "a", "区", "a区", "区灯")} | {(0, "灯"): 2}
    )


def test_pairs_never_reach_from_one_message_or_field_to_the_next() -> None:
    found = shown([Message(subject="甲", body="乙"), Message("丙")], WHOLE)
    assert set(found) == {(0, "甲"), (0, "乙"), (1, "丙")}


def test_the_lead_begins_after_the_greeting_and_the_subject_is_its_own_field() -> None:
    message = Message(subject="停电", body="尊敬的李市长：您好！" + "灯" * 300)
    assert set(shown([message], SUBJECT)) == {(0, "停"), (0, "电"), (0, "停电")}
    assert shown([message], LEAD) == Counter({(0, "灯"): 100, (0, "灯灯"): 100})


def test_facts_count_alone_and_in_pairs() -> None:
    tokens = extract([Message("", facts=("place=1", "kind=2", "kind=2")), Message("x")])
    facts = field_of(tokens.key) == FACTS
    assert facts.sum() == 3
    assert len(set(tokens.key[facts].tolist())) == 3
    assert set(tokens.start[facts].tolist()) == {-1}


def test_all_digits_are_one_feature() -> None:
    assert set(extract([Message("1")]).key) == set(extract([Message("９")]).key)


def test_counts_agree_with_scikit_learn() -> None:
    messages, _ = invented(60)
    texts = [m.subject + "\x1f" + m.body for m in messages]
    theirs = CountVectorizer(analyzer="char", ngram_range=(1, 2), lowercase=False)
    expected = theirs.fit_transform(texts)
    names = theirs.get_feature_names_out()
    expected = expected[:, [i for i, name in enumerate(names) if "\x1f" not in name]]
    tokens = extract(messages)
    keys, frequency = message_frequencies(tokens)
    whole = field_of(keys) == WHOLE
    vocabulary = Vocabulary(keys[whole])
    counts = count_matrix(tokens, vocabulary.numbers(tokens.key), rows=60, features=len(vocabulary))
    assert sorted(np.asarray(counts.sum(axis=0)).ravel()) == sorted(
        np.asarray(expected.sum(axis=0)).ravel()
    )
    assert sorted(frequency[whole]) == sorted(np.asarray((expected > 0).sum(axis=0)).ravel())


def test_rows_have_each_fields_length() -> None:
    messages, labels = invented(80)
    tokens = extract(messages)
    keys, _ = message_frequencies(tokens)
    vocabulary = Vocabulary(keys)
    counts = count_matrix(tokens, vocabulary.numbers(tokens.key), rows=80, features=len(keys))
    target = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    weights = feature_weights(counts, target, classes=3)
    rows = weighted_rows(counts, weights, field_of(keys))
    for field in (WHOLE, SUBJECT, LEAD):
        part = rows[:, field_of(keys) == field]
        length = np.sqrt(np.asarray(part.multiply(part).sum(axis=1)).ravel())
        filled = length > 0
        assert filled.any()
        np.testing.assert_allclose(length[filled], FIELD_SCALES[field], rtol=1e-5)


def test_a_word_of_one_class_weighs_more_than_one_of_all() -> None:
    messages = [Message(text) for text in ("甲丙", "乙丙", "甲丙", "乙丙") * 5]
    tokens = extract(messages)
    keys, _ = message_frequencies(tokens)
    vocabulary = Vocabulary(keys)
    counts = count_matrix(tokens, vocabulary.numbers(tokens.key), rows=20, features=len(keys))
    weights = feature_weights(counts, np.array([0, 1] * 10), classes=2)
    telling, common = (vocabulary.numbers(np.array([ord(c)], dtype=np.uint64))[0] for c in "甲丙")
    assert weights[telling] > 2 * weights[common]


def test_the_vocabulary_agrees_with_a_dictionary() -> None:
    draw = np.random.default_rng(4)
    keys = np.unique(draw.integers(0, 1 << 62, 5_000, dtype=np.uint64))
    vocabulary = Vocabulary(keys)
    known = {int(key): number for number, key in enumerate(keys)}
    asked = np.concatenate([keys[::3], draw.integers(0, 1 << 62, 5_000, dtype=np.uint64)])
    assert vocabulary.numbers(asked).tolist() == [known.get(int(key), -1) for key in asked]
    assert len(Vocabulary(np.zeros(0, dtype=np.uint64))) == 0
    with pytest.raises(ValueError, match="ascending"):
        Vocabulary(np.array([2, 1], dtype=np.uint64))
