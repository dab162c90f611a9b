"""Is one small place taken for one matter? Pairs put together, with names of places and without.

    gongzhi simulate --days 60 --scale 0.2 --seed 5
    GONGZHI_DATA=… python -m benchmarks.hot_places

Reads the tickets of an installation that the model has lived in, and changes nothing. The title of
an invented request is the sentence that it was made from, after the name of its estate: two of one
community with one sentence are of one matter, and no others.
"""

import os
from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations

import django
import numpy as np

THRESHOLDS = (0.07, 0.08, 0.095, 0.12, 0.15, 0.2)


def pairs_of(numbers: Iterable[int]) -> set[tuple[int, int]]:
    """The pairs of positions that have one number."""
    together: defaultdict[int, list[int]] = defaultdict(list)
    for at, number in enumerate(numbers):
        together[number].append(at)
    return {pair for group in together.values() for pair in combinations(group, 2)}


def main() -> None:
    """Print for each threshold how many pairs are right, wrong and missed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.config.settings.local")
    django.setup()
    from django.utils.timezone import now  # noqa: PLC0415 - needs Django set up

    from gongzhi.affairs.tickets.hot_issues import hear  # noqa: PLC0415
    from gongzhi.engines.triage.matters import gather, leaving_out  # noqa: PLC0415

    voices = [each.voice for each in hear(now())]
    days = np.array([(voice.at - voices[-1].at).total_seconds() / 86_400 for voice in voices])
    number: dict[tuple[str, str], int] = {}
    said = [
        (voice.place, leaving_out(voice.place_names)(voice.message.subject).strip())
        for voice in voices
    ]
    of_one_matter = pairs_of(number.setdefault(each, len(number)) for each in said)
    print(f"{len(voices):,} messages, {len(of_one_matter):,} pairs of one matter")
    for threshold in THRESHOLDS:
        for names, words in (
            (None, "with the names"),
            ([v.place_names for v in voices], "without"),
        ):
            found = pairs_of(
                gather(
                    [voice.message for voice in voices],
                    days,
                    places=[voice.place for voice in voices],
                    names=names,
                    threshold=threshold,
                ).tolist()
            )
            right = len(found & of_one_matter)
            print(
                f"  {threshold:.3f} {words:15} right {right:,}, wrong {len(found) - right:,}, "
                f"missed {len(of_one_matter) - right:,}",
                flush=True,
            )


if __name__ == "__main__":
    main()
