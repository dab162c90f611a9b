"""What residents and units say and decide together."""

from gongzhi.affairs.assemblies.models.decisions import Decision, Voice
from gongzhi.affairs.assemblies.models.meetings import (
    AgendaItem,
    Attendance,
    CalendarLink,
    Meeting,
    Resolution,
    StandingMeeting,
    StandingMember,
)
from gongzhi.affairs.assemblies.models.owners_votes import (
    OwnerContact,
    OwnersBallot,
    OwnersVote,
    PaperEntry,
    RollFlat,
    RollOwner,
    VoteItem,
)
from gongzhi.affairs.assemblies.models.topics import (
    Drawing,
    Material,
    RosterEntry,
    Statement,
    Topic,
    Vote,
)

__all__ = [
    "AgendaItem",
    "Attendance",
    "CalendarLink",
    "Decision",
    "Drawing",
    "Material",
    "Meeting",
    "OwnerContact",
    "OwnersBallot",
    "OwnersVote",
    "PaperEntry",
    "Resolution",
    "RollFlat",
    "RollOwner",
    "RosterEntry",
    "StandingMeeting",
    "StandingMember",
    "Statement",
    "Topic",
    "Voice",
    "Vote",
    "VoteItem",
]
