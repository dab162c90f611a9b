"""What grows out of an invented pool: volunteers, agreements, a project, a member's slip."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.timezone import localdate

from gongzhi.affairs.resources.agreements import propose_agreement, sign_agreement
from gongzhi.affairs.resources.choices import SignupChannel
from gongzhi.affairs.resources.claims import agree_claim, claim_need
from gongzhi.affairs.resources.needs import NewNeed, publish_need
from gongzhi.affairs.resources.projects import plan_project, reach_milestone, start_project
from gongzhi.affairs.resources.queries.undertakings import project_story
from gongzhi.affairs.resources.signups import dispute_own_hours, sign_up, signup_link
from gongzhi.affairs.resources.slips import draft_slip
from gongzhi.affairs.resources.volunteers import certify_hours, open_post
from gongzhi.commons.organisations.queries import coordinating_unit, unit_named
from gongzhi.commons.permissions.actors import RESIDENT
from gongzhi.commons.territory.queries import place_named
from gongzhi.simulation.pooling import CannotFill
from gongzhi.simulation.staff import Staff

Entry = Mapping[str, Any]


def fill_undertakings(*, document: Entry, at: datetime) -> None:
    """Let everything in the document happen before `at`; days are counted back from it."""
    work = _Undertakings(Staff(on=localdate(at)), at)
    for entry in document["posts"]:
        work.post(entry)
    for entry in document["agreements"]:
        work.agreement(entry)
    for entry in document["projects"]:
        work.project(entry)
    for entry in document["slips"]:
        work.slip(entry)


class _Undertakings:
    def __init__(self, staff: Staff, at: datetime) -> None:
        self.staff, self.at = staff, at
        self.agreements: dict[str, int] = {}

    def _ago(self, days: int) -> datetime:
        return self.at - timedelta(days=days)

    def _home(self, entry: Entry) -> int:
        found = place_named(entry["community"])
        if found is None:
            raise CannotFill(f"没有这个地点：{entry['community']}")
        return found.id

    def _unit(self, name: str) -> int:
        found = unit_named(name)
        if found is None:
            raise CannotFill(f"没有这个单位：{name}")
        return found.id

    def post(self, entry: Entry) -> None:
        """A post of the residents' committee, who came, and the hours they gave."""
        home, opened = self._home(entry), self._ago(entry["begins_days_ago"])
        by = self.staff.worker(home)
        post_id = open_post(
            title=entry["title"], text=entry["text"], organiser_id=by.roles[0].unit_id,
            place_id=home, wanted=entry["wanted"], begins=localdate(opened),
            ends=localdate(self._ago(-entry["ends_in_days"])), by=by, at=opened,
        )  # fmt: skip
        for row in entry["signups"]:
            channel = SignupChannel(row["channel"])
            signup = sign_up(
                post_id=post_id, name=row["name"], contact="", channel=channel,
                by=RESIDENT if channel is SignupChannel.PAGE else by,
                at=opened + timedelta(hours=3),
            )  # fmt: skip
            stints = {
                days: certify_hours(
                    post_id=post_id, name="", signup_id=signup, day=localdate(self._ago(days)),
                    minutes=minutes, by=by, at=self._ago(days - 1),
                )
                for days, minutes in row["hours"]
            }  # fmt: skip
            if "says" in row:
                days, minutes = row["says"]
                dispute_own_hours(
                    token=signup_link(signup), stint_id=stints[days], minutes=minutes,
                    reason="我是十点半才走的，少记了半个小时。", by=RESIDENT,
                    at=self._ago(days - 2),
                )  # fmt: skip

    def agreement(self, entry: Entry) -> None:
        """Proposed by the community, signed by the partner where it was."""
        home, then = self._home(entry), self._ago(entry["days_ago"])
        partner, host = self._unit(entry["partner"]), coordinating_unit(home, localdate(then))
        if host is None:
            raise CannotFill(f"没有统筹单位：{entry['community']}")
        made = propose_agreement(
            partner_id=partner, host_id=host, title=entry["title"], text=entry["text"],
            begins=localdate(then), ends=localdate(self._ago(-entry["ends_in_days"])),
            by=self.staff.coordinator(home), at=then,
        )  # fmt: skip
        self.agreements[entry["title"]] = made
        if entry["signed"]:
            by = self.staff.partner(partner)
            sign_agreement(agreement_id=made, by=by, at=then + timedelta(days=2))

    def project(self, entry: Entry) -> None:
        """One need, claimed and agreed, becomes a project that is under way."""
        home, then = self._home(entry), self._ago(entry["days_ago"])
        lead, host = self._unit(entry["lead"]), self.staff.coordinator(home)
        partner, need = self.staff.partner(lead), entry["need"]
        need_id = publish_need(
            new=NewNeed(
                title=need["title"], category=need["category"], place_id=home,
                quantity=need["quantity"], begins=localdate(then),
                ends=localdate(self._ago(-40)),
            ),
            by=host, at=then,
        )  # fmt: skip
        claim = claim_need(
            need_id=need_id, unit_id=lead, quantity=need["quantity"], offer_id=None,
            day=localdate(self._ago(-14)), by=partner, at=then + timedelta(hours=20),
        )  # fmt: skip
        agree_claim(claim_id=claim, by=host, at=then + timedelta(days=2))
        steps = [(title, localdate(self._ago(days))) for title, days, _ in entry["milestones"]]
        project_id = plan_project(
            title=entry["title"], lead_id=lead, claim_ids=[claim], milestones=steps,
            budget=entry["budget"], agreement_id=self.agreements.get(entry["agreement"]),
            by=host, at=then + timedelta(days=3),
        )  # fmt: skip
        start_project(project_id=project_id, by=host, at=then + timedelta(days=4))
        story = project_story(by=host, project_id=project_id)
        reached = {title: days for title, days, done in entry["milestones"] if done}
        for step in story.milestones:
            if step.title in reached:
                moment = self._ago(reached[step.title])
                reach_milestone(milestone_id=step.id, by=partner, at=moment)

    def slip(self, entry: Entry) -> None:
        """A slip that waits for the member."""
        home, today = self._home(entry), localdate(self.at)
        draft_slip(
            employer_id=self._unit(entry["employer"]), place_id=home, name=entry["name"],
            quarter=f"{today.year}-Q{(today.month - 1) // 3 + 1}", minutes=entry["minutes"],
            deeds=entry["deeds"], by=self.staff.worker(home), at=self._ago(1),
        )  # fmt: skip
