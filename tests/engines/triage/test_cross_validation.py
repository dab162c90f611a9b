"""Cross-validation: near-duplicates stay together, labels are spread, nothing is seen twice."""

import numpy as np
import pytest

from gongzhi.engines.triage.cross_validation import cross_validate, fold_apart
from gongzhi.engines.triage.evaluation import evaluate
from gongzhi.engines.triage.texts import Message
from gongzhi.engines.triage.training import CannotTrain, train
from tests.engines.triage.invented import invented


def different(count: int) -> list[Message]:
    """Messages that have no pair of characters in common."""
    return [
        Message(body="".join(chr(0x4E00 + 40 * at + i) for i in range(30))) for at in range(count)
    ]


def test_each_label_is_spread_over_all_folds() -> None:
    labels = [("a", "b", "c")[at % 3] for at in range(60)]
    fold = fold_apart(different(60), labels, folds=5)
    for label in "abc":
        counts = np.bincount(fold[[at for at in range(60) if labels[at] == label]], minlength=5)
        assert counts.tolist() == [4] * 5


def test_near_duplicates_are_in_one_fold_also_by_a_chain() -> None:
    messages = different(40)
    text = messages[0].body
    copies = [Message(body=text[:-2]), Message(body=text[2:] + "！"), Message(body=text)]
    fold = fold_apart([*messages, *copies], ["a"] * 43, folds=5)
    assert {int(n) for n in fold[[0, 40, 41, 42]]} == {int(fold[0])}
    assert np.bincount(fold, minlength=5).max() <= 9


def test_texts_of_few_phrases_do_not_fill_one_fold() -> None:
    messages, labels = invented(200)
    counts = np.bincount(fold_apart(messages, labels, folds=5), minlength=5)
    assert counts.min() >= 20


def test_what_is_said_of_a_fold_comes_from_a_model_of_the_others() -> None:
    messages, labels = invented(150)
    unseen = cross_validate(messages, labels, folds=3)
    assert unseen.labels == tuple(sorted(set(labels)))
    assert np.allclose(unseen.probabilities.sum(axis=1), 1)
    for number in range(3):
        learn, test = np.flatnonzero(unseen.fold != number), np.flatnonzero(unseen.fold == number)
        model = train([messages[at] for at in learn], [labels[at] for at in learn])
        said = model.probabilities([messages[at] for at in test])
        assert np.allclose(unseen.probabilities[test], said)


def test_a_label_seen_once_can_only_be_missed() -> None:
    messages, labels = invented(90)
    unseen = cross_validate([*messages, *different(1)], [*labels, "once"])
    column = unseen.labels.index("once")
    assert unseen.probabilities[-1, column] == 0
    assert unseen.first[-1] != "once"
    figures = evaluate(unseen.probabilities, labels=unseen.labels, truth=[*labels, "once"])
    assert next(each.recall for each in figures.classes if each.label == "once") == 0


def test_too_few_messages_are_refused() -> None:
    with pytest.raises(CannotTrain, match="folds"):
        cross_validate([Message(body="路灯")], ["a"])
    with pytest.raises(CannotTrain, match="folds"):
        cross_validate(*invented(20), folds=1)
