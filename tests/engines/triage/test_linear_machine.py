"""The linear machine against another solver of the same problem, and by its own conditions."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize
from sklearn.svm import LinearSVC

from gongzhi.engines.triage.linear_machine import TOLERANCE, fit_machine


def _problem(
    seed: int, *, messages: int = 300, features: int = 80, classes: int = 4
) -> tuple[sparse.csr_matrix, NDArray[np.int64]]:
    chance = np.random.default_rng(seed)
    rows = sparse.random(
        messages, features, density=0.1, random_state=seed, format="csr", dtype=np.float32
    )
    hidden = chance.normal(size=(features, classes))
    noise = chance.normal(scale=0.3, size=(messages, classes))
    return rows, np.argmax(rows @ hidden + noise, axis=1).astype(np.int64)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("penalty", [0.1, 1.0, 10.0])
def test_it_finds_what_liblinear_finds(seed: int, penalty: float) -> None:
    rows, target = _problem(seed)
    found = fit_machine(rows, target, classes=4, penalty=penalty)
    peer = LinearSVC(C=penalty, tol=1e-8, max_iter=200_000, random_state=0).fit(rows, target)
    # The loss curves as much as ½‖w‖² at least: the gradient left bounds the distance.
    sign = np.where(target[:, None] == np.arange(4), 1.0, -1.0)
    at_zero = 2 * penalty * np.linalg.norm(np.vstack([rows.T @ sign, sign.sum(axis=0)]), axis=0)
    near = TOLERANCE * at_zero.max() + 1e-4
    np.testing.assert_allclose(found.coefficients, peer.coef_.T, atol=near, rtol=0)
    np.testing.assert_allclose(found.intercept, peer.intercept_, atol=near, rtol=0)


def test_it_minimises_the_loss_that_it_names() -> None:
    rows, target = _problem(9, messages=60, features=12, classes=2)
    dense = rows.toarray().astype(float)
    sign = np.where(target == 1, 1.0, -1.0)

    def loss(solution: NDArray[np.float64]) -> float:
        inside = np.maximum(1 - sign * (dense @ solution[:-1] + solution[-1]), 0)
        return float(0.5 * solution @ solution + 2.0 * inside @ inside)

    least = minimize(loss, np.zeros(13), method="BFGS", options={"gtol": 1e-8}).fun
    found = fit_machine(rows, target, classes=2, penalty=2.0)
    mine = loss(np.append(found.coefficients[:, 1].astype(float), found.intercept[1]))
    assert mine == pytest.approx(least, rel=1e-6)


def test_two_classes_are_each_other_turned_round() -> None:
    rows, target = _problem(3, classes=2)
    found = fit_machine(rows, target, classes=2, penalty=1.0)
    np.testing.assert_allclose(found.coefficients[:, 0], -found.coefficients[:, 1], atol=1e-6)
    np.testing.assert_allclose(found.intercept[0], -found.intercept[1], atol=1e-6)


def test_the_order_of_the_messages_does_not_matter() -> None:
    rows, target = _problem(5)
    order = np.random.default_rng(0).permutation(len(target))
    found = fit_machine(rows, target, classes=4, penalty=1.0)
    again = fit_machine(rows[order], target[order], classes=4, penalty=1.0)
    np.testing.assert_allclose(found.coefficients, again.coefficients, atol=1e-3, rtol=0)


def test_separable_messages_and_empty_rows_come_to_an_end() -> None:
    rows = sparse.csr_matrix(np.vstack([np.eye(3), np.zeros((2, 3))]).astype(np.float32))
    found = fit_machine(rows, np.array([0, 1, 2, 0, 0]), classes=3, penalty=1e3)
    assert np.argmax(rows @ found.coefficients + found.intercept, axis=1).tolist() == [
        0,
        1,
        2,
        0,
        0,
    ]
