"""What residents and units decide together, and how."""

from gongzhi.affairs.assemblies.models.decisions import Decision
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

__all__ = [
    "AgendaItem",
    "Attendance",
    "CalendarLink",
    "Decision",
    "Meeting",
    "OwnerContact",
    "OwnersBallot",
    "OwnersVote",
    "PaperEntry",
    "Resolution",
    "RollFlat",
    "RollOwner",
    "StandingMeeting",
    "StandingMember",
    "VoteItem",
]
