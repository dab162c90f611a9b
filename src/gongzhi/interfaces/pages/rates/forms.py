"""What the rates are told apart by, for where, and from when to when."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from gongzhi.affairs.tickets.queries.rates import GroupBy
from gongzhi.commons.permissions.actors import Actor
from gongzhi.interfaces.pages.framing.choices import place_choices
from gongzhi.interfaces.pages.tickets.fields import day

LONGEST = timedelta(days=400)


class RatesForm(forms.Form):
    """Every field has a value of its own, so the page shows something at once."""

    group = forms.ChoiceField(
        label=_("按什么分"),
        choices=[
            (GroupBy.ALL, _("合计")),
            (GroupBy.UNIT, _("单位")),
            (GroupBy.COMMUNITY, _("社区")),
            (GroupBy.CATEGORY, _("事项")),
            (GroupBy.MONTH, _("月份")),
        ],
    )
    place = forms.ChoiceField(label=_("街道或社区"), required=False)
    since = day(_("从"))
    until = day(_("到（含当天）"))

    def __init__(self, data: Any, *, by: Actor, today: date) -> None:
        start = {
            "group": GroupBy.UNIT,
            "place": "",
            "since": f"{today.replace(day=1)}",
            "until": f"{today}",
        }
        given = {name: data[name] for name in start if data.get(name)}
        super().__init__(start | given)
        places = place_choices(by, "indicators.read")
        self.fields["place"].choices = [("", _("不限")), *places]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", _("结束日期早于开始日期"))
        elif since and until and until - since > LONGEST:
            self.add_error("until", _("一次最多看 400 天"))
        return cleaned

    def period(self) -> tuple[datetime, datetime]:
        """From the start of the first day to the end of the last."""
        asked = self.cleaned_data
        after = asked["until"] + timedelta(days=1)
        return (
            make_aware(datetime.combine(asked["since"], time())),
            make_aware(datetime.combine(after, time())),
        )
