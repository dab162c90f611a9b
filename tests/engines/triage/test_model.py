"""A trained model is right on new messages, explains itself, and knows what it doesn't know."""

import json

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn import metrics

from gongzhi.engines.triage.calibration import (
    Calibration,
    calibration_error,
    fit_calibration,
    reliability,
)
from gongzhi.engines.triage.evaluation import evaluate
from gongzhi.engines.triage.model import CannotLoadModel, Model
from gongzhi.engines.triage.teaching import PENALTY, teach
from gongzhi.engines.triage.texts import Message
from gongzhi.engines.triage.training import CannotTrain, train
from tests.engines.triage.invented import PHRASES, invented


@pytest.fixture(scope="module")
def model() -> Model:
    return train(*invented(300))


def test_new_messages_are_put_where_they_belong_with_words_that_prove_it(model: Model) -> None:
    messages, labels = invented(100, seed=2)
    found = model.suggest(messages)
    assert np.mean([s.category == label for s, label in zip(found, labels, strict=True)]) > 0.97
    for message, suggestion in zip(messages, found, strict=True):
        assert 1 <= len(suggestion.evidence) <= 5
        for span in suggestion.evidence:
            text = message.subject if span.field == "subject" else message.body
            assert text[span.start : span.end] == span.text
            assert span.weight > 0
        strongest = suggestion.evidence[0].text
        phrases = "，".join(PHRASES[suggestion.ranks[0].category])
        assert any(strongest[i : i + 2] in phrases for i in range(len(strongest) - 1))


def test_the_three_ranks_are_ordered_probabilities(model: Model) -> None:
    ranks = model.suggest([Message("路灯不亮，半夜施工")])[0].ranks
    chances = [rank.probability for rank in ranks]
    assert len(ranks) == 3
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) == pytest.approx(1)


@pytest.mark.parametrize(
    "text", ["", "  \n\t", "🙂🙂🙂", "qwzx", "Ω≈ç√∫", "龘靐齉" * 30], ids=range(6)
)
def test_what_the_model_never_met_it_does_not_claim_to_know(model: Model, text: str) -> None:
    suggestion = model.suggest([Message(text)])[0]
    assert suggestion.category is None


def test_a_very_long_text_and_odd_forms_are_read(model: Model) -> None:
    long = Message("路灯不亮，夜里很黑。" * 10_000)
    wide = Message("車輛亂停，佔用車位，停車收費高")
    lone = Message("路灯不亮，夜里很黑\ud800")
    assert [s.category for s in model.suggest([long, wide, lone])] == ["照明", "停车", "照明"]


def test_predictions_do_not_depend_on_the_company(model: Model) -> None:
    messages, _ = invented(30, seed=3)
    together = model.probabilities([*messages, Message("")])
    alone = np.vstack([model.probabilities([message]) for message in messages])
    np.testing.assert_allclose(together[:-1], alone, rtol=1e-5)
    assert model.probabilities([]).shape == (0, 3)


def test_training_twice_gives_the_same_model(model: Model) -> None:
    again = train(*invented(300))
    assert np.array_equal(again.coefficients, model.coefficients)
    assert again.record == model.record
    assert model.record["messages"] == 300
    assert sum(model.record["messages_per_label"].values()) == 300


def test_a_model_survives_saving_as_plain_values(model: Model) -> None:
    arrays, plain = model.parts()
    again = Model.from_parts(arrays, json.loads(json.dumps(plain)))
    messages, _ = invented(20, seed=4)
    assert again.suggest(messages) == model.suggest(messages)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda arrays, plain: plain.update(version=99), "version 99"),
        (lambda arrays, plain: arrays.pop("keys"), "'keys'"),
        (lambda arrays, plain: plain.pop("labels"), "'labels'"),
        (lambda arrays, plain: arrays.update(intercept=np.zeros(9)), "shape"),
        (lambda arrays, plain: arrays.update(intercept=np.full(3, np.nan)), "numbers"),
    ],
)
def test_a_spoilt_model_is_refused(model: Model, spoil, message: str) -> None:
    arrays, plain = model.parts()
    spoil(arrays, plain)
    with pytest.raises(CannotLoadModel, match=message):
        Model.from_parts(arrays, plain)


@pytest.mark.parametrize(
    ("messages", "labels", "reason"),
    [
        ([], [], "no messages"),
        ([Message("甲")], [], "1 messages but 0 labels"),
        ([Message("甲"), Message("乙")], ["a", " "], "message 1: the label is blank"),
        ([Message("甲"), Message(" \n")], ["a", "b"], "message 1: neither text nor facts"),
    ],
)
def test_what_can_not_train_is_refused(messages: list, labels: list, reason: str) -> None:
    with pytest.raises(CannotTrain, match=reason):
        train(messages, labels)


def test_a_label_seen_once_is_learned_and_a_single_label_is_never_sure() -> None:
    messages, labels = invented(100)
    model = train([*messages, Message("电梯困人，救援不及时")], [*labels, "电梯"])
    assert "电梯" in [rank.category for rank in model.suggest([Message("电梯困人")])[0].ranks]
    single = train(messages, ["全部"] * 100)
    assert single.suggest(messages[:1])[0].ranks[0].category == "全部"
    assert not single.suggest(messages[:1])[0].sure
    pair = train(messages, ["照明" if label == "照明" else "其他" for label in labels])
    assert pair.suggest([Message("路灯不亮，夜里很黑")])[0].category == "照明"


def test_facts_without_text_can_name_the_handling_unit() -> None:
    facts = [(f"place={p}", f"category={c}") for p in "ab" for c in "xy"] * 20
    units = [f"{p[-1]}{c[-1]}" for p, c in facts]
    model = train([Message("", facts=pair) for pair in facts], units)
    found = model.suggest([Message("", facts=pair) for pair in facts[:4]])
    assert [s.category for s in found] == units[:4]


def test_overrulings_teach_a_new_label_without_forgetting_the_old(model: Model) -> None:
    phrases = ["电梯困人", "电梯异响", "电梯停运", "电梯按钮失灵"]
    lessons = [Message(f"{a}，{b}") for a in phrases for b in phrases]
    old, labels = invented(60, seed=9)
    taught = teach(model, [*lessons, *old], ["电梯"] * len(lessons) + labels)
    assert taught.labels == tuple(sorted([*model.labels, "电梯"]))
    assert taught.suggest([Message("电梯异响停运")])[0].ranks[0].category == "电梯"
    messages, truth = invented(100, seed=5)
    found = taught.suggest(messages)
    assert np.mean([s.ranks[0].category == t for s, t in zip(found, truth, strict=True)]) > 0.97
    assert taught.record["taught"] == len(lessons) + 60
    assert teach(model, [], []) is model


def test_teaching_finds_the_optimum_of_its_stated_objective(model: Model) -> None:
    messages, labels = invented(25, seed=6)
    taught = teach(model, messages, labels)
    rows = model.rows(messages).toarray().astype(float)
    used = np.flatnonzero(rows.any(axis=0))
    rows = np.hstack([rows[:, used], np.ones((25, 1))])
    for number, label in enumerate(model.labels):
        sign = np.where(np.array(labels) == label, 1.0, -1.0)
        start = np.append(model.coefficients[used, number], model.intercept[number]).astype(float)
        mine = np.append(taught.coefficients[used, number], taught.intercept[number])

        def objective(w, *, sign=sign, start=start):
            slack = np.maximum(0, 1 - sign * (rows @ w))
            return 0.5 * np.sum((w - start) ** 2) + PENALTY * np.sum(slack**2)

        best = minimize(objective, start, method="L-BFGS-B", options={"maxiter": 500}).fun
        assert objective(mine) == pytest.approx(best, rel=1e-3, abs=1e-5)


def test_calibration_finds_the_slope_and_offsets_that_made_the_labels() -> None:
    draw = np.random.default_rng(8)
    scores = draw.normal(size=(20_000, 3))
    true = Calibration(slope=2.5, offset=np.array([0.5, 0.0, -0.5]))
    given = true.probabilities(scores)
    labels = (given.cumsum(axis=1) > draw.random((20_000, 1))).argmax(axis=1)
    fitted = fit_calibration(scores, labels)
    assert fitted.slope == pytest.approx(2.5, abs=0.1)
    shown = fitted.probabilities(scores)
    assert np.abs(shown - given).max() < 0.03
    assert calibration_error(shown.max(axis=1), shown.argmax(axis=1) == labels) < 0.015


def test_the_calibration_error_of_a_worked_example() -> None:
    probability = np.array([0.95, 0.95, 0.55, 0.55])
    right = np.array([True, True, True, False])
    assert calibration_error(probability, right) == pytest.approx(0.05)
    assert [(part.messages, part.right) for part in reliability(probability, right)] == [
        (2, 0.5),
        (2, 1.0),
    ]


def test_the_figures_agree_with_scikit_learn() -> None:
    draw = np.random.default_rng(2)
    given = draw.dirichlet(np.ones(4), size=200)
    names = ["a", "b", "c", "d"]
    truth = [names[i] for i in draw.integers(0, 4, 200)]
    called = [names[i] for i in given.argmax(axis=1)]
    result = evaluate(given, labels=names, truth=truth)
    assert result.accuracy == pytest.approx(metrics.accuracy_score(truth, called))
    assert result.macro_f1 == pytest.approx(metrics.f1_score(truth, called, average="macro"))
    assert np.array_equal(result.confusion, metrics.confusion_matrix(truth, called))
    assert result.top_three == pytest.approx(
        metrics.top_k_accuracy_score(truth, given, k=3, labels=names)
    )
    assert result.abstention[0].answered == 1.0


def test_a_true_label_the_model_lacks_counts_as_missed() -> None:
    result = evaluate(np.array([[1.0, 0.0]]), labels=["a", "b"], truth=["z"])
    assert (result.accuracy, result.macro_f1, result.labels) == (0.0, 0.0, ("a", "b", "z"))
    with pytest.raises(ValueError, match="1 predictions for 2"):
        evaluate(np.array([[1.0]]), labels=["a"], truth=["a", "a"])
