"""Writing down what may be shown of an opinion map: aggregates of at least five people."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import numpy as np
from django.db import transaction

from gongzhi.affairs.assemblies.choices import StatementState, TopicState
from gongzhi.affairs.assemblies.mapping import Mapped, map_of
from gongzhi.affairs.assemblies.models import Drawing, Statement, Topic
from gongzhi.engines.deliberation.bridging import score_bridging
from gongzhi.engines.deliberation.describing import GroupAccount, describe_groups
from gongzhi.engines.deliberation.opinion_map import OpinionMap
from gongzhi.engines.deliberation.picture import PictureWords, draw_picture, letter_of
from gongzhi.engines.deliberation.slate import choose_slate
from gongzhi.engines.deliberation.stability import measure_stability
from gongzhi.engines.deliberation.votes import Floats

LEAST_VOTERS = 10  # below this many placed voters there is no map
LEAST_PEOPLE = 5  # numbers about fewer people are not shown
_SLATE = 5
_LISTED = 5
_ENGLISH = PictureWords(
    title="Opinion map",
    description="Each dot is people who think alike; the larger, the more. Near means alike.",
    group="Group {letter} · {size} people",
    left_out="{count} more stand scattered and are not drawn, to protect them",
)


def draw_opinions(*, at: datetime, most: int = 20) -> int:
    """Draw the maps of topics that were voted on since they were drawn; returns how many."""
    living = [TopicState.OPEN, TopicState.NOTICED]
    topics = Topic.objects.filter(state__in=living, voted__gt=0).select_related("drawing")
    stale = [topic for topic in topics if _turn_drawn(topic) != topic.voted]
    return sum(draw_opinion(topic_id=topic.pk, at=at) for topic in stale[:most])


def draw_opinion(*, topic_id: int, at: datetime) -> bool:
    """Draw the map of one topic and write down what may be shown of it."""
    topic = Topic.objects.get(pk=topic_id)
    mapped = map_of(topic, anew=True)  # so that whoever has the votes draws the same
    numbers = _numbers(topic)
    facts: dict[str, Any] = {"ready": False, "statements": len(numbers)}
    pictures = ("", "")
    if mapped is not None and int(mapped.drawn.placed.sum()) >= LEAST_VOTERS:
        facts = facts_of(mapped, numbers)
        pictures = draw_picture(mapped.drawn), draw_picture(mapped.drawn, words=_ENGLISH)
    values = {
        "turn": mapped.turn if mapped else topic.voted, "shown": len(numbers), "drawn_at": at,
        "facts": facts, "picture_zh": pictures[0], "picture_en": pictures[1],
    }  # fmt: skip
    with transaction.atomic():
        Drawing.objects.update_or_create(topic=topic, defaults=values)
    return True


def facts_of(mapped: Mapped, numbers: dict[int, int]) -> dict[str, Any]:
    """What may be said of a map, with statements by their numbers in the topic.

    Shares are rounded to tenths, and given only where at least five people voted: in each group
    alike, so that no group is found by taking the others from the whole.
    """
    drawn, votes = mapped.drawn, mapped.votes
    names = [numbers[int(one)] for one in votes.statement_ids]
    solid = drawn.shown & (drawn.tally.seen.min(axis=0) >= LEAST_PEOPLE)
    slate = choose_slate(votes, drawn.tally, labels=drawn.labels, size=_SLATE, shown=drawn.shown)
    bridging = score_bridging(votes, side=drawn.projection.positions[:, 0]).score
    return {
        "ready": True,
        "voters": votes.voter_count,
        "placed": int(drawn.placed.sum()),
        "votes": len(votes.values),
        "statements": len(numbers),
        "groups": [_group(one, names) for one in describe_groups(drawn)],
        "shared": _shared(drawn, names, solid),
        "divides": _lines(drawn, names, _first(drawn.division, solid & (drawn.division > 0))),
        "bridging": _lines(drawn, names, _first(bridging, solid & (bridging > 0))),
        "slate": {
            "statements": [names[int(one)] for one in slate.statements],
            "represented": _tenths(slate.represented),
            "heard": _tenths(slate.heard),
        },
        "totals": _totals(drawn, names),
        "firmness": _firmness(mapped),
    }


def _group(account: GroupAccount, names: list[int]) -> dict[str, Any]:
    return {
        "letter": letter_of(account.group),
        "size": account.size,
        "share": _tenths(account.share),
        "claims": [
            {
                "kind": claim.kind,
                "statement": names[claim.statement],
                "agree": claim.agree,
                "amount": claim.amount,
                "tenths": _tenths(claim.yes / claim.seen),
                "others": _tenths(claim.other_yes / claim.other_seen) if claim.other_seen else None,
                "sure": claim.sure,
            }
            for claim in account.claims
            if claim.seen >= LEAST_PEOPLE
        ],
    }


def _shared(drawn: OpinionMap, names: list[int], solid: Any) -> list[dict[str, Any]]:
    floor = np.maximum(drawn.agree.floor, drawn.reject.floor)
    return _lines(drawn, names, _first(floor, solid & (floor > 0.5)))


def _lines(drawn: OpinionMap, names: list[int], places: Iterable[int]) -> list[dict[str, Any]]:
    """Statements with the share that agrees in each group."""
    tally = drawn.tally
    return [
        {
            "statement": names[place],
            "agree": bool(drawn.agree.floor[place] >= drawn.reject.floor[place]),
            "tenths": [_tenths(yes / seen) for yes, seen in zip(
                tally.agree[:, place], tally.seen[:, place], strict=True
            )],
            "against": [_tenths(no / seen) for no, seen in zip(
                tally.disagree[:, place], tally.seen[:, place], strict=True
            )],
        }
        for place in places
    ]  # fmt: skip


def _totals(drawn: OpinionMap, names: list[int]) -> list[dict[str, Any]]:
    agree, disagree, seen = (part[0] for part in drawn.everyone.parts)
    return [
        {
            "statement": names[place],
            "agree": _tenths(agree[place] / seen[place]),
            "disagree": _tenths(disagree[place] / seen[place]),
        }
        for place in range(len(names))
        if seen[place] >= LEAST_PEOPLE
    ]


def _first(scores: Floats, fit: Any) -> list[int]:
    places = np.flatnonzero(fit)
    ordered = places[np.argsort(-scores[places], kind="stable")]
    return [int(one) for one in ordered[:_LISTED]]


def _firmness(mapped: Mapped) -> dict[str, Any]:
    """How far the map may be trusted: drawn again from resampled voters, fewer times if large."""
    people = int(mapped.drawn.placed.sum())
    trials = 40 if people <= 500 else 20 if people <= 5_000 else 5
    found = measure_stability(mapped.votes, mapped.drawn, trials=trials)
    silhouette = mapped.drawn.chosen.silhouette if mapped.drawn.chosen else 0.0
    return {
        "trials": found.trials,
        "same_number": _tenths(dict(found.k_share).get(mapped.drawn.k, 0.0)),
        "firm": _tenths(found.firm),
        "kept": [_tenths(float(one)) for one in found.group_kept],
        "above_chance": bool(silhouette > found.cloud_silhouette),
    }


def _tenths(share: float) -> int:
    """A share in tenths: coarse enough not to count single people back."""
    return round(float(share) * 10)


def _numbers(topic: Topic) -> dict[int, int]:
    shown = Statement.objects.filter(topic=topic, state=StatementState.ACCEPTED)
    return dict(shown.values_list("pk", "number"))


def _turn_drawn(topic: Topic) -> int:
    drawing = getattr(topic, "drawing", None)
    return drawing.turn if drawing is not None else -1
