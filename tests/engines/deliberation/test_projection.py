"""The plane of the map is the one of the full singular value decomposition."""

import numpy as np
import pytest

from gongzhi.engines.deliberation.projection import project_votes
from gongzhi.engines.deliberation.votes import gather_votes
from tests.engines.deliberation.oracles import as_matrix, imputed, make_votes


@pytest.mark.parametrize(("voters", "statements"), [(60, 40), (400, 90), (30, 200), (9, 5)])
def test_sparse_axes_equal_those_of_the_imputed_matrix(voters: int, statements: int) -> None:
    votes, _ = make_votes(voters=voters, statements=statements, seed=voters)
    full = imputed(as_matrix(votes))
    _, values, right = np.linalg.svd(full, full_matrices=False)
    found = project_votes(votes)
    for axis, expected in zip(found.axes, right, strict=False):
        assert np.abs(axis - expected * np.sign(axis @ expected)).max() < 1e-9
    assert found.explained == pytest.approx((values**2 / (values**2).sum())[:2])
    stretch = np.sqrt(statements / votes.votes_of_voter)
    assert np.allclose(found.positions, full @ found.axes.T * stretch[:, None], atol=1e-9)


def test_a_statement_stands_where_someone_stands_who_agrees_with_it_alone() -> None:
    votes, _ = make_votes(voters=50, statements=30, seed=4)
    found = project_votes(votes)
    alone = np.zeros(30)
    alone[7] = 1 - found.means[7]
    assert np.allclose(found.statement_positions[7], np.sqrt(30) * (found.axes @ alone))


def test_the_largest_entry_of_each_axis_is_positive() -> None:
    for seed in range(8):
        axes = project_votes(make_votes(voters=60, statements=40, seed=seed)[0]).axes
        assert all(axis[np.argmax(np.abs(axis))] > 0 for axis in axes)


def test_axes_keep_the_direction_of_an_earlier_map() -> None:
    votes, _ = make_votes(voters=60, statements=40, seed=2)
    before = project_votes(votes).axes * [[-1], [1]]
    assert np.allclose(project_votes(votes, like=before).axes, before)


def test_a_moderated_statement_has_no_part_in_the_plane() -> None:
    votes, _ = make_votes(voters=80, statements=30, seed=5)
    shown = np.arange(30) != 11
    found = project_votes(votes, shown=shown)
    without = np.delete(as_matrix(votes), 11, axis=1)
    right = np.linalg.svd(imputed(without), full_matrices=False)[2]
    assert np.abs(found.axes[:, 11]).max() < 1e-12
    assert abs(np.delete(found.axes[0], 11) @ right[0]) == pytest.approx(1)


def test_votes_that_all_agree_leave_everyone_in_the_middle() -> None:
    votes = gather_votes(voters=[0, 0, 1, 1, 2], statements=[0, 1, 0, 1, 0], values=[1] * 5)
    found = project_votes(votes)
    assert not found.positions.any()
    assert not found.explained.any()


def test_votes_along_one_line_have_no_second_direction() -> None:
    voters = np.repeat(np.arange(6), 3)
    values = np.repeat([1, -1, 1, -1, 1, -1], 3)
    found = project_votes(
        gather_votes(voters=voters, statements=np.tile(np.arange(3), 6), values=values)
    )
    assert not found.axes[1].any()
    assert found.explained[0] == pytest.approx(1)


def test_least_squares_places_a_voter_by_the_votes_cast_alone() -> None:
    votes, _ = make_votes(voters=70, statements=30, seed=6, answered=0.4)
    found = project_votes(votes, placing="least_squares")
    matrix = as_matrix(votes)
    for v in (0, 13, 69):
        seen = ~np.isnan(matrix[v])
        axes = found.axes[:, seen]
        target = matrix[v, seen] - found.means[seen]
        expected = np.linalg.solve(axes @ axes.T + np.eye(2) / 30, axes @ target)
        assert found.positions[v] == pytest.approx(expected)


def test_someone_who_saw_only_the_first_statements_is_placed_with_their_camp() -> None:
    """Early voters: a full answer to a quarter of the statements is enough to stand right."""
    votes, camp = make_votes(voters=300, statements=80, camps=2, seed=7, answered=1.0)
    early = np.arange(300) < 40
    kept = ~early[votes.voters] | (votes.statements < 20)
    part = gather_votes(
        voters=votes.voters[kept], statements=votes.statements[kept], values=votes.values[kept]
    )
    x = project_votes(part, placing="least_squares").positions[:, 0]
    side = np.sign(x) == np.sign(x[camp == camp[299]].mean())
    right = side[early] == (camp[early] == camp[299])
    assert right.mean() > 0.95
