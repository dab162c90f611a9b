"""The forms of the desk."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from secrets import token_hex
from typing import Any

from django import forms
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from gongzhi.affairs.tickets.choices import Channel, RequestKind, State, Urgency
from gongzhi.affairs.tickets.queries.lists import TicketFilter
from gongzhi.commons.organisations.permissions import reach
from gongzhi.commons.permissions.actors import Actor
from gongzhi.interfaces.pages.framing.choices import category_choices, place_choices, unit_choices
from gongzhi.interfaces.pages.tickets.fields import day
from gongzhi.interfaces.pages.tickets.same_matters import SameMatterLine, follow_words

ANY = [("", _("不限"))]
TAKEN_DOWN = (Channel.PHONE, Channel.VOICE, Channel.PAPER, Channel.GRID)


class SearchForm(forms.Form):
    """Words and filters; every field may stay empty."""

    words = forms.CharField(
        label=_("找什么"),
        required=False,
        max_length=100,
        help_text=_("词语、地名或工单编号，例如“垃圾清运”“3号楼”。"),
    )
    phone = forms.CharField(label=_("诉求人电话"), required=False, max_length=30)
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[*ANY, *State.choices])
    urgency = forms.ChoiceField(
        label=_("紧急程度"), required=False, choices=[*ANY, *Urgency.choices]
    )
    category = forms.ChoiceField(label=_("事项"), required=False)
    place = forms.ChoiceField(label=_("街道或社区"), required=False)
    unit = forms.ChoiceField(label=_("主办单位"), required=False)
    due = forms.ChoiceField(
        label=_("期限"),
        required=False,
        choices=[*ANY, ("late", _("已超时")), ("1", _("一天内到期")), ("3", _("三天内到期"))],
    )
    since = day(_("收到日期从"), required=False)
    until = day(_("收到日期到"), required=False)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = [*ANY, *place_choices(by, "tickets.read")]  # type: ignore[attr-defined]
        self.fields["category"].choices = [*ANY, *category_choices()]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [*ANY, *unit_choices(by, "tickets.read")]  # type: ignore[attr-defined]
        if reach(by, "tickets.find_by_phone").nowhere:
            del self.fields["phone"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned.setdefault("phone", "")
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", _("结束日期早于开始日期"))
        return cleaned

    def filters(self, *, now: datetime) -> TicketFilter:
        """The filter that the filled-in fields ask for."""
        asked = self.cleaned_data
        since, until = asked["since"], asked["until"]
        return TicketFilter(
            states=(State(asked["state"]),) if asked["state"] else (),
            urgency=asked["urgency"],
            category_code=asked["category"],
            place_id=int(asked["place"]) if asked["place"] else None,
            unit_ids=(int(asked["unit"]),) if asked["unit"] else (),
            due_before=_due_before(asked["due"], now=now),
            received_from=make_aware(datetime.combine(since, time())) if since else None,
            received_to=make_aware(datetime.combine(until + timedelta(days=1), time()))
            if until
            else None,
        )


def _due_before(due: str, *, now: datetime) -> datetime | None:
    if not due:
        return None
    return now if due == "late" else now + timedelta(days=int(due))


class SaveForm(forms.Form):
    """A name for a search that is wanted again."""

    name = forms.CharField(label=_("给这次查找取个名字"), max_length=40)
    query = forms.CharField(widget=forms.HiddenInput, max_length=2_000)


class SameMatterForm(forms.Form):
    """Asked once the request is written: is it one of these that are being done?"""

    follow = forms.TypedChoiceField(
        label=_("问一问诉求人：是不是这件事？"),
        help_text=_(
            "选“跟进”，诉求人一样有自己的编号和链接，一样收到结果和评价；承办单位只办一次。"
        ),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("请选一项；都不是，就选第一项。"),
            "invalid_choice": _("这件事刚刚有了变化，请再选一次。"),
        },
    )

    def __init__(self, *args: Any, alike: Sequence[SameMatterLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["follow"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [
            (0, _("都不是，另外登记一件")),
            *(
                (row.id, follow_words(row.title, row.place_name, row.received_at, row.state))
                for row in (line.row for line in alike)
            ),
        ]


class RegisterForm(forms.Form):
    """Taking a request down for somebody: by phone, in person, on paper, or found on the round."""

    channel = forms.ChoiceField(
        label=_("怎样来的"),
        widget=forms.RadioSelect,
        initial=Channel.PHONE,
        choices=[(channel.value, channel.label) for channel in TAKEN_DOWN],
    )
    kind = forms.ChoiceField(
        label=_("诉求类型"),
        widget=forms.RadioSelect,
        choices=RequestKind.choices,
        initial=RequestKind.HELP,
    )
    place = forms.ChoiceField(label=_("哪个社区"))
    address = forms.CharField(
        label=_("具体位置"),
        required=False,
        max_length=160,
        help_text=_("小区、楼栋或路口，例如“和风花园3号楼”。"),
    )
    text = forms.CharField(
        label=_("反映的事情"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("照诉求人的话写；可以直接粘贴聊天文字。"),
    )
    category = forms.ChoiceField(
        label=_("事项"), required=False, help_text=_("不确定可以不选，系统会给出建议。")
    )
    urgency = forms.ChoiceField(label=_("紧急程度"), choices=Urgency.choices)
    name = forms.CharField(label=_("称呼"), required=False, max_length=40)
    phone = forms.CharField(
        label=_("电话"),
        required=False,
        max_length=30,
        help_text=_("用于联系和回访，加密保存；诉求人不愿留可以不填。"),
    )

    # A second press of the button sends the same key again, and makes no second ticket.
    key = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = token_hex(16)
        self.fields["place"].choices = place_choices(by, "tickets.receive_for")  # type: ignore[attr-defined]
        self.fields["category"].choices = [("", _("不清楚")), *category_choices()]  # type: ignore[attr-defined]
