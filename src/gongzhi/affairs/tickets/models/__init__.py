"""Tickets and what hangs on them."""

from gongzhi.affairs.tickets.models.callbacks import Callback
from gongzhi.affairs.tickets.models.handling import (
    Assist,
    Exclusion,
    Extension,
    LimitRule,
    Objection,
    Parking,
    Pause,
    Remark,
    ReplyTemplate,
    SavedFilter,
)
from gongzhi.affairs.tickets.models.hot_issues import HotIssue, HotIssueTicket
from gongzhi.affairs.tickets.models.ticket import Merge, Requester, Ticket
from gongzhi.affairs.tickets.models.whistles import Whistle, WhistleCall

__all__ = [
    "Assist",
    "Callback",
    "Exclusion",
    "Extension",
    "HotIssue",
    "HotIssueTicket",
    "LimitRule",
    "Merge",
    "Objection",
    "Parking",
    "Pause",
    "Remark",
    "ReplyTemplate",
    "Requester",
    "SavedFilter",
    "Ticket",
    "Whistle",
    "WhistleCall",
]
