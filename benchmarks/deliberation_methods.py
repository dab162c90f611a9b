"""What the methods beside the map add, on one conversation."""

from dataclasses import replace

import numpy as np
from scipy.stats import spearmanr

from gongzhi.engines.deliberation.bridging import score_bridging
from gongzhi.engines.deliberation.choosing import rand_agreement
from gongzhi.engines.deliberation.opinion_map import AS_POLIS, MapSettings, OpinionMap, draw_map
from gongzhi.engines.deliberation.silhouettes import silhouette_exactly, silhouette_on_grid
from gongzhi.engines.deliberation.slate import choose_slate, find_neglected
from gongzhi.engines.deliberation.stability import measure_stability
from gongzhi.engines.deliberation.votes import AGREE, Votes


def compare_methods(name: str, votes: Votes) -> None:
    """Print slates, bridging, stability, the grid's error and the placing of early voters."""
    drawn = draw_map(votes)
    print(f"{name}: k={drawn.k}, as Polis chooses {draw_map(votes, settings=AS_POLIS).k}")
    _slates(votes, drawn)
    _bridging(votes, drawn)
    _stability(votes, drawn)
    _grid(drawn)
    _placing(votes, drawn)


def _slates(votes: Votes, drawn: OpinionMap) -> None:
    agrees = votes.matrix((votes.values == AGREE).astype(float)).tocsc()

    def slate(*, estimate: bool) -> np.ndarray:
        return choose_slate(
            votes, drawn.tally, labels=drawn.labels, size=5, shown=drawn.shown, estimate=estimate
        ).statements

    lists = {
        "slate": slate(estimate=True),
        "slate by known votes only": slate(estimate=False),
        "consensus": drawn.common.agree,
        "group-aware consensus": np.argsort(-drawn.agree.product, kind="stable")[:5],
        "first representative statements": _first_representative(drawn),
    }
    for kind, chosen in lists.items():
        reached = float((agrees[:, chosen].sum(axis=1) > 0).mean())
        neglected = find_neglected(votes, np.asarray(chosen), shown=drawn.shown)
        print(
            f"  {kind} {votes.statement_ids[chosen].tolist()}: {reached:.1%} are known to agree "
            f"with one or more, {len(neglected)} claims neglected"
        )


def _first_representative(drawn: OpinionMap) -> np.ndarray:
    """Five statements, one from each group in turn."""
    picked: list[int] = []
    for rank in range(5):
        for group in drawn.representative:
            if rank < len(group) and group[rank].statement not in picked:
                picked.append(group[rank].statement)
    return np.array(picked[:5])


def _bridging(votes: Votes, drawn: OpinionMap) -> None:
    found = score_bridging(votes, side=drawn.projection.positions[:, 0])
    rank = spearmanr(found.score, drawn.agree.product)[0]
    divide = spearmanr(np.abs(found.divide), drawn.division)[0]
    print(
        f"  bridging: {len(found.losses)} rounds; rank correlation with group-aware consensus "
        f"{rank:.3f}, of the divide with the sure gap between groups {divide:.3f}"
    )


def _stability(votes: Votes, drawn: OpinionMap) -> None:
    for words, extra in (("other people", None), ("5 % more", max(1, votes.voter_count // 20))):
        firm = measure_stability(votes, drawn, trials=50, extra=extra)
        ks = ", ".join(f"k={k} {share:.0%}" for k, share in firm.k_share)
        print(
            f"  {words}: {ks}; adjusted Rand {firm.agreement:.3f}, groups kept "
            f"{np.round(firm.group_kept, 2).tolist()}, firmly placed {firm.firm:.0%}"
        )
    if drawn.chosen:
        print(
            f"  silhouette {drawn.chosen.silhouette:.4f}, of clouds without groups up to "
            f"{firm.cloud_silhouette:.4f}"
        )


def _grid(drawn: OpinionMap) -> None:
    points = drawn.projection.positions[drawn.placed]
    labels = [one.clustering.labels for one in drawn.candidates]
    error = np.abs(silhouette_on_grid(points, labels) - silhouette_exactly(points, labels))
    print(f"  largest error of a gridded silhouette {error.max():.1e}")


def _placing(votes: Votes, drawn: OpinionMap) -> None:
    """Do those who saw few statements stand elsewhere when only their votes are used?"""
    settings = replace(MapSettings(), groups=drawn.k, placing="least_squares")
    other = draw_map(votes, settings=settings)
    cast = votes.votes_of_voter
    few = drawn.placed & (cast < np.median(cast[drawn.placed]))
    many = drawn.placed & ~few
    agreed = [rand_agreement(drawn.labels[part], other.labels[part]) for part in (few, many)]
    print(
        f"  placed by least squares instead: adjusted Rand {agreed[0]:.3f} for the half with "
        f"fewer votes, {agreed[1]:.3f} for the half with more"
    )
