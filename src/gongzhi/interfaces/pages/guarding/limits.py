"""How often one address may send one form, counted across all processes."""

import hashlib
import hmac
import math
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError


class TooMany(Exception):
    """An address sent this form too often; `seconds` says when to try again."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"too many; try again in {seconds} s")

    @property
    def minutes(self) -> int:
        return math.ceil(self.seconds / 60)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` in each span of `seconds`, per address, for the form `name`."""

    name: str
    amount: int
    seconds: int

    def take(self, address: str, *, now: float | None = None) -> bool:
        """Use one turn; False when none is left.

        Turns are numbered and each is taken by adding its key, which succeeds for exactly one
        process; the counter beside them only says where to start looking.
        """
        moment = time.time() if now is None else now
        key = self._key(address, moment)
        for turn in range(cache.get(key, 0), self.amount):
            if cache.add(f"{key}:{turn}", 1, self.seconds + 60):
                cache.set(key, turn + 1, self.seconds + 60)
                return True
        if self.amount and cache.get(f"{key}:{self.amount - 1}") is None:
            # Not all turns are gone: the counters can't be written, and neither can anything else.
            raise OperationalError("the counters of forms can't be kept")
        return False

    def used(self, address: str, *, now: float | None = None) -> int:
        """How many turns are gone in the present span."""
        moment = time.time() if now is None else now
        return int(cache.get(self._key(address, moment), 0))

    def wait(self, *, now: float | None = None) -> int:
        """Seconds until the next span begins."""
        moment = time.time() if now is None else now
        return self.seconds - int(moment) % self.seconds

    def take_or_refuse(self, address: str, *, now: float | None = None) -> None:
        """Use one turn or raise `TooMany`."""
        if not self.take(address, now=now):
            raise TooMany(self.wait(now=now))

    def _key(self, address: str, moment: float) -> str:
        # Keyed, so that the table of counters holds no addresses.
        span = int(moment) // self.seconds
        source = f"{self.name}|{address}|{span}".encode()
        digest = hmac.new(settings.SECRET_KEY.encode(), source, hashlib.sha256).hexdigest()
        return f"turns:{digest[:32]}"
