"""The roll of an owners' vote: which flats, whose they are, how large."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property


class BadRoll(ValueError):
    """A roll that cannot be counted by; `row` is the line of the input it comes from."""

    def __init__(self, message: str, *, row: int | None = None) -> None:
        super().__init__(message if row is None else f"line {row}: {message}")
        self.reason = message
        self.row = row


@dataclass(frozen=True)
class Flat:
    """One private part (a home, a shop, a parking space with its own title).

    `owner`: key of the owning party; joint owners are one party, and the developer is the party
    of all it has not sold or handed over. `area`: as registered, else as surveyed, else as in
    the contract of sale (Supreme People's Court interpretation on differentiated ownership of
    buildings, article 8), in any one unit; None if unknown. `delivered`: the ballot reached the
    owner. `row`: line of the input.
    """

    key: str
    owner: str
    area: Fraction | None
    delivered: bool = True
    row: int | None = None


@dataclass(frozen=True)
class Roll:
    """All flats of the place that decides.

    `scope` says which place that is: a building, unit, phase or the whole estate. `total_area`:
    the known private area of that place, against which the flats are checked; it also bounds
    the flats whose own area is unknown.

    Raises BadRoll: no flat, a flat listed twice, an area that is not positive, or flats that
    add up to more than the total.
    """

    scope: str
    flats: tuple[Flat, ...]
    total_area: Fraction | None = None

    def __post_init__(self) -> None:
        if not self.flats:
            raise BadRoll("the roll has no flats")
        _refuse_repeats(self.flats)
        total, summed = self.total_area, Fraction(0)
        if total is not None and total <= 0:
            raise BadRoll("the total area is not positive")
        for flat in self.flats:
            if not flat.key or not flat.owner:
                raise BadRoll("a flat needs its number and its owner", row=flat.row)
            if flat.area is None:
                continue
            if flat.area <= 0:
                raise BadRoll(f"the area of flat {flat.key} is not positive", row=flat.row)
            summed += flat.area
            if total is not None and summed > total:
                raise BadRoll(
                    f"with flat {flat.key} the areas add up to {_told(summed)}, "
                    f"more than the total of {_told(total)}",
                    row=flat.row,
                )
        if total is not None and summed == total and self.unmeasured:
            raise BadRoll(
                "the known areas already make up the total, and there are flats of unknown area",
                row=self.unmeasured[0].row,
            )

    @cached_property
    def by_key(self) -> dict[str, Flat]:
        return {flat.key: flat for flat in self.flats}

    @cached_property
    def by_owner(self) -> dict[str, tuple[Flat, ...]]:
        owned: dict[str, list[Flat]] = {}
        for flat in self.flats:
            owned.setdefault(flat.owner, []).append(flat)
        return {owner: tuple(flats) for owner, flats in owned.items()}

    @cached_property
    def unmeasured(self) -> tuple[Flat, ...]:
        """The flats whose area is unknown."""
        return tuple(flat for flat in self.flats if flat.area is None)

    @cached_property
    def listed_area(self) -> Fraction:
        return sum((flat.area for flat in self.flats if flat.area is not None), Fraction(0))

    @property
    def unassigned_area(self) -> Fraction | None:
        """Area of the total that no flat of known area accounts for; None without a total."""
        return None if self.total_area is None else self.total_area - self.listed_area

    @property
    def heads(self) -> int:
        """Owners count by private parts, but one who has several counts once, and so does the
        developer for all it holds (the same interpretation, article 9)."""
        return len(self.by_owner)


def _told(area: Fraction) -> str:
    return f"{float(area):.4f}".rstrip("0").rstrip(".")


def _refuse_repeats(flats: Sequence[Flat]) -> None:
    seen: dict[str, int | None] = {}
    for flat in flats:
        if flat.key in seen:
            first = "" if seen[flat.key] is None else f" (first in line {seen[flat.key]})"
            raise BadRoll(f"flat {flat.key} is listed twice{first}", row=flat.row)
        seen[flat.key] = flat.row
