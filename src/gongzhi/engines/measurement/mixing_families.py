"""The two families behind shrinkage: beta over binomial counts, gamma over Poisson counts.

A family is addressed by place (logit or logarithm of the centre) and the logarithm of the size;
nodes are (nodes,) arrays of both, and results over communities are (communities, nodes).
"""

from abc import ABC, abstractmethod

import numpy as np
from scipy import optimize, special

from gongzhi.engines.measurement.inputs import Floats


class Family(ABC):
    """Counts and their sizes (trials or exposure) with the distribution mixed over them."""

    name: str

    def __init__(self, events: Floats, sizes: Floats) -> None:
        self.events = events
        self.sizes = sizes

    def best(self, places: Floats, log_sizes: Floats, weights: Floats) -> tuple[float, float]:
        """Maximise the likelihood; the size is infinite if any heterogeneity makes it worse."""
        if self.excess() <= 0:
            return self.centre_at(self.homogeneous_place()), float("inf")
        start = int(np.argmax(self.log_likelihood(places, log_sizes)))
        found = optimize.root(self.slope, [places[start], log_sizes[start]], tol=1e-13)
        place, log_size = found.x
        return self.centre_at(float(place)), float(np.exp(log_size))

    @abstractmethod
    def centre_at(self, place: float) -> float: ...
    @abstractmethod
    def homogeneous_place(self) -> float: ...
    @abstractmethod
    def pooled_place(self) -> float: ...
    @abstractmethod
    def excess(self) -> float:
        """The slope of the log-likelihood in 1 / size where all communities are equal."""

    @abstractmethod
    def place_prior(self, places: Floats) -> Floats:
        """The logarithm of Jeffreys' prior of the centre, as a density over places."""

    @abstractmethod
    def place_error(self, places: Floats, log_sizes: Floats) -> Floats: ...
    @abstractmethod
    def log_likelihood(self, places: Floats, log_sizes: Floats) -> Floats: ...
    @abstractmethod
    def slope(self, node: Floats) -> Floats: ...
    @abstractmethod
    def posterior(self, places: Floats, log_sizes: Floats) -> tuple[Floats, Floats]: ...
    @abstractmethod
    def posterior_mean(self, first: Floats, second: Floats) -> Floats: ...
    @abstractmethod
    def posterior_cdf(self, first: Floats, second: Floats, value: Floats) -> Floats: ...
    @abstractmethod
    def bracket(self, first: Floats, second: Floats) -> tuple[Floats, Floats]: ...
    @abstractmethod
    def borrowed(self, places: Floats, log_sizes: Floats) -> Floats: ...


class BetaBinomial(Family):
    """Shares: Beta(centre · size, (1 − centre) · size) over binomial counts."""

    name = "beta-binomial"

    def centre_at(self, place: float) -> float:
        return float(special.expit(place))

    def homogeneous_place(self) -> float:
        with np.errstate(divide="ignore"):
            return float(special.logit(self.events.sum() / self.sizes.sum()))

    def pooled_place(self) -> float:
        total = self.sizes.sum()
        return float(special.logit((self.events.sum() + 0.5) / (total + 1)))

    def excess(self) -> float:
        k, n = self.events, self.sizes
        centre = k.sum() / n.sum()
        if centre in {0, 1}:
            return 0.0
        pairs = k * (k - 1) / centre + (n - k) * (n - k - 1) / (1 - centre) - n * (n - 1)
        return float(pairs.sum() / 2)

    def place_prior(self, places: Floats) -> Floats:
        return np.asarray((special.log_expit(places) + special.log_expit(-places)) / 2)

    def place_error(self, places: Floats, log_sizes: Floats) -> Floats:
        centre = special.expit(places)
        alike = 1 / (1 + np.exp(log_sizes))
        n = self.sizes[:, None]
        information = (n * centre * (1 - centre) / (1 + np.maximum(n - 1, 0) * alike)).sum(axis=0)
        return np.asarray(1 / np.sqrt(np.maximum(information, 0.05)))

    def log_likelihood(self, places: Floats, log_sizes: Floats) -> Floats:
        a, b = _beta_parameters(places, log_sizes)
        k, n = self.events[:, None], self.sizes[:, None]
        return np.asarray((special.betaln(k + a, n - k + b) - special.betaln(a, b)).sum(axis=0))

    def slope(self, node: Floats) -> Floats:
        a, b = _beta_parameters(node[0], node[1])
        k, n, psi = self.events, self.sizes, special.psi
        shared = psi(a + b) - psi(n + a + b)
        by_a = float((psi(k + a) - psi(a) + shared).sum())
        by_b = float((psi(n - k + b) - psi(b) + shared).sum())
        return np.array([a * b / (a + b) * (by_a - by_b), a * by_a + b * by_b])

    def posterior(self, places: Floats, log_sizes: Floats) -> tuple[Floats, Floats]:
        a, b = _beta_parameters(places, log_sizes)
        return self.events[:, None] + a, (self.sizes - self.events)[:, None] + b

    def posterior_mean(self, first: Floats, second: Floats) -> Floats:
        return first / (first + second)

    def posterior_cdf(self, first: Floats, second: Floats, value: Floats) -> Floats:
        return np.asarray(special.betainc(first, second, value[:, None]))

    def bracket(self, first: Floats, second: Floats) -> tuple[Floats, Floats]:
        return np.zeros(len(first)), np.ones(len(first))

    def borrowed(self, places: Floats, log_sizes: Floats) -> Floats:
        size = np.exp(log_sizes)
        return size / (size + self.sizes[:, None])


class GammaPoisson(Family):
    """Rates: Gamma with mean `centre` and shape `size` over Poisson counts in an exposure."""

    name = "gamma-Poisson"

    def centre_at(self, place: float) -> float:
        return float(np.exp(place))

    def homogeneous_place(self) -> float:
        with np.errstate(divide="ignore"):
            return float(np.log(self.events.sum() / self.sizes.sum()))

    def pooled_place(self) -> float:
        return float(np.log((self.events.sum() + 0.5) / self.sizes.sum()))

    def excess(self) -> float:
        expected = self.sizes * self.events.sum() / self.sizes.sum()
        return float((np.square(self.events - expected) - self.events).sum() / 2)

    def place_prior(self, places: Floats) -> Floats:
        return places / 2

    def place_error(self, places: Floats, log_sizes: Floats) -> Floats:
        mean = self.sizes[:, None] * np.exp(places)
        information = (mean / (1 + mean / np.exp(log_sizes))).sum(axis=0)
        return np.asarray(1 / np.sqrt(np.maximum(information, 0.05)))

    def log_likelihood(self, places: Floats, log_sizes: Floats) -> Floats:
        size, k = np.exp(log_sizes), self.events[:, None]
        mean = self.sizes[:, None] * np.exp(places)
        terms = special.gammaln(k + size) - special.gammaln(size) - k * np.log(size + mean)
        terms = terms + special.xlogy(k, mean) - size * np.log1p(mean / size)
        return np.asarray(terms.sum(axis=0))

    def slope(self, node: Floats) -> Floats:
        size, k = float(np.exp(node[1])), self.events
        mean = self.sizes * np.exp(node[0])
        by_place = float(((k - mean) * size / (size + mean)).sum())
        by_size = special.psi(k + size) - special.psi(size) - np.log1p(mean / size)
        by_size = by_size + (mean - k) / (size + mean)
        return np.array([by_place, size * float(by_size.sum())])

    def posterior(self, places: Floats, log_sizes: Floats) -> tuple[Floats, Floats]:
        size = np.exp(log_sizes)
        return self.events[:, None] + size, self.sizes[:, None] + size / np.exp(places)

    def posterior_mean(self, first: Floats, second: Floats) -> Floats:
        return first / second

    def posterior_cdf(self, first: Floats, second: Floats, value: Floats) -> Floats:
        return np.asarray(special.gammainc(first, second * value[:, None]))

    def bracket(self, first: Floats, second: Floats) -> tuple[Floats, Floats]:
        highest = special.gammainccinv(first, 1e-12) / second
        return np.zeros(len(first)), np.asarray(highest.max(axis=1))

    def borrowed(self, places: Floats, log_sizes: Floats) -> Floats:
        rate = np.exp(log_sizes - places)
        return np.asarray(rate / (rate + self.sizes[:, None]))


def _beta_parameters(places: Floats, log_sizes: Floats) -> tuple[Floats, Floats]:
    size = np.exp(log_sizes)
    return size * special.expit(places), size * special.expit(-places)
