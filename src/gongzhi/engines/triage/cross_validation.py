"""How good a model would be on messages it hasn't seen, near-duplicates kept together."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gongzhi.engines.triage.duplicates import find_pairs
from gongzhi.engines.triage.texts import Message
from gongzhi.engines.triage.training import CannotTrain, train

FOLDS = 5


@dataclass(frozen=True, eq=False)
class Unseen:
    """What models said of messages that they hadn't seen.

    `labels` (classes,) ascending; `probabilities` (messages, classes), each row of a model that
    was trained on the other folds; `fold` (messages,).
    """

    labels: tuple[str, ...]
    probabilities: NDArray[np.float64]
    fold: NDArray[np.int64]

    @property
    def first(self) -> list[str]:
        """The label put first for each message; ties go to the label that sorts first."""
        return [self.labels[at] for at in self.probabilities.argmax(axis=1)]


def cross_validate(
    messages: Sequence[Message],
    labels: Sequence[str],
    *,
    folds: int = FOLDS,
    progress: Callable[[float], None] = lambda _: None,
) -> Unseen:
    """Predict each message by a model that was trained without its fold.

    A label that is missing from a training part gets probability 0 there. Deterministic. Raises
    CannotTrain as `train` does, and for less than two folds or fewer messages than folds. Cost:
    `folds` trainings.
    """
    if folds < 2 or len(messages) < folds:
        raise CannotTrain(f"{len(messages)} messages can't be cut into {folds} folds")
    fold = fold_apart(messages, labels, folds=folds)
    names = sorted(set(labels))
    place = {name: at for at, name in enumerate(names)}
    given = np.zeros((len(messages), len(names)))
    for number in range(folds):
        learn = np.flatnonzero(fold != number).tolist()
        test = np.flatnonzero(fold == number).tolist()
        model = train([messages[at] for at in learn], [labels[at] for at in learn])
        columns = [place[label] for label in model.labels]
        said = model.probabilities([messages[at] for at in test])
        given[np.ix_(np.array(test, dtype=np.int64), np.array(columns))] = said
        progress((number + 1) / folds)
    return Unseen(tuple(names), given, fold)


def fold_apart(
    messages: Sequence[Message], labels: Sequence[str], *, folds: int
) -> NDArray[np.int64]:
    """Deal messages to folds (messages,): near-duplicates into one, each label into all alike.

    Near-duplicates are chained: what is near to something near is in the same fold; chains are cut
    at half a fold. The groups of each label (the most frequent of a group, ties by name) are dealt
    in turn, the largest first, each to the fold that has the fewest messages of that label so far
    (ties: the fewest messages, then the lowest number).
    """
    members: dict[int, list[int]] = {}
    for at, root in enumerate(_chained(messages, most=max(2, len(messages) // (2 * folds)))):
        members.setdefault(root, []).append(at)
    called = {
        root: min(Counter(labels[at] for at in group).items(), key=lambda i: (-i[1], i[0]))[0]
        for root, group in members.items()
    }
    fold = np.zeros(len(messages), dtype=np.int64)
    load = [0] * folds
    of_label: dict[str, list[int]] = {}
    for root in sorted(members, key=lambda root: (called[root], -len(members[root]), root)):
        counts = of_label.setdefault(called[root], [0] * folds)
        number = min(range(folds), key=lambda n: (counts[n], load[n], n))
        counts[number] += len(members[root])
        load[number] += len(members[root])
        fold[members[root]] = number
    return fold


def _chained(messages: Sequence[Message], *, most: int) -> list[int]:
    """Join near-duplicates, the nearest first (ties: in order), while a chain has `most` or fewer.

    Texts made from few phrases are all near to each other; uncut, they would fill one fold.
    """
    above = list(range(len(messages)))
    size = [1] * len(messages)

    def root(at: int) -> int:
        while above[at] != at:
            above[at] = above[above[at]]
            at = above[at]
        return at

    pairs = find_pairs([f"{message.subject} {message.body}" for message in messages])
    for pair in sorted(pairs, key=lambda p: (-p.nearness.text, p.first, p.second)):
        one, other = root(pair.first), root(pair.second)
        if one != other and size[one] + size[other] <= most:
            above[max(one, other)] = min(one, other)
            size[min(one, other)] = size[one] + size[other]
    return [root(at) for at in range(len(messages))]
