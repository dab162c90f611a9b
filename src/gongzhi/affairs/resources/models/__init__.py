"""The pool of needs and offers, and what comes of them."""

from gongzhi.affairs.resources.models.claims import Claim, Exclusion
from gongzhi.affairs.resources.models.plans import Plan, PlanGap, PlanMatch
from gongzhi.affairs.resources.models.pool import (
    HelpCategory,
    LimitRule,
    Need,
    Offer,
    OfferDay,
    PoolRevision,
    Slot,
    Wish,
)
from gongzhi.affairs.resources.models.rooms import Booking
from gongzhi.affairs.resources.models.undertakings import Agreement, Milestone, Project
from gongzhi.affairs.resources.models.volunteers import (
    ReportSlip,
    Signup,
    Stint,
    VolunteerPost,
)

__all__ = [
    "Agreement",
    "Booking",
    "Claim",
    "Exclusion",
    "HelpCategory",
    "LimitRule",
    "Milestone",
    "Need",
    "Offer",
    "OfferDay",
    "Plan",
    "PlanGap",
    "PlanMatch",
    "PoolRevision",
    "Project",
    "ReportSlip",
    "Signup",
    "Slot",
    "Stint",
    "VolunteerPost",
    "Wish",
]
