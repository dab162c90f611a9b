"""How many took part in a topic: what may be said aloud, and what the record keeps."""

from dataclasses import dataclass

from django.db.models import Count

from gongzhi.affairs.assemblies.choices import EntryState, StatementState
from gongzhi.affairs.assemblies.models import Statement, Topic, Vote


@dataclass(frozen=True, slots=True)
class Figures:
    """Voters whose capacity is confirmed, their votes, and the statements that were shown."""

    voters: int
    votes: int
    statements: int


def figures_of(topic: Topic) -> Figures:
    """The counts of a topic; two queries."""
    cast = Vote.objects.filter(
        topic=topic,
        seat__state=EntryState.CONFIRMED,
        statement__state=StatementState.ACCEPTED,
    ).aggregate(votes=Count("pk"), voters=Count("seat", distinct=True))
    shown = Statement.objects.filter(topic=topic, state=StatementState.ACCEPTED).count()
    return Figures(cast["voters"], cast["votes"], shown)
