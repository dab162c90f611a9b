"""Invented content for the style guide."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongzhi.affairs.tickets.choices import State
from gongzhi.interfaces.pages.components import (
    Badge,
    Crumb,
    Moment,
    Row,
    Tone,
    state_badge,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")


class SampleForm(forms.Form):
    """One field of each kind."""

    text = forms.CharField(
        label=gettext_lazy("是什么事"),
        help_text=gettext_lazy("几句话就行：在哪里、怎么了。请不要写别人的姓名和电话。"),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    address = forms.CharField(label=gettext_lazy("在哪里"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("属于哪一类"),
        choices=[
            ("", gettext_lazy("不清楚，请你们判断")),
            ("light", gettext_lazy("路灯、井盖")),
            ("noise", gettext_lazy("噪声")),
        ],
        required=False,
    )
    solved = forms.ChoiceField(
        label=gettext_lazy("解决了吗"),
        choices=[
            ("yes", gettext_lazy("解决了")),
            ("partly", gettext_lazy("解决了一部分")),
            ("no", gettext_lazy("没有解决")),
        ],
        widget=forms.RadioSelect,
    )
    told = forms.BooleanField(label=gettext_lazy("办完告诉我"), required=False)
    picture = forms.FileField(label=gettext_lazy("照片"), required=False)


def _at(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


def _boundaries() -> dict[str, Any]:
    """Two invented communities side by side."""
    west = [[117.0, 36.6], [117.02, 36.6], [117.024, 36.612], [117.004, 36.618], [117.0, 36.6]]
    east = [[117.02, 36.6], [117.04, 36.603], [117.041, 36.616], [117.024, 36.612], [117.02, 36.6]]
    names = (_("柳荫社区"), _("桥头社区"))
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": name},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
            for name, ring in zip(names, (west, east), strict=True)
        ],
    }


def samples(page_number: int) -> dict[str, Any]:
    """What the style guide shows."""
    wrong = SampleForm({"wrong-text": "", "wrong-solved": "maybe"}, prefix="wrong")
    moments = [
        Moment(_("已收到"), _at(2, 8, 5), _("网页"), _("北门外第三盏路灯不亮，晚上看不见台阶。")),
        Moment(_("派给城市照明所"), _at(2, 8, 6), _("按职责清单"), ""),
        Moment(_("申请延期一天"), _at(3, 16, 40), _("城市照明所"), _("缺一种配件。"), "bad"),
        Moment(_("到场维修"), _at(4, 9, 30), _("城市照明所"), "", "now"),
        Moment(_("请您评价"), kind="ahead"),
    ]
    rows = [
        Row(
            _("北门外第三盏路灯不亮"),
            "#rows",
            (_("柳荫社区"), "GZ-2026-000123", _("城市照明所")),
            (state_badge("in_progress"),),
            _("今天 17:30 到期"),
            "soon",
        ),
        Row(
            _("二号楼楼道堆放杂物"),
            "#rows",
            (_("柳荫社区"), "GZ-2026-000098", _("物业服务企业")),
            (state_badge("reopened"), Badge(_("吹哨"), Tone.INFO, "full")),
            _("已超时 1 天"),
            "late",
        ),
        Row(_("询问老年食堂开放时间"), "#rows", (_("桥头社区"),), (state_badge("closed"),)),
    ]
    return {
        "boundaries": _boundaries(),
        "form": SampleForm(),
        "wrong_form": wrong,
        "states": [state.value for state in State],
        "moments": moments,
        "rows": rows,
        "page": Paginator(range(60), 20).get_page(page_number),
        "crumbs": [Crumb(_("首页"), "#"), Crumb(_("工单"), "#")],
        "steps": [_("什么事"), _("在哪里"), _("怎样联系您")],
    }
