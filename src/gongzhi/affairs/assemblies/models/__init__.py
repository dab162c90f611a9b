"""What residents and units say and decide together."""

from gongzhi.affairs.assemblies.models.decisions import Decision, Voice
from gongzhi.affairs.assemblies.models.topics import (
    Drawing,
    Material,
    RosterEntry,
    Statement,
    Topic,
    Vote,
)

__all__ = [
    "Decision",
    "Drawing",
    "Material",
    "RosterEntry",
    "Statement",
    "Topic",
    "Voice",
    "Vote",
]
