"""The forms of owners' votes; what a field means is decided by the actions."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gongzhi.affairs.assemblies.owners_ballots import MOST_SHEETS, Paper
from gongzhi.affairs.assemblies.owners_choices import (
    Choice,
    Disclosure,
    Matter,
    Scope,
    Twice,
)
from gongzhi.affairs.assemblies.owners_votes import CONVENERS, STATUTORY_NOTICE_DAYS, NewVote
from gongzhi.affairs.assemblies.queries.owners_votes import ItemView, VoteStory
from gongzhi.commons.organisations.queries import unit, units_in
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import reach
from gongzhi.commons.territory.queries import ancestors, children, place
from gongzhi.interfaces.pages.tickets.fields import day, moment, words

_VOTED = [(str(one), one.label) for one in (Choice.FOR, Choice.AGAINST, Choice.ABSTAIN)]


def home_places(by: Actor) -> list[int]:
    """The places around which `by` may prepare votes: their own, and those of their units."""
    granted = reach(by, "owners_votes.run")
    return sorted({*granted.place_ids, *(unit(each).place_id for each in granted.unit_ids)})


def scope_places(by: Actor) -> list[tuple[str, Any]]:
    """Estates with their buildings, as an option list has them."""
    groups: list[tuple[str, Any]] = []
    for home in home_places(by):
        for estate in _estates(home):
            inside = [view for view in children(estate) if view.kind in {"phase", "building"}]
            options = [(str(view.id), view.name) for view in inside]
            whole = (str(estate), str(_("整个小区：%s")) % place(estate).name)
            groups.append((place(estate).name, [whole, *options]))
    return groups


def _estates(home: int) -> Iterable[int]:
    """The estates at, around or below a place, through grids or without them."""
    held = place(home)
    if held.kind in {"estate", "phase", "building", "entrance"}:
        yield next((one.id for one in ancestors(home) if one.kind == "estate"), home)
        return
    for view in children(home):
        if view.kind == "estate":
            yield view.id
        elif view.kind in {"subdistrict", "community", "grid"}:
            yield from _estates(view.id)


def convener_choices(by: Actor) -> list[tuple[str, str]]:
    """The bodies that may call owners there."""
    found = {}
    for home in home_places(by):
        for view in units_in(home, CONVENERS):
            found[view.id] = view.name
    return [(str(each), name) for each, name in found.items()]


class VoteForm(forms.Form):
    """What an owners' vote is."""

    title = forms.CharField(label=_("表决名称"), max_length=120)
    about = words(_("为什么表决，议定什么"))
    scope = forms.ChoiceField(
        label=_("由谁表决"), choices=Scope.choices, widget=forms.RadioSelect, initial=Scope.BUILDING
    )
    place = forms.ChoiceField(label=_("在哪里"))
    scope_name = forms.CharField(
        label=_("表决范围的名称"),
        max_length=60,
        help_text=_("例如“3幢”或“2幢1单元”；面积和人数都在这个范围内计算。"),
    )
    convener = forms.ChoiceField(label=_("召集单位"))
    terms = words(_("补充约定（如对一层业主的补偿）"), required=False, rows=3)
    disclosure = forms.ChoiceField(
        label=_("谁能看到各户意见"), choices=Disclosure.choices, widget=forms.RadioSelect,
        initial=Disclosure.COUNTERS,
        help_text=_("计票结束前谁也看不到。按面积计票的表决做不到完全无记名。"),
    )  # fmt: skip
    total_area = forms.DecimalField(
        label=_("范围内专有部分总面积（平方米）"), required=False, max_digits=14, decimal_places=4,
        help_text=_("用来核对名册，也用来推算面积不明的房屋；不清楚时留空。"),
    )  # fmt: skip
    basis = forms.CharField(label=_("依据的议事规则"), max_length=160, required=False)
    notice_days = forms.IntegerField(
        label=_("提前公告天数"), min_value=0, max_value=90, initial=STATUTORY_NOTICE_DAYS
    )
    twice = forms.ChoiceField(
        label=_("同一业主投两次时"), choices=Twice.choices, initial=Twice.LATEST
    )
    proxy_limit = forms.IntegerField(
        label=_("一人最多代理几位业主"), required=False, min_value=1, max_value=1000,
        help_text=_("议事规则没有限制时留空。"),
    )  # fmt: skip
    spoiled_takes_part = forms.BooleanField(label=_("无效票算参与表决"), required=False)

    def __init__(self, *args: Any, by: Actor, story: VoteStory | None = None, **kw: Any) -> None:
        super().__init__(*args, **kw)
        if story is not None:  # place and convener stay
            del self.fields["place"], self.fields["convener"]
            return
        self.fields["place"].choices = scope_places(by)  # type: ignore[attr-defined]
        self.fields["convener"].choices = convener_choices(by)  # type: ignore[attr-defined]

    def new_vote(self, story: VoteStory | None = None) -> NewVote:
        """The facts that were filled in; place and convener of a vote that is there already."""
        asked = self.cleaned_data
        return NewVote(
            title=asked["title"],
            about=asked["about"],
            scope=Scope(asked["scope"]),
            scope_name=asked["scope_name"],
            place_id=story.place_id if story else int(asked["place"]),
            convener_id=story.convener_id if story else int(asked["convener"]),
            disclosure=Disclosure(asked["disclosure"]),
            terms=asked["terms"],
            total_area=asked["total_area"],
            twice=Twice(asked["twice"]),
            proxy_limit=asked["proxy_limit"],
            spoiled_takes_part=asked["spoiled_takes_part"],
            notice_days=asked["notice_days"],
            basis=asked["basis"],
        )


class ItemForm(forms.Form):
    title = forms.CharField(label=_("表决事项"), max_length=120)
    matter = forms.TypedChoiceField(
        label=_("属于民法典第 278 条的哪一项"), coerce=int, choices=Matter.choices,
        help_text=_("第 6 至 8 项须四分之三同意，其余过半数同意。"),
    )  # fmt: skip
    text = words(_("说明"), required=False, rows=3)


class RollForm(forms.Form):
    file = forms.FileField(
        label=_("名册文件（XLSX 或 CSV）"),
        help_text=_(
            "列名：房号、业主、面积（不明留空）；可有送达、姓名、电话。同一业主的“业主”一栏要写得一样。"
        ),
    )
    rows_of = forms.CharField(
        label=_("只取这些行"), required=False, max_length=80,
        help_text=_("写成“列=值”，例如“楼栋=3”；留空取全部。"),
    )  # fmt: skip


_MOST_NUMBERS = 20_000


class DeliveredForm(forms.Form):
    numbers = forms.CharField(
        label=_("已送达的业主编号"), max_length=2000, help_text=_("例如 1、2、5-9。")
    )

    def clean_numbers(self) -> list[int]:
        """Numbers and stretches of them, such as 1、2、5-9."""
        found: list[int] = []
        for part in self.cleaned_data["numbers"].replace("、", ",").replace("，", ",").split(","):
            first, _dash, last = part.strip().partition("-")
            if not (first.isascii() and first.isdigit() and len(first) <= 6):
                raise forms.ValidationError(_("请写编号，例如 1、2、5-9。"))
            end = last.strip() or first
            if not (end.isascii() and end.isdigit() and len(end) <= 6):
                raise forms.ValidationError(_("请写编号，例如 1、2、5-9。"))
            stretch = range(int(first), int(end) + 1)
            if len(found) + len(stretch) > _MOST_NUMBERS:  # before they fill the memory
                raise forms.ValidationError(_("编号太多，请分次登记。"))
            found += stretch
        return found


class AnnounceForm(forms.Form):
    begins_at = moment(_("开始投票"))
    ends_at = moment(_("截止投票"))


class ExtendForm(forms.Form):
    ends_at = moment(_("新的截止时间"))
    reason = words(_("理由"), rows=3)


class CancelForm(forms.Form):
    reason = words(_("理由"), rows=3)


class VoidForm(forms.Form):
    receipt = forms.CharField(
        label=_("回执号"), max_length=20,
        help_text=_("业主本人页面上显示的回执号。作废后这张票不计，原链接失效，可为业主另打一张票。"),
    )  # fmt: skip


def _question(item: ItemView, *, spoiled: bool) -> forms.ChoiceField:
    more = [(str(Choice.SPOILED), Choice.SPOILED.label)] if spoiled else []
    return forms.ChoiceField(
        label=f"{item.number}. {item.title}", choices=[*_VOTED, *more], widget=forms.RadioSelect
    )


class BallotForm(forms.Form):
    """An owner's own ballot: one answer to each question."""

    def __init__(self, *args: Any, items: Iterable[ItemView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item in items:
            self.fields[f"item_{item.number}"] = _question(item, spoiled=False)

    def choices(self) -> dict[int, Choice]:
        return {
            int(name.removeprefix("item_")): Choice(value)
            for name, value in self.cleaned_data.items()
            if name.startswith("item_")
        }


class PaperForm(BallotForm):
    """A paper ballot as it reads."""

    number = forms.IntegerField(label=_("业主编号"), min_value=1, max_value=1_000_000)
    sheet = forms.IntegerField(
        label=_("该业主的第几张票"), min_value=1, max_value=MOST_SHEETS, initial=1
    )
    received_at = moment(_("收到时间"))
    flats = forms.CharField(
        label=_("只为这些房号投票"), required=False, max_length=400,
        help_text=_("留空即该业主的全部房屋；多个用顿号隔开。"),
    )  # fmt: skip
    signer = forms.CharField(
        label=_("签署人"),
        required=False,
        max_length=20,
        help_text=_("共有的房屋由谁签的名；只用来识别重复，不保存姓名。"),
    )
    proxy = forms.CharField(
        label=_("代理人"),
        required=False,
        max_length=60,
        help_text=_("由别人代投时填写；只用来识别重复，不保存姓名。"),
    )
    authorised = forms.BooleanField(label=_("附有书面委托"), required=False)

    def __init__(self, *args: Any, items: Iterable[ItemView], **kwargs: Any) -> None:
        super().__init__(*args, items=[], **kwargs)
        for item in items:
            self.fields[f"item_{item.number}"] = _question(item, spoiled=True)

    def paper(self) -> Paper:
        asked = self.cleaned_data
        flats = asked["flats"].replace("，", "、").replace(",", "、").split("、")
        return Paper(
            number=asked["number"],
            sheet=asked["sheet"],
            received_at=asked["received_at"],
            choices=self.choices(),
            flats=tuple(flat.strip() for flat in flats if flat.strip()),
            signer=asked["signer"].strip(),
            proxy=asked["proxy"].strip(),
            authorised=asked["authorised"],
        )


class CodeForm(forms.Form):
    """What is printed on an owner's slip."""

    number = forms.IntegerField(label=_("业主编号"), min_value=1, max_value=1_000_000)
    code = forms.CharField(
        label=_("验证码（10 位数字）"), max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip


class DecisionForm(forms.Form):
    """What is to be done about a result, by whom, until when."""

    task = forms.CharField(label=_("要做什么"), max_length=120)
    unit = forms.ChoiceField(label=_("由谁办"))
    due = day(_("何时完成"))

    def __init__(self, *args: Any, story: VoteStory, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        community = next(
            (one.id for one in ancestors(story.place_id) if one.kind == "community"),
            story.place_id,
        )
        units = units_in(community)
        self.fields["unit"].choices = [(str(view.id), view.name) for view in units]  # type: ignore[attr-defined]
