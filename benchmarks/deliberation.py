"""The deliberation engine beside red-dwarf, and alone at sizes red-dwarf does not reach.

    python -m benchmarks.deliberation [PART ...]

Parts: conversations, synthetic, large, update, methods, routing; without arguments all run.
Published conversations are found through GONGZHI_REALDATA; the peer is red-dwarf from the `bench`
extra. One BLAS thread for both; times are CPU time, medians of runs that take turns.
"""

import gc
import importlib.metadata
import os
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.deliberation_inputs import (
    Columns,
    as_records,
    make_conversation,
    read_conversation,
)
from gongzhi.engines.deliberation.choosing import rand_agreement
from gongzhi.engines.deliberation.clustering import cluster_points
from gongzhi.engines.deliberation.opinion_map import (
    AS_POLIS,
    OpinionMap,
    draw_map,
    redraw_map,
)
from gongzhi.engines.deliberation.projection import project_votes
from gongzhi.engines.deliberation.silhouettes import silhouette_exactly
from gongzhi.engines.deliberation.votes import Votes, cast_vote, gather_votes

CONVERSATIONS = (
    "vtaiwan.uberx",
    "scoop-hivemind.biodiversity",
    "scoop-hivemind.affordable-housing",
)
PARTS = ("conversations", "synthetic", "large", "update", "methods", "routing")


def main(parts: list[str]) -> int:
    if unknown := set(parts) - set(PARTS):
        print(f"unknown parts {sorted(unknown)}; there are {', '.join(PARTS)}")
        return 2
    warnings.filterwarnings("ignore", module="sklearn|reddwarf")
    with threadpool_limits(limits=1):
        for part in parts or PARTS:
            print(f"\n## {part}")
            RUN[part]()
    return 0


def conversations() -> None:
    for name in CONVERSATIONS:
        beside_red_dwarf(name, read_conversation(data() / "polis" / name), runs=7)


def synthetic() -> None:
    made = make_conversation(voters=20_000, statements=1_000, votes=1_350_000, camps=3, seed=1)
    beside_red_dwarf("20,000 voters of 3 camps", made, runs=3)


def large() -> None:
    """In a process of its own, so that its peak of memory is its own."""
    code = "from benchmarks.deliberation import largest; largest()"
    subprocess.run([sys.executable, "-c", code], check=True)


def largest() -> None:
    made = make_conversation(voters=100_000, statements=2_000, votes=10_000_000, camps=3, seed=1)
    with threadpool_limits(limits=1):
        wall, begun = time.perf_counter(), time.process_time()
        votes = gather_votes(**made)
        gathered = time.process_time()
        drawn = draw_map(votes)
        done = time.process_time()
        wall = time.perf_counter() - wall
    print(
        f"{votes.voter_count:,} voters x {votes.statement_count:,} statements, "
        f"{len(votes.values):,} votes: gathered {gathered - begun:.2f} s, drawn "
        f"{done - gathered:.2f} s, together {done - begun:.2f} s ({wall:.2f} s by the wall "
        f"clock); peak memory {peak_memory():.2f} GB, the made input included; k={drawn.k}"
    )


def peak_memory() -> float:
    """Largest memory of this process in GB; what its parent used does not count."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1e6


def update() -> None:
    """One more vote at a time, by people and on statements drawn at random."""
    made = make_conversation(voters=2_000, statements=300, votes=60_000, camps=3, seed=2)
    votes = gather_votes(**made)
    drawn, rng, times = draw_map(votes), np.random.default_rng(1), []
    for _ in range(200):
        voter, statement, value = rng.integers([0, 0, -1], [2_000, 300, 2])
        gc.collect()
        begun = time.process_time()
        votes = cast_vote(votes, voter=int(voter), statement=int(statement), value=int(value))
        drawn = redraw_map(drawn, votes)
        times.append(1e3 * (time.process_time() - begun))
    fresh = draw_map(votes)
    print(
        f"{votes.voter_count:,} voters ({int(drawn.placed.sum()):,} placed): one more vote in "
        f"{statistics.median(times):.1f} ms, 95 of 100 under {np.percentile(times, 95):.1f} ms; "
        f"after 200 votes adjusted Rand with a fresh map {agreement(drawn, fresh):.4f}, inertia "
        f"{inertia(drawn) / inertia(fresh):.6f} of its"
    )


def methods() -> None:
    from benchmarks.deliberation_methods import compare_methods  # noqa: PLC0415

    for name in CONVERSATIONS:
        compare_methods(name, gather_votes(**read_conversation(data() / "polis" / name)))


def routing() -> None:
    from benchmarks.deliberation_routing import compare_routing  # noqa: PLC0415

    compare_routing()


def beside_red_dwarf(name: str, columns: Columns, *, runs: int) -> None:
    run_pipeline = load_peer()
    records = as_records(columns)
    take_turns: dict[str, Callable[[], Any]] = {
        "peer": lambda: run_pipeline(votes=records, random_state=42),
        "records": lambda: draw_map(from_records(records), settings=AS_POLIS),
        "arrays": lambda: draw_map(gather_votes(**columns), settings=AS_POLIS),
        "stable": lambda: draw_map(gather_votes(**columns)),
    }
    times: dict[str, list[float]] = {key: [] for key in take_turns}
    results: dict[str, Any] = {}
    for _ in range(runs):
        for key, work in take_turns.items():
            gc.collect()
            begun = time.process_time()
            results[key] = work()
            times[key].append(time.process_time() - begun)
    medians = {key: statistics.median(one) for key, one in times.items()}
    votes, ours, peer = gather_votes(**columns), results["arrays"], results["peer"]
    print(f"{name}: {votes.voter_count:,} voters, {votes.statement_count:,} statements, "
          f"{len(votes.values):,} votes")  # fmt: skip
    print(
        f"  seconds: red-dwarf {medians['peer']:.3f}; ours from the same records "
        f"{medians['records']:.4f} ({medians['peer'] / medians['records']:.1f}x), from arrays "
        f"{medians['arrays']:.4f} ({medians['peer'] / medians['arrays']:.1f}x), with the stable "
        f"choice of k {medians['stable']:.4f} ({medians['peer'] / medians['stable']:.1f}x)"
    )
    compare_groups(votes, ours, peer)
    compare_statements(votes, ours, peer)
    compare_axes(votes, peer)


def compare_groups(votes: Votes, ours: OpinionMap, peer: Any) -> None:
    labels = np.asarray(peer.clusterer.labels_)
    k = int(labels.max()) + 1
    same = next(one for one in ours.candidates if one.k == k).clustering
    again = [
        next(one for one in draw_map(votes, settings=replace(AS_POLIS, seed=seed)).candidates
             if one.k == k).clustering.labels
        for seed in range(1, 6)
    ]  # fmt: skip
    points = ours.projection.positions[ours.placed]
    mine, theirs = silhouette_exactly(points, [same.labels, labels])
    print(
        f"  groups: k ours {ours.k}, red-dwarf {k}; at k={k} adjusted Rand "
        f"{rand_agreement(same.labels, labels):.4f}, silhouette {mine:.6f} and {theirs:.6f}, "
        f"inertia {same.inertia:.4f} and {peer.clusterer.inertia_:.4f}; five other seeds: "
        f"adjusted Rand with ours at least {min(rand_agreement(same.labels, o) for o in again):.4f}"
    )
    # red-dwarf stops when its centres move little; go on from there until no voter changes group.
    centres = np.array([points[labels == g].mean(axis=0) for g in range(k)])
    ended = cluster_points(points, k=k, starts=0, seed=0, near=centres)
    print(
        f"  red-dwarf's own groups, followed to a standstill: adjusted Rand with ours "
        f"{rand_agreement(same.labels, ended.labels):.4f}, inertia {ended.inertia:.4f}"
    )


def compare_statements(votes: Votes, ours: OpinionMap, peer: Any) -> None:
    for side, found in (("agree", ours.common.agree), ("disagree", ours.common.disagree)):
        mine = votes.statement_ids[found].tolist()
        theirs = [int(one["tid"]) for one in peer.consensus[side]]
        scores = [one["p-success"] * one["p-test"] for one in peer.consensus[side]]
        ties = len({round(score, 12) for score in scores}) < len(scores)
        verdict = "the same in order" if mine == theirs else f"{theirs}, tied: {ties}"
        print(f"  consensus, {side}: {mine}, red-dwarf {verdict}")


def compare_axes(votes: Votes, peer: Any) -> None:
    if votes.voter_count * votes.statement_count > 2_000_000:
        return
    seen = np.zeros((votes.voter_count, votes.statement_count))
    found = project_votes(votes)
    seen[votes.voters, votes.statements] = votes.values - found.means[votes.statements]
    right = np.linalg.svd(seen, full_matrices=False)[2]

    def error(axes: np.ndarray) -> float:
        return max(
            float(np.abs(one - other * np.sign(one @ other)).max())
            for one, other in zip(axes, right, strict=False)
        )

    print(
        f"  axes: largest difference from the full decomposition {error(found.axes):.1e}, "
        f"red-dwarf's {error(peer.reducer.components_):.1e}"
    )


def from_records(records: list[dict[str, int]]) -> Votes:
    fields = itemgetter("participant_id", "statement_id", "vote")
    columns = np.array(list(map(fields, records)), dtype=np.int64).T
    voters, statements, values = np.ascontiguousarray(columns)
    return gather_votes(voters=voters, statements=statements, values=values)


def load_peer() -> Callable[..., Any]:
    try:
        from reddwarf.implementations.polis import run_pipeline  # noqa: PLC0415
    except ImportError:
        sys.exit("red-dwarf is not installed: pip install '.[bench]'")
    print(f"(red-dwarf {importlib.metadata.version('red-dwarf')})")
    peer: Callable[..., Any] = run_pipeline
    return peer


def agreement(one: OpinionMap, other: OpinionMap) -> float:
    both = one.placed & other.placed
    return rand_agreement(one.labels[both], other.labels[both])


def inertia(drawn: OpinionMap) -> float:
    return drawn.chosen.clustering.inertia if drawn.chosen else float("nan")


def data() -> Path:
    named = os.environ.get("GONGZHI_REALDATA")
    if not named or not Path(named).is_dir():
        sys.exit("GONGZHI_REALDATA does not name the folder of published data")
    return Path(named)


RUN: dict[str, Callable[[], None]] = {
    "conversations": conversations,
    "synthetic": synthetic,
    "large": large,
    "update": update,
    "methods": methods,
    "routing": routing,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
