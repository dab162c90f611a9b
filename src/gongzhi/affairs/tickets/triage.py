"""Step 2: what is this about, how urgent? The engine suggests; a person may overrule."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from gongzhi.affairs.tickets import events
from gongzhi.affairs.tickets.lifecycle import Step, tell, ticket_for, told
from gongzhi.affairs.tickets.models import Ticket
from gongzhi.affairs.tickets.models.choices import State, Urgency
from gongzhi.affairs.tickets.moving import move_many
from gongzhi.commons.categories.queries import category, rule_book
from gongzhi.commons.ledger.recording import record_many
from gongzhi.commons.organisations.actors import SYSTEM, Actor
from gongzhi.engines.triage.interface import Suggestion
