"""The forms of volunteer posts, slips, agreements and projects."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongzhi.affairs.resources.choices import SignupChannel
from gongzhi.affairs.resources.queries.claims import ClaimView
from gongzhi.affairs.resources.queries.undertakings import signed_agreements
from gongzhi.affairs.resources.queries.volunteers import SignupView
from gongzhi.commons.organisations.kinds import UnitKind
from gongzhi.commons.organisations.queries import coordinating_unit, unit, units, units_in
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import reach
from gongzhi.commons.territory.queries import communities, district, find_place
from gongzhi.interfaces.pages.guarding.forms import Guard, GuardedForm
from gongzhi.interfaces.pages.resources.forms import community_choices, day_field
from gongzhi.interfaces.pages.tickets.fields import FilesField, words

_OUTSIDE = (
    UnitKind.PARTNER_UNIT, UnitKind.SOCIAL_ORGANIZATION, UnitKind.COMMUNITY_GROUP,
    UnitKind.PROPERTY_MANAGER, UnitKind.DEPARTMENT, UnitKind.ENTERPRISE,
)  # fmt: skip
_CHANNELS = [(each.value, each.label) for each in SignupChannel if each is not SignupChannel.PAGE]
_STEP = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[\s，,：:、]*(.+)")


def minutes_of(hours: Any) -> int:
    """Whole minutes of a number of hours."""
    return round(hours * 60)


def hours_field(label: Any, *, least: float, most: int) -> forms.DecimalField:
    """Hours, to a quarter of an hour."""
    return forms.DecimalField(
        label=label, min_value=least, max_value=most, max_digits=6, decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.25", "inputmode": "decimal"}),
    )  # fmt: skip


def _own_units(by: Actor) -> list[tuple[str, str]]:
    return [(str(each), unit(each).name) for each in sorted({role.unit_id for role in by.roles})]


class PostForm(forms.Form):
    title = forms.CharField(label=_("岗位"), max_length=80)
    organiser = forms.ChoiceField(label=_("组织单位"))
    place = forms.ChoiceField(label=_("在哪里"))
    wanted = forms.IntegerField(label=_("需要多少人"), min_value=1, max_value=10_000)
    begins = day_field(_("从哪天起"))
    ends = day_field(_("到哪天止"), after=30)
    text = words(_("做什么、几点、在哪里集合"), required=False)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organiser"].choices = _own_units(by)  # type: ignore[attr-defined]
        granted = reach(by, "volunteers.organise")
        places = communities()
        if not granted.unit_ids:
            places = [view for view in places if _within(view.path, granted.place_ids)]
        self.fields["place"].choices = [(str(view.id), view.full_name) for view in places]  # type: ignore[attr-defined]


def _within(path: str, place_ids: frozenset[int]) -> bool:
    held = [view.path for i in place_ids if (view := find_place(i))]
    return any(path.startswith(each) for each in held)


class JoinForm(GuardedForm):
    """Anybody signs up for themselves."""

    guard = Guard("join", free=3, most=20)
    name = forms.CharField(
        label=_("怎么称呼您"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    contact = forms.CharField(
        label=_("电话"),
        max_length=80,
        required=False,
        help_text=_("只给组织单位看，加密保存，活动结束 90 天后删除。"),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )


class NoteSignupForm(forms.Form):
    """The organiser writes down who rang or came by."""

    name = forms.CharField(label=_("怎么称呼"), max_length=40)
    contact = forms.CharField(label=_("电话"), max_length=80, required=False)
    channel = forms.ChoiceField(label=_("怎么报的名"), choices=_CHANNELS, widget=forms.RadioSelect)


class CertifyForm(forms.Form):
    signup = forms.ChoiceField(label=_("谁"), required=False)
    name = forms.CharField(label=_("没有报名的，写称呼"), max_length=40, required=False)
    day = day_field(_("哪一天"))
    hours = hours_field(_("几小时"), least=0.25, most=24)

    def __init__(self, *args: Any, signups: tuple[SignupView, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(each.id), each.name) for each in signups]
        self.fields["signup"].choices = [("", _("没有报名的人")), *named]  # type: ignore[attr-defined]


class DisputeForm(forms.Form):
    hours = hours_field(_("应当是几小时"), least=0, most=24)
    reason = forms.CharField(
        label=_("哪里不对"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class SlipForm(forms.Form):
    name = forms.CharField(
        label=_("在职党员姓名"),
        max_length=40,
        help_text=_("加密保存；先给本人看，本人同意才寄出。"),
    )
    employer = forms.ChoiceField(label=_("所在单位"))
    place = forms.ChoiceField(label=_("报到社区"))
    quarter = forms.ChoiceField(label=_("季度"))
    hours = hours_field(_("共几小时"), least=0, most=2000)
    deeds = forms.CharField(
        label=_("做了哪些事"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("只写时长和事迹，不打分，不排名。"),
    )  # fmt: skip

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = community_choices(by, "slips.draft")  # type: ignore[attr-defined]
        employers = units_in(district().id, _OUTSIDE)
        self.fields["employer"].choices = [(str(each.id), each.name) for each in employers]  # type: ignore[attr-defined]
        self.fields["quarter"].choices = [(each, each) for each in _quarters()]  # type: ignore[attr-defined]


def _quarters() -> list[str]:
    """This quarter and the three before."""
    today = timezone.localdate()
    number = today.year * 4 + (today.month - 1) // 3
    return [f"{each // 4}-Q{each % 4 + 1}" for each in range(number, number - 4, -1)]


class AnswerSlipForm(forms.Form):
    remark = forms.CharField(
        label=_("您想说的"), max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class AgreementForm(forms.Form):
    title = forms.CharField(label=_("协议名称"), max_length=80)
    ours = forms.ChoiceField(label=_("我方单位"))
    theirs = forms.ChoiceField(label=_("对方单位"))
    begins = day_field(_("从哪天起"))
    ends = day_field(_("到哪天止"), after=365)
    text = forms.CharField(
        label=_("双方各做什么"), max_length=8000, widget=forms.Textarea(attrs={"rows": 8})
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.hosts = {coordinating_unit(view.id, today) for view in communities()} - {None}
        mine = {role.unit_id for role in by.roles}
        self.we_host = bool(mine & self.hosts)
        self.fields["ours"].choices = _own_units(by)  # type: ignore[attr-defined]
        others = (
            units_in(district().id, _OUTSIDE)
            if self.we_host
            else sorted(units(i for i in self.hosts if i).values(), key=lambda each: each.name)
        )
        self.fields["theirs"].choices = [(str(each.id), each.name) for each in others]  # type: ignore[attr-defined]

    def sides(self) -> tuple[int, int]:
        """(partner, host)."""
        ours, theirs = int(self.cleaned_data["ours"]), int(self.cleaned_data["theirs"])
        return (theirs, ours) if self.we_host else (ours, theirs)


class ProjectForm(forms.Form):
    title = forms.CharField(label=_("项目名称"), max_length=80)
    claims = forms.MultipleChoiceField(
        label=_("包含哪些认领（双方已确认的）"), widget=forms.CheckboxSelectMultiple
    )
    lead = forms.ChoiceField(label=_("牵头单位"))
    budget = forms.IntegerField(
        label=_("预算（元）"), min_value=0, max_value=100_000_000, initial=0
    )
    agreement = forms.ChoiceField(label=_("依据的协议"), required=False)
    milestones = forms.CharField(
        label=_("节点，一行一个"), required=False, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("先写日期，再写要做到什么，例如：2027-03-01 刷完墙面"),
    )  # fmt: skip

    def __init__(self, *args: Any, by: Actor, claims: list[ClaimView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["claims"].choices = [  # type: ignore[attr-defined]
            (str(each.id), f"{each.need_title} · {each.giver_name} · {each.day:%m-%d}")
            for each in claims
        ]
        leads = dict.fromkeys((str(each.giver_id), each.giver_name) for each in claims)
        self.fields["lead"].choices = [*leads, *_own_units(by)]  # type: ignore[attr-defined]
        paths = {view.path for role in by.roles if (view := find_place(role.place_id))}
        signed = dict(row for path in sorted(paths) for row in signed_agreements(place_path=path))
        named = [(str(key), title) for key, title in signed.items()]
        self.fields["agreement"].choices = [("", _("没有协议")), *named]  # type: ignore[attr-defined]

    def clean_milestones(self) -> list[tuple[str, date]]:
        found = []
        lines = [line for line in self.cleaned_data["milestones"].splitlines() if line.strip()]
        for number, line in enumerate(lines, 1):
            read = _STEP.fullmatch(line.strip())
            try:
                due = date(*map(int, read[1].split("-"))) if read else None
            except ValueError:
                due = None
            if read is None or due is None:
                raise forms.ValidationError(
                    _("第 %(number)s 行：请先写日期（如 2027-03-01），再写要做到什么"),
                    params={"number": number},
                )
            found.append((read[2].strip(), due))
        return found


class ResultForm(forms.Form):
    result = words(_("做了什么，结果如何"))
    attached = FilesField(label=_("照片或文件"), required=False)
