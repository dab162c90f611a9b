"""Classification and handling unit, beside the usual machines on the same folds."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import numpy as np
import rjieba
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from benchmarks.triage_inputs import folds_of, labelled_messages, pingshan_events, timed
from gongzhi.engines.triage.calibration import calibration_error
from gongzhi.engines.triage.evaluation import evaluate
from gongzhi.engines.triage.teaching import teach
from gongzhi.engines.triage.texts import Message
from gongzhi.engines.triage.training import train

Fitted = Callable[[Sequence[Message]], list[str]]


def _clean(message: Message) -> str:
    return " ".join(message.body.split())


def _words(text: str) -> list[str]:
    return [word for word in rjieba.cut(text) if word.strip()]


def _characters() -> TfidfVectorizer:
    return TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True, min_df=2)


def character_machine(messages: Sequence[Message], labels: Sequence[str]) -> Fitted:
    """Character 1–2-grams, TF-IDF, linear support vector machine."""
    vectors = _characters()
    machine = LinearSVC(C=0.5, random_state=0).fit(
        vectors.fit_transform([_clean(m) for m in messages]), labels
    )
    return lambda asked: list(machine.predict(vectors.transform([_clean(m) for m in asked])))


def character_and_word_machine(messages: Sequence[Message], labels: Sequence[str]) -> Fitted:
    """The same with the words of rjieba beside the characters, and the subject before the body."""
    parts = [_characters(), TfidfVectorizer(analyzer=_words, sublinear_tf=True, min_df=2)]

    def rows(given: Sequence[Message], *, fit: bool) -> sparse.csr_matrix:
        texts = [f"{m.subject} {_clean(m)}" for m in given]
        return sparse.hstack(
            [part.fit_transform(texts) if fit else part.transform(texts) for part in parts]
        ).tocsr()

    machine = LinearSVC(C=0.5, random_state=0).fit(rows(messages, fit=True), labels)
    return lambda asked: list(machine.predict(rows(asked, fit=False)))


def naive_bayes(messages: Sequence[Message], labels: Sequence[str]) -> Fitted:
    """Character 1–2-grams, complement naive Bayes."""
    vectors = _characters()
    machine = ComplementNB().fit(vectors.fit_transform([_clean(m) for m in messages]), labels)
    return lambda asked: list(machine.predict(vectors.transform([_clean(m) for m in asked])))


PEERS = (naive_bayes, character_machine, character_and_word_machine)


def classification(*, seed: int) -> None:
    """Five folds: macro-F1, accuracy, calibration, CPU seconds of training, messages a second."""
    messages, labels = labelled_messages()
    fold = folds_of([m.body for m in messages], labels, seed=seed)
    print(f"Classification, 5 folds, near-duplicates together, seed {seed}")
    for peer in PEERS:
        scores, right, learning, asking = [], 0, 0.0, 0.0
        for number in range(5):
            learn, test = _split(messages, labels, fold, number)
            with timed() as clock:
                fitted = peer(*learn)
            learning += clock.seconds
            with timed() as clock:
                called = fitted(test[0])
            asking += clock.seconds
            scores.append(f1_score(test[1], called, average="macro"))
            right += sum(a == b for a, b in zip(called, test[1], strict=True))
        _line(
            peer.__name__,
            scores,
            accuracy=right / len(labels),
            learning=learning / 5,
            speed=len(labels) / asking,
        )
    _ours(messages, labels, fold)


def _ours(messages: list[Message], labels: list[str], fold: np.ndarray) -> None:
    scores, learning, asking, showing = [], 0.0, 0.0, 0.0
    given = np.zeros((len(messages), len(set(labels))))
    for number in range(5):
        learn, test = _split(messages, labels, fold, number)
        with timed() as clock:
            model = train(*learn)
        learning += clock.seconds
        with timed() as clock:
            found = model.probabilities(test[0])
        asking += clock.seconds
        with timed() as clock:
            model.suggest(test[0])
        showing += clock.seconds
        given[fold == number] = found
        called = [model.labels[at] for at in found.argmax(axis=1)]
        scores.append(f1_score(test[1], called, average="macro"))
    result = evaluate(given, labels=model.labels, truth=labels)
    _line(
        "gongzhi",
        scores,
        accuracy=result.accuracy,
        learning=learning / 5,
        speed=len(labels) / asking,
        calibration=result.calibration_error,
    )
    print(f"  with evidence: {len(labels) / showing:,.0f} messages/s")
    print(f"  right one among three: {result.top_three:.4f}")
    for part in result.abstention:
        print(
            f"  answers from {part.least_probability:.2f}: {part.answered:.1%} "
            f"at accuracy {part.accuracy:.4f}"
        )
    for figures in result.classes:
        print(f"  {figures.label}: n {figures.messages}, F1 {figures.f1:.3f}")


def _split(
    messages: list[Message], labels: list[str], fold: np.ndarray, number: int
) -> tuple[tuple[list[Message], list[str]], tuple[list[Message], list[str]]]:
    parts = []
    for rows in (np.flatnonzero(fold != number), np.flatnonzero(fold == number)):
        parts.append(([messages[i] for i in rows], [labels[i] for i in rows]))
    return parts[0], parts[1]


def _line(
    name: str,
    scores: Sequence[float],
    *,
    accuracy: float,
    learning: float,
    speed: float,
    calibration: float | None = None,
) -> None:
    shown = "" if calibration is None else f"  calibration error {calibration:.4f}"
    print(
        f"  {name:28s} macro-F1 {np.mean(scores):.4f} ± {np.std(scores):.4f}  accuracy "
        f"{accuracy:.4f}  fit {learning:.1f} s  {speed:,.0f} messages/s{shown}",
        flush=True,
    )


def teaching(*, seed: int) -> None:
    """Train on 2,500, then learn from what people decided on the next 3,000, two ways."""
    messages, labels = labelled_messages()
    fold = folds_of([m.body for m in messages], labels, seed=seed)
    learn, test = _split(messages, labels, fold, 0)
    order = np.random.default_rng(seed).permutation(len(learn[0]))
    mixed = [learn[0][i] for i in order], [learn[1][i] for i in order]
    model = train(mixed[0][:2_500], mixed[1][:2_500])
    later, decided = mixed[0][2_500:], mixed[1][2_500:]
    called = [model.labels[at] for at in model.probabilities(later).argmax(axis=1)]
    overruled = [i for i, label in enumerate(decided) if called[i] != label]
    print(f"Teaching: 2,500 trained, {len(later)} decided later, {len(overruled)} overruled")
    wrong = [later[i] for i in overruled], [decided[i] for i in overruled]
    with timed() as clock:
        taught = teach(model, later, decided)
    for name, one in (
        ("before", model),
        ("overruled ones only", teach(model, *wrong)),
        (f"all decided ({clock.seconds:.1f} s)", taught),
        ("trained anew on all", train(*mixed)),
    ):
        result = evaluate(one.probabilities(test[0]), labels=one.labels, truth=test[1])
        print(
            f"  {name:28s} macro-F1 {result.macro_f1:.4f}  accuracy {result.accuracy:.4f}",
            flush=True,
        )


def handling_units() -> None:
    """The first 80 % of the events in time train, the rest test: which unit handled it?"""
    events = pingshan_events()
    cut = int(0.8 * len(events))

    def facts(row: dict[str, str]) -> tuple[str, ...]:
        names = ("event_type", "main_type", "sub_type", "street", "community", "source", "property")
        return tuple(f"{name}={row[name]}" for name in names)

    messages = [Message("", facts=facts(row)) for row in events]
    units = [row["dispose_unit"] or "?" for row in events]
    by_category: dict[str, Counter[str]] = defaultdict(Counter)
    by_both: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row, unit in zip(events[:cut], units[:cut], strict=True):
        by_category[row["sub_type"]][unit] += 1
        by_both[row["sub_type"], row["community"]][unit] += 1
    overall = Counter(units[:cut])

    def usual(*tables: Counter[str]) -> list[str]:
        ranked = [unit for table in (*tables, overall) for unit, _ in table.most_common()]
        return list(dict.fromkeys(ranked))[:3]

    with timed() as clock:
        model = train(messages[:cut], units[:cut])
    given = model.probabilities(messages[cut:])
    ranks = [[model.labels[at] for at in row] for row in np.argsort(-given, axis=1)[:, :3]]
    right = np.array([r[0] == u for r, u in zip(ranks, units[cut:], strict=True)])
    print(f"Handling unit: {cut} events train, {len(events) - cut} later ones test")
    new = sum(unit not in overall for unit in units[cut:])
    print(f"  {len(set(units))} units; {new} of the later events went to units never seen before")
    for name, answers in (
        ("majority by category", [usual(by_category[r["sub_type"]]) for r in events[cut:]]),
        (
            "majority by category and place",
            [
                usual(by_both[r["sub_type"], r["community"]], by_category[r["sub_type"]])
                for r in events[cut:]
            ],
        ),
        (f"gongzhi (fit {clock.seconds:.1f} s)", ranks),
    ):
        one = np.mean([a[0] == u for a, u in zip(answers, units[cut:], strict=True)])
        three = np.mean([u in a for a, u in zip(answers, units[cut:], strict=True)])
        print(f"  {name:32s} top-1 {one:.4f}  top-3 {three:.4f}")
    print(f"  calibration error {calibration_error(given.max(axis=1), right):.4f}", flush=True)
