"""A sample survey with strata, clusters and unequal weights, the same for every test."""

import numpy as np

GENERATOR = np.random.default_rng(20)
CLUSTERS_IN_STRATUM = [2, 3, 4, 2, 5]
STRATA = np.repeat(np.repeat(np.arange(5), CLUSTERS_IN_STRATUM), 8)
CLUSTERS = np.repeat(np.arange(sum(CLUSTERS_IN_STRATUM)), 8)
SIZE = len(STRATA)
WEIGHTS = GENERATOR.uniform(1, 4, SIZE)
_EFFECT = GENERATOR.normal(0, 1, CLUSTERS.max() + 1)[CLUSTERS]
SCORES = 3 + 0.3 * STRATA + _EFFECT + GENERATOR.normal(0, 1, SIZE)
HOURS = GENERATOR.gamma(3, 2, SIZE) + 0.5 * SCORES
AGREES = (SCORES > 3.6).astype(float)
LIKERT = np.clip(np.round(SCORES), 1, 5)
DISTRICT = np.where(GENERATOR.random(SIZE) < 0.4, "north", "south")
POPULATION = {0: 10, 1: 12, 2: 9, 3: 40, 4: 25}
