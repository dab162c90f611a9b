"""The forms of meetings; what a field means is decided by the actions."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongzhi.affairs.assemblies.decisions import NewTask
from gongzhi.affairs.assemblies.meeting_choices import ApprovalOf, MeetingKind, Presence
from gongzhi.affairs.assemblies.queries.meetings import MeetingStory, StandingView
from gongzhi.affairs.assemblies.resolutions import Hands
from gongzhi.affairs.assemblies.standing_meetings import NewStanding, Rules
from gongzhi.commons.organisations.kinds import UnitKind
from gongzhi.commons.organisations.queries import unit, units_at, units_in
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import reach
from gongzhi.commons.territory.queries import children, district
from gongzhi.coordination.meeting_agendas import Suggestion
from gongzhi.interfaces.pages.framing.choices import place_choices
from gongzhi.interfaces.pages.framing.unit_groups import UnitGroups, callable_units
from gongzhi.interfaces.pages.tickets.fields import day, moment, words

MOST_TASKS = 4
DAY_ENDS = time(18)


def member_units(place_id: int) -> list[tuple[str, Any]]:
    """Who can be asked to a place: the units of its levels, and the bodies of its communities."""
    groups = callable_units(place_id)
    bodies = (UnitKind.COMMUNITY_PARTY_ORG, UnitKind.RESIDENTS_COMMITTEE)
    for below in children(place_id):
        if below.kind == "community":
            found = units_at(below.id, bodies)
            groups.append((below.name, [(str(view.id), view.name) for view in found]))
    return groups


class StandingForm(forms.Form):
    """A meeting that comes back: members and rules."""

    kind = forms.ChoiceField(
        label=_("哪种会议"), widget=forms.RadioSelect, initial=MeetingKind.JOINT,
        choices=[(str(k), k.label) for k in (MeetingKind.JOINT, MeetingKind.REPRESENTATIVES)],
    )  # fmt: skip
    name = forms.CharField(label=_("会议名称"), max_length=80)
    place = forms.ChoiceField(label=_("哪个社区或街道"))
    chair = forms.ChoiceField(label=_("主持单位"))
    members = forms.MultipleChoiceField(
        label=_("成员单位"), required=False, widget=UnitGroups,
        help_text=_("联席会议按单位表决，一个单位一票。"),
    )  # fmt: skip
    entitled = forms.IntegerField(
        label=_("居民代表人数"), required=False, min_value=1, max_value=10_000,
        help_text=_("只有居民代表会议要填。"),
    )  # fmt: skip
    every_months = forms.IntegerField(
        label=_("每隔几个月一次"), required=False, min_value=1, max_value=24
    )
    basis = forms.CharField(
        label=_("议事规则的依据"), max_length=160, help_text=_("法律、章程或本地规定的条款。")
    )
    callers = forms.CharField(label=_("谁可以提议召开"), max_length=160, required=False)
    attendance_share = forms.CharField(
        label=_("到会比例"), max_length=9, initial="1/2", help_text=_("写成分数，例如 1/2、2/3。")
    )
    attendance_inclusive = forms.BooleanField(label=_("正好达到到会比例也算"), required=False)
    approval_share = forms.CharField(label=_("同意比例"), max_length=9, initial="1/2")
    approval_inclusive = forms.BooleanField(label=_("正好达到同意比例也算"), required=False)
    approval_of = forms.ChoiceField(label=_("同意比例按谁算"), choices=ApprovalOf.choices)

    def __init__(
        self, *args: Any, by: Actor, standing: StandingView | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        held = reach(by, "meetings.call").place_ids
        units = member_units(standing.place_id if standing else min(held, default=district().id))
        self.fields["chair"].choices = units  # type: ignore[attr-defined]
        self.fields["members"].choices = units  # type: ignore[attr-defined]
        if standing is not None:
            del self.fields["kind"], self.fields["place"]
        else:
            self.fields["place"].choices = place_choices(by, "meetings.call")  # type: ignore[attr-defined]

    def new_standing(self, standing: StandingView | None = None) -> NewStanding:
        asked = self.cleaned_data
        return NewStanding(
            kind=standing.kind if standing else MeetingKind(asked["kind"]),
            name=asked["name"],
            place_id=standing.place_id if standing else int(asked["place"]),
            chair_id=int(asked["chair"]),
            member_ids=[int(each) for each in asked["members"]],
            rules=Rules(
                basis=asked["basis"],
                attendance_share=asked["attendance_share"],
                attendance_inclusive=asked["attendance_inclusive"],
                approval_share=asked["approval_share"],
                approval_inclusive=asked["approval_inclusive"],
                approval_of=ApprovalOf(asked["approval_of"]),
                entitled=asked["entitled"],
                callers=asked["callers"],
            ),
            every_months=asked["every_months"],
        )


class WhenForm(forms.Form):
    begins_at = moment(_("开始时间"))
    ends_at = moment(_("结束时间"))
    venue = forms.CharField(label=_("地点"), max_length=120)


class MeetingForm(WhenForm):
    """A sitting of a standing meeting."""

    standing = forms.ChoiceField(label=_("哪个会议"))
    title = forms.CharField(label=_("本次会议名称"), max_length=120)
    field_order = ("standing", "title", "begins_at", "ends_at", "venue")

    def __init__(self, *args: Any, standings: Iterable[StandingView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one.id), one.name) for one in standings]
        self.fields["standing"].choices = choices  # type: ignore[attr-defined]


class PointForm(forms.Form):
    title = forms.CharField(label=pgettext_lazy("agenda", "议题"), max_length=160)


class SuggestionsForm(forms.Form):
    """What is stuck; people choose what comes on the agenda."""

    keys = forms.MultipleChoiceField(label=_("选择要上会的事"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, found: Iterable[Suggestion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keys"].choices = [(one.key, _told(one)) for one in found]  # type: ignore[attr-defined]


def _told(one: Suggestion) -> str:
    """A matter, why it is suggested, and for how long it has been stuck."""
    if one.days is None:
        return f"{one.title} · {one.why.label}"
    return f"{one.title} · {one.why.label} · {_('%(days)d 天') % {'days': one.days}}"


class AttendanceForm(forms.Form):
    """Who came."""

    def __init__(self, *args: Any, story: MeetingStory, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        came = [(str(one), one.label) for one in Presence if one is not Presence.INVITED]
        for sat in story.attendance:
            self.fields[f"unit_{sat.unit_id}"] = forms.ChoiceField(
                label=sat.unit_name, choices=came, widget=forms.RadioSelect, initial=Presence.CAME
            )
        if story.row.kind is MeetingKind.REPRESENTATIVES:
            self.fields["present"] = forms.IntegerField(
                label=_("到会代表人数"), min_value=0, max_value=story.entitled or 10_000
            )

    def presence(self) -> dict[int, Presence]:
        return {
            int(name.removeprefix("unit_")): Presence(value)
            for name, value in self.cleaned_data.items()
            if name.startswith("unit_")
        }


class ResolutionForm(forms.Form):
    """What was resolved on a point, the hands, and the tasks."""

    point = forms.ChoiceField(label=_("哪个议题"), required=False)
    text = words(_("议定的内容"))
    in_favour = forms.IntegerField(label=_("同意"), required=False, min_value=0)
    against = forms.IntegerField(label=_("反对"), required=False, min_value=0)
    abstained = forms.IntegerField(label=_("弃权"), required=False, min_value=0)

    def __init__(self, *args: Any, story: MeetingStory, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        points = [(str(one.position), f"{one.position}. {one.title}") for one in story.agenda]
        self.fields["point"].choices = [("", "—"), *points]  # type: ignore[attr-defined]
        units = [("", "—"), *_units_for_tasks(story)]
        for n in range(1, MOST_TASKS + 1):
            self.fields[f"task_{n}"] = forms.CharField(
                label=_("任务 %(n)s") % {"n": n}, required=False, max_length=120
            )
            self.fields[f"unit_{n}"] = forms.ChoiceField(
                label=_("由谁办"), required=False, choices=units
            )
            self.fields[f"due_{n}"] = day(_("何时完成"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for n in range(1, MOST_TASKS + 1):
            parts = [cleaned.get(f"{name}_{n}") for name in ("task", "unit", "due")]
            if any(parts) and not all(parts):
                self.add_error(f"task_{n}", _("任务要写明事情、单位和完成日期"))
        hands = [cleaned.get(name) for name in ("in_favour", "against", "abstained")]
        if any(each is not None for each in hands) and hands[0] is None:
            self.add_error("in_favour", _("表决了就要写明同意的数目；没有表决请都留空"))
        return cleaned

    def shown_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("point", "text")]

    def hand_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("in_favour", "against", "abstained")]

    def task_lines(self) -> list[list[forms.BoundField]]:
        """The fields of each task, to stand side by side."""
        return [
            [self[f"{name}_{n}"] for name in ("task", "unit", "due")]
            for n in range(1, MOST_TASKS + 1)
        ]

    def position(self) -> int | None:
        return int(self.cleaned_data["point"]) if self.cleaned_data["point"] else None

    def hands(self) -> Hands | None:
        asked = self.cleaned_data
        if asked["in_favour"] is None:
            return None
        return Hands(asked["in_favour"], asked["against"] or 0, asked["abstained"] or 0)

    def tasks(self) -> list[NewTask]:
        filled = self.cleaned_data
        return [
            NewTask(
                filled[f"task_{n}"],
                int(filled[f"unit_{n}"]),
                make_aware(datetime.combine(filled[f"due_{n}"], DAY_ENDS)),
            )
            for n in range(1, MOST_TASKS + 1)
            if filled.get(f"task_{n}")
        ]


def _units_for_tasks(story: MeetingStory) -> list[tuple[str, str]]:
    """Who sat there, else the units of the place."""
    if story.attendance:
        return [(str(sat.unit_id), sat.unit_name) for sat in story.attendance]
    return [(str(view.id), view.name) for view in units_in(story.place_id)]


class MinutesForm(forms.Form):
    minutes = words(_("会议纪要"), rows=12)


class ReasonForm(forms.Form):
    reason = words(_("理由"), rows=3)


def unit_names(ids: Iterable[int]) -> list[tuple[int, str]]:
    """Units with their names, for the calendars of the visitor's units."""
    return [(each, unit(each).name) for each in sorted(ids)]
