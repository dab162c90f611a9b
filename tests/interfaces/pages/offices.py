"""A district at work, seen through the pages: who is in which office, and what lies there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.test import Client
from django.utils import timezone

from gongzhi.affairs.tickets.choices import Occasion, WhistleKind
from gongzhi.affairs.tickets.intake import Contact, Request, receive_ticket
from gongzhi.affairs.tickets.joint_handling import authorise_whistle, draft_whistle
from gongzhi.commons.organisations.models import Person
from gongzhi.commons.permissions.actors import RESIDENT, Actor
from gongzhi.coordination.follow_ups import follow_all
from tests.affairs.small_district import SmallDistrict, build

PASSWORD = "a-long-enough-password"
WORDS = "和风花园门口的垃圾桶三天没人清运，很臭"


@dataclass(frozen=True)
class Offices:
    """The small district, and ways to bring it to where a test begins."""

    district: SmallDistrict

    def sign_in(self, client: Client, actor: Actor) -> Client:
        client.force_login(Person.objects.get(pk=actor.person_id))
        return client

    def ticket(self, text: str = WORDS, *, at: datetime | None = None, phone: str = "") -> int:
        """A request that its first owner has: the sanitation centre's."""
        at = at or timezone.now()
        receipt = receive_ticket(
            request=Request(
                text=text,
                place_id=self.district.places["garden"].pk,
                contact=Contact(name="王女士", phone=phone or "13800138000"),
            ),
            by=RESIDENT,
            at=at,
        )
        follow_all(at=at)
        return receipt.ticket_id

    def whistle(self, *, blown: bool = True, tickets: list[int] | None = None) -> int:
        """A whistle for the sanitation centre, which leads, and the waterworks."""
        at, district = timezone.now(), self.district
        whistle_id = draft_whistle(
            kind=WhistleKind.ADVANCE,
            occasion=Occasion.REQUESTS,
            title="和风花园门口积水和垃圾",
            what="现场会商，明确分工",
            ticket_ids=tickets or [],
            lead_unit_id=district.units["sanitation"].pk,
            assist_unit_ids=[district.units["water"].pk],
            place_id=district.places["willow"].pk,
            meets_at=at + timedelta(days=1),
            by=district.coordinator,
            at=at,
        )
        if blown:
            authorise_whistle(
                whistle_id=whistle_id, approved=True, reason="", by=district.street, at=at
            )
        follow_all(at=at)
        return whistle_id


SignIn = Callable[[Actor], Client]


def opened() -> Offices:
    return Offices(build())
