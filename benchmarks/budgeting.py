"""`python -m benchmarks.budgeting`: the budgeting engine and pabutools on the same votes, one run.

CPU seconds on one thread; ours is the best of three, the reference runs once. The reference is
pabutools with exact fractions (gmpy2) and merged ballots. Winners must agree, or the run fails.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any

from pabutools.election import (
    ApprovalBallot,
    ApprovalProfile,
    Cardinality_Sat,
    Cost_Sat,
    Instance,
    Project,
)
from pabutools.election.pabulib import parse_pabulib_from_string
from pabutools.rules import method_of_equal_shares, sequential_phragmen

from benchmarks.budgeting_inputs import synthetic_city
from gongzhi.engines.budgeting import (
    Allocation,
    BallotKind,
    Completion,
    Rule,
    Settings,
    TieRule,
    Utility,
    allocate,
    make_election,
    read_pabulib,
)

LEXICOGRAPHIC = (TieRule.LEXICOGRAPHIC,)
FILES = (
    "Poland_Gdynia_2024_Green_Budget",  # most ballots
    "Poland_Wieliczka_2023_Green_Budget",  # most ballots times projects
    "Poland_Warszawa_2023_Srodmiescie",  # most distinct ballots
)
TIE_HEAVY = ("Netherlands_Assen_2024", "Poland_Wroclaw_2016_Rejon_nr_7_750")


@dataclass(frozen=True)
class Case:
    """One rule on one file: what it is called, our settings, and the reference call."""

    name: str
    settings: Settings
    reference: Callable[..., object]


CASES = (
    Case(
        "equal shares",
        Settings(tie_rules=LEXICOGRAPHIC),
        lambda instance, profile: method_of_equal_shares(instance, profile, Cost_Sat),
    ),
    Case(
        "equal shares, add1e",
        Settings(tie_rules=LEXICOGRAPHIC, completion=Completion.ADD1E),
        lambda instance, profile: method_of_equal_shares(
            instance, profile, Cost_Sat, voter_budget_increment=1
        ),
    ),
    Case(
        "phragmen",
        Settings(tie_rules=LEXICOGRAPHIC, rule=Rule.PHRAGMEN),
        sequential_phragmen,
    ),
)


def timed(work: Callable[[], Any], *, repeat: int = 3) -> tuple[Any, float]:
    """The last result and the best CPU time."""
    best = float("inf")
    for _ in range(repeat):
        start = process_time()
        result = work()
        best = min(best, process_time() - start)
    return result, best


def measure(name: str, text: str, cases: tuple[Case, ...]) -> Iterator[str]:
    file, reading = timed(lambda: read_pabulib(text))
    (instance, profile), parsing = timed(lambda: parse_pabulib_from_string(text), repeat=1)
    merged, merging = timed(profile.as_multiprofile, repeat=1)
    election = file.election
    shape = f"{election.voters:,} ballots ({len(election.ballots):,} distinct)"
    yield f"{name}: {shape} x {len(election.costs)} projects"
    yield f"  {'read':22}{reading:9.4f} s  pabutools {parsing + merging:9.3f} s" + (
        f"  {(parsing + merging) / reading:7.0f} x"
    )
    for case in cases:
        mine, ours = timed(lambda case=case: allocate(election, case.settings))
        found, theirs = timed(lambda case=case: case.reference(instance, merged), repeat=1)
        check(name, case, winners(mine, election.project_ids), [p.name for p in found])
        whole = (parsing + merging + theirs) / (reading + ours)
        steps = f", {mine.shares.steps} steps" if mine.shares and mine.shares.steps else ""
        yield f"  {case.name:22}{ours:9.4f} s  pabutools {theirs:9.3f} s" + (
            f"  {theirs / ours:7.0f} x rule alone, {whole:5.0f} x with reading"
            f" ({len(mine.funded)} funded{steps})"
        )
    for completion in (Completion.NONE, Completion.ADD1):
        settings = Settings(completion=completion)
        mine, ours = timed(lambda settings=settings: allocate(election, settings))
        official = file.selected is not None and set(file.selected) == set(
            winners(mine, election.project_ids)
        )
        yield f"  default ties, {completion:8}{ours:9.4f} s  {len(mine.funded)} funded" + (
            ", the official winners" if official else ""
        )


def winners(allocation: Allocation, ids: tuple[str, ...]) -> list[str]:
    return [ids[project] for project in allocation.funded]


def check(name: str, case: Case, ours: list[str], theirs: list[str]) -> None:
    same = sorted(ours) == sorted(theirs) if case.name == "phragmen" else ours == theirs
    if not same:
        sys.exit(f"{name}, {case.name}: {ours} here, {theirs} there")


def committees(folder: Path) -> Iterator[str]:
    """Small profiles where almost every choice is a tie."""
    ours = theirs = 0.0
    files = sorted(folder.glob("*.yaml"))
    for path in files:
        text = path.read_text(encoding="utf-8")
        votes = json.loads(re.search(r"^profile:(.*?)^\w", text, re.S | re.M)[1])
        names = [str(c) for c in range(int(re.search(r"^num_cand: (\d+)", text, re.M)[1]))]
        size = int(re.search(r"^committeesize: (\d+)", text, re.M)[1])
        election = make_election(
            costs=dict.fromkeys(names, 1),
            budget=size,
            kind=BallotKind.APPROVAL,
            votes=[[names[c] for c in vote] for vote in votes],
        )
        projects = [Project(name, 1) for name in names]
        instance = Instance(projects, budget_limit=size)
        profile = ApprovalProfile(
            [ApprovalBallot(projects[c] for c in vote) for vote in votes], instance=instance
        )
        settings = Settings(utility=Utility.CARDINALITY, tie_rules=LEXICOGRAPHIC)
        mine, time = timed(lambda e=election, s=settings: allocate(e, s))
        ours += time
        found, time = timed(
            lambda i=instance, p=profile: method_of_equal_shares(i, p, Cardinality_Sat)
        )
        theirs += time
        check(path.name, CASES[0], winners(mine, election.project_ids), [p.name for p in found])
    yield (
        f"{len(files)} committee profiles, equal shares: {ours:.3f} s, pabutools {theirs:.3f} s,"
        + (f" {theirs / ours:.1f} x")
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--without-long", action="store_true", help="leave out the reference's minutes of add1"
    )
    stated = parser.parse_args()
    sys.setrecursionlimit(20_000)  # the reference recurses once per winner
    named = os.environ.get("GONGZHI_REALDATA")
    if named is None:
        print("GONGZHI_REALDATA is not set: only the synthetic city is measured")
    else:
        for name in FILES + TIE_HEAVY:
            text = (Path(named) / "pabulib" / f"{name}.pb").read_text(encoding="utf-8-sig")
            label = f"tie-heavy {name}" if name in TIE_HEAVY else name
            show(measure(label, text, CASES))
        show(committees(Path(named) / "abcvoting"))
    cases = CASES[:1] if stated.without_long else CASES[:2]
    show(measure("synthetic city", synthetic_city(), cases))


def show(lines: Iterator[str]) -> None:
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    main()
