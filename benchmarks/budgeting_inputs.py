"""Pinned inputs for `python -m benchmarks.budgeting`: a large city's vote, made from a seed."""

import numpy as np


def synthetic_city(
    *, voters: int = 100_000, projects: int = 160, seed: int = 20_240_601, quarters: int = 16
) -> str:
    """A `.pb` text: every voter approves up to ten projects, mostly of the own quarter.

    Popularity within a quarter falls like 1 / rank; a tenth of the projects serve the whole city.
    Costs are log-normal in steps of 100; the budget is 60 units of currency per voter.
    """
    random = np.random.default_rng(seed)
    costs = np.round(np.exp(random.normal(11.3, 1.0, projects)) / 100 + 10).astype(int) * 100
    home = random.integers(0, quarters, projects)
    citywide = random.random(projects) < 0.1
    appeal = 1 / random.permutation(np.arange(1, projects + 1))
    lives = random.choice(quarters, voters, p=random.dirichlet(np.full(quarters, 4.0)))
    sizes = random.choice(np.arange(1, 11), voters, p=[0.1, 0.1, 0.15, 0.15, 0.3] + [0.04] * 5)
    lines = ["META", "key;value", "description;synthetic city", "country;none", "unit;none"]
    lines += ["instance;1", f"num_projects;{projects}", f"num_votes;{voters}"]
    lines += [f"budget;{60 * voters}", "vote_type;approval", "rule;unknown"]
    lines += ["PROJECTS", "project_id;cost;name"]
    lines += [f"{100 + p};{costs[p]};project {p}" for p in range(projects)]
    lines += ["VOTES", "voter_id;vote;neighborhood"]
    for quarter in range(quarters):
        here = np.flatnonzero(lives == quarter)
        weight = appeal * np.where(home == quarter, 12.0, np.where(citywide, 6.0, 0.3))
        keys = random.random((len(here), projects)) ** (1 / (weight / weight.max() + 1e-9))
        favourites = np.argsort(-keys, axis=1)[:, :10]
        for voter, liked in zip(here.tolist(), favourites, strict=True):
            chosen = ",".join(str(100 + p) for p in liked[: sizes[voter]].tolist())
            lines.append(f"{voter};{chosen};Q{quarter}")
    return "\n".join(lines) + "\n"
