"""What usually rises in which months; a factor on the share of a matter."""

from datetime import date

# Words in a matter's code, and the factor by month from January to December (assumed).
_SEASONS: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("heat", (4.0, 3.5, 2.0, 0.3, 0.1, 0.1, 0.1, 0.1, 0.2, 0.8, 3.5, 4.0)),
    ("flood", (0.2, 0.2, 0.3, 0.6, 1.2, 2.5, 4.0, 3.5, 1.2, 0.5, 0.2, 0.2)),
    ("drain", (0.4, 0.4, 0.6, 0.8, 1.2, 2.0, 2.8, 2.5, 1.2, 0.7, 0.5, 0.4)),
    ("noise", (0.6, 0.6, 0.8, 1.0, 1.3, 1.6, 1.8, 1.7, 1.3, 1.0, 0.7, 0.6)),
    ("green", (0.3, 0.4, 0.9, 1.5, 1.7, 1.5, 1.2, 1.1, 1.0, 1.3, 0.8, 0.3)),
    ("school", (0.5, 0.6, 0.9, 0.9, 1.2, 1.8, 1.8, 2.0, 1.6, 0.7, 0.6, 0.5)),
    ("firework", (4.0, 5.0, 0.6, 0.3, 0.3, 0.3, 0.3, 0.3, 0.4, 0.5, 0.5, 1.0)),
    ("power", (0.9, 0.8, 0.7, 0.7, 0.9, 1.3, 1.9, 1.9, 1.0, 0.7, 0.7, 0.9)),
    ("pest", (0.2, 0.2, 0.5, 1.0, 1.6, 2.0, 2.2, 2.0, 1.3, 0.7, 0.3, 0.2)),
)


def seasonal_weight(category_code: str, day: date) -> float:
    """The factor of a matter in the month of `day`; 1 for a matter without a season."""
    for word, by_month in _SEASONS:
        if word in category_code:
            return by_month[day.month - 1]
    return 1.0
