"""The forms of the pool; what a field means is decided by the actions."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongzhi.affairs.resources.categories import WISH, help_categories
from gongzhi.affairs.resources.choices import (
    BookingRule,
    Condition,
    SignupChannel,
    Sort,
    SourceKind,
    Urgency,
    Visibility,
)
from gongzhi.affairs.resources.needs import NewNeed
from gongzhi.affairs.resources.offers import NewOffer, Opening
from gongzhi.affairs.resources.queries.pool import Filters, needs_within_reach
from gongzhi.commons.organisations.queries import unit
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import reach
from gongzhi.commons.ratings.rating import Satisfied, Solved
from gongzhi.commons.territory.queries import (
    communities,
    district,
    find_place,
    places_of_kind,
)
from gongzhi.interfaces.pages.tickets.fields import words

_DAYS_AHEAD = 14
_WEEKDAYS = [
    ("0", _("周一")), ("1", _("周二")), ("2", _("周三")), ("3", _("周四")), ("4", _("周五")),
    ("5", _("周六")), ("6", _("周日")),
]  # fmt: skip


def kind_choices(*, sort: str = "") -> list[tuple[str, Any]]:
    """Kinds of help by sort, as an option list has them."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for view in help_categories().values():
        if view.code != WISH and sort in {"", view.sort}:
            label = f"{view.name}（{view.measure}）"
            groups.setdefault(str(Sort(view.sort).label), []).append((view.code, label))
    return list(groups.items())


def community_choices(by: Actor, action: str) -> list[tuple[str, str]]:
    """The communities for which `by` may do `action`."""
    granted = reach(by, action)
    held = [view.path for i in granted.place_ids if (view := find_place(i))]
    return [
        (str(view.id), view.full_name)
        for view in communities()
        if granted.everywhere or any(view.path.startswith(path) for path in held)
    ]


def unit_choices(by: Actor, action: str) -> list[tuple[str, str]]:
    """The reader's own units that may do `action`."""
    return [(str(each), unit(each).name) for each in sorted(reach(by, action).unit_ids)]


def day_field(label: Any, *, after: int = 0) -> forms.DateField:
    """A day; by default so many days from today."""
    return forms.DateField(
        label=label,
        initial=lambda: timezone.localdate() + timedelta(days=after),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class FilterForm(forms.Form):
    """What to look for; nothing is required."""

    category = forms.ChoiceField(label=_("类别"), required=False)
    place = forms.ChoiceField(label=_("社区"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(str(view.id), view.name) for view in help_categories().values()]
        places = [(str(view.id), view.name) for view in communities()]
        self.fields["category"].choices = [("", _("全部类别")), *kinds]  # type: ignore[attr-defined]
        self.fields["place"].choices = [("", _("全部社区")), *places]  # type: ignore[attr-defined]

    def filters(self, **more: Any) -> Filters:
        asked = self.cleaned_data if self.is_valid() else {}
        return Filters(
            category_id=int(asked["category"]) if asked.get("category") else None,
            place_id=int(asked["place"]) if asked.get("place") else None,
            **more,
        )


class FoldedForm(forms.Form):
    """A form whose rarer fields fold away."""

    folded: tuple[str, ...] = ()

    def shown_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in self.folded]

    def folded_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name in self.folded]

    def opens_fold(self) -> bool:
        """Whether something in the fold has to be mended."""
        return any(name in self.errors for name in self.folded)


class NeedForm(FoldedForm):
    folded = ("beneficiaries", "asks", "gives", "whole", "after", "heard_in", "partners_only")
    title = forms.CharField(
        label=_("需要什么"), max_length=80, help_text=_("一句话，例如：周末陪老人下楼走走。")
    )
    category = forms.ChoiceField(label=_("类别（计量单位）"))
    place = forms.ChoiceField(label=_("社区"))
    quantity = forms.IntegerField(label=_("数量"), min_value=1, max_value=1_000_000)
    urgency = forms.TypedChoiceField(
        label=_("急不急"), coerce=int, choices=Urgency.choices, initial=Urgency.NORMAL,
        widget=forms.RadioSelect,
    )  # fmt: skip
    begins = day_field(_("从哪天起"))
    ends = day_field(_("到哪天止"), after=_DAYS_AHEAD)
    beneficiaries = forms.IntegerField(
        label=_("大约多少人受益"), required=False, min_value=0, max_value=1_000_000
    )
    text = words(_("补充说明"), required=False)
    asks = forms.MultipleChoiceField(
        label=_("对提供方的要求"), required=False, choices=Condition.choices,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    gives = forms.MultipleChoiceField(
        label=_("社区能配合的"), required=False, choices=Condition.choices,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    whole = forms.BooleanField(label=_("须由一家一次满足"), required=False)
    after = forms.ChoiceField(label=_("要等哪个需求先办到"), required=False)
    heard_in = forms.ChoiceField(label=_("从哪里听到的"), required=False)
    partners_only = forms.BooleanField(label=_("只给共建单位看，不对外公开"), required=False)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_ones = own_needs(by, "needs.publish", states=("published", "claimed", "done"))
        self.fields["after"].choices = [("", _("不用等")), *open_ones]  # type: ignore[attr-defined]
        heard = [("", _("其他")), *SourceKind.choices]
        self.fields["heard_in"].choices = heard  # type: ignore[attr-defined]
        self.fields["category"].choices = kind_choices()  # type: ignore[attr-defined]
        self.fields["place"].choices = community_choices(by, "needs.publish")  # type: ignore[attr-defined]

    def new_need(self, **more: Any) -> NewNeed:
        """What the action takes."""
        asked = self.cleaned_data
        return NewNeed(
            title=asked["title"],
            category=asked["category"],
            place_id=int(asked["place"]),
            quantity=asked["quantity"],
            urgency=Urgency(asked["urgency"]),
            begins=asked["begins"],
            ends=asked["ends"],
            beneficiaries=asked["beneficiaries"] or 0,
            text=asked["text"],
            asks=tuple(asked["asks"]),
            gives=tuple(asked["gives"]),
            whole=asked["whole"],
            after_id=int(asked["after"]) if asked["after"] else None,
            heard_in=SourceKind(asked["heard_in"]) if asked["heard_in"] else None,
            visibility=Visibility.PARTNERS if asked["partners_only"] else Visibility.PUBLIC,
            **more,
        )


class WishForm(forms.Form):
    title = forms.CharField(
        label=_("心愿"), max_length=80, help_text=_("会公开，请不要写姓名、电话和门牌。")
    )
    place = forms.ChoiceField(label=_("社区"))
    cap = forms.IntegerField(label=_("预计花费（元）"), min_value=0, max_value=2_000)
    ends = day_field(_("到哪天止"), after=30)
    text = words(_("补充说明"), required=False, rows=3)
    name = forms.CharField(
        label=_("受助人怎么称呼"),
        max_length=40,
        help_text=_("加密保存，社区同意后才告诉认领单位。"),
    )
    contact = forms.CharField(label=_("怎么联系受助人"), max_length=80, required=False)
    consents = forms.BooleanField(label=_("本人同意登记并公开这个心愿"))

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = community_choices(by, "needs.publish")  # type: ignore[attr-defined]

    def new_need(self) -> NewNeed:
        asked = self.cleaned_data
        return NewNeed(
            title=asked["title"], category=WISH, place_id=int(asked["place"]), quantity=1,
            begins=timezone.localdate(), ends=asked["ends"], text=asked["text"], whole=True,
            beneficiaries=1,
        )  # fmt: skip


class OfferForm(FoldedForm):
    folded = ("weekdays", "opens", "closes", "seats", "gives", "asks", "text")
    title = forms.CharField(label=_("能提供什么"), max_length=80)
    unit = forms.ChoiceField(label=_("提供单位"))
    categories = forms.MultipleChoiceField(
        label=_("类别（可多选）"), widget=forms.CheckboxSelectMultiple
    )
    total = forms.IntegerField(label=_("总共多少"), min_value=1, max_value=1_000_000)
    per_day = forms.IntegerField(
        label=_("每天最多"), required=False, min_value=1, max_value=1_000_000
    )
    begins = day_field(_("从哪天起"))
    ends = day_field(_("到哪天止"), after=180)
    area = forms.ChoiceField(label=_("服务范围"))
    weekdays = forms.MultipleChoiceField(
        label=_("每周哪几天"), required=False, choices=_WEEKDAYS,
        widget=forms.CheckboxSelectMultiple, help_text=_("不选表示每天都可以。"),
    )  # fmt: skip
    opens = forms.TimeField(
        label=_("几点开始"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    closes = forms.TimeField(
        label=_("几点结束"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    seats = forms.IntegerField(
        label=_("可容纳人数"), required=False, min_value=1, max_value=100_000,
        help_text=_("填写后，这个场地可以预约。"),
    )  # fmt: skip
    gives = forms.MultipleChoiceField(
        label=_("本单位具备的"), required=False, choices=Condition.choices,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    asks = forms.MultipleChoiceField(
        label=_("需要社区配合的"), required=False, choices=Condition.choices,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    text = words(_("补充说明"), required=False)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = unit_choices(by, "offers.open")  # type: ignore[attr-defined]
        self.fields["categories"].choices = [  # type: ignore[attr-defined]
            (view.code, f"{view.name}（{view.measure}）") for view in help_categories().values()
        ]
        areas = [district(), *places_of_kind("subdistrict"), *communities()]
        self.fields["area"].choices = [(str(view.id), view.full_name) for view in areas]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        hours = [asked.get("opens"), asked.get("closes")]
        if asked.get("weekdays") and not all(hours):
            self.add_error("opens", _("请写明几点到几点"))
        return asked

    def new_offer(self) -> NewOffer:
        """What the action takes."""
        asked = self.cleaned_data
        return NewOffer(
            title=asked["title"],
            unit_id=int(asked["unit"]),
            categories=tuple(asked["categories"]),
            place_id=unit(int(asked["unit"])).place_id,
            area_id=int(asked["area"]),
            total=asked["total"],
            per_day=asked["per_day"],
            begins=asked["begins"],
            ends=asked["ends"],
            text=asked["text"],
            asks=tuple(asked["asks"]),
            gives=tuple(asked["gives"]),
            openings=tuple(
                Opening(int(day), asked["opens"], asked["closes"]) for day in asked["weekdays"]
            ),
            seats=asked["seats"],
        )


class ClaimNeedForm(forms.Form):
    """A unit takes up a need."""

    unit = forms.ChoiceField(label=_("以哪个单位的名义"))
    offer = forms.ChoiceField(label=_("用哪项资源"), required=False)
    quantity = forms.IntegerField(label=_("数量"), min_value=1, max_value=1_000_000)
    day = day_field(_("哪一天"), after=1)

    def __init__(self, *args: Any, by: Actor, offers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = unit_choices(by, "claims.give")  # type: ignore[attr-defined]
        self.fields["offer"].choices = [("", _("不用已登记的资源")), *offers]  # type: ignore[attr-defined]


class ClaimOfferForm(forms.Form):
    """A community takes up an offer for one of its needs."""

    need = forms.ChoiceField(label=_("为哪个需求"))
    quantity = forms.IntegerField(label=_("数量"), min_value=1, max_value=1_000_000)
    day = day_field(_("哪一天"), after=1)

    def __init__(self, *args: Any, by: Actor, categories: set[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["need"].choices = own_needs(  # type: ignore[attr-defined]
            by, "claims.receive", states=("published",), categories=categories
        )


def own_needs(
    by: Actor, action: str, *, states: tuple[str, ...], categories: set[int] | None = None
) -> list[tuple[str, str]]:
    """Needs in these states for whose place the reader may do `action`, newest first."""
    granted = reach(by, action)
    page = needs_within_reach(by=by, filters=Filters(states=states), places=granted, most=200)
    return [
        (str(row.id), f"{row.title}（{row.place_name}）")
        for row in page.rows
        if categories is None or row.category.id in categories
    ]


class ReasonForm(forms.Form):
    reason = words(_("理由"), rows=3)


class ReportForm(forms.Form):
    report = words(_("做了什么，结果如何"))


class RatingForm(forms.Form):
    satisfied = forms.ChoiceField(
        label=_("合作得怎么样"), choices=Satisfied.choices, widget=forms.RadioSelect
    )
    remark = words(_("想说的话"), required=False, rows=3)


class ServedForm(forms.Form):
    solved = forms.ChoiceField(
        label=_("办到了吗"), choices=Solved.choices, widget=forms.RadioSelect
    )
    satisfied = forms.ChoiceField(
        label=_("您满意吗"), choices=Satisfied.choices, widget=forms.RadioSelect
    )
    remark = forms.CharField(
        label=_("还想说的"), max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class NoteServedForm(ServedForm):
    """Staff write down what people served said who are not online."""

    channel = forms.ChoiceField(
        label=_("怎么问到的"), widget=forms.RadioSelect,
        choices=[(each.value, each.label) for each in SignupChannel if each.value != "page"],
    )  # fmt: skip
    field_order = ("channel", "solved", "satisfied", "remark")


class BookingRuleForm(forms.Form):
    rule = forms.ChoiceField(
        label=_("谁可以预约"), choices=BookingRule.choices, widget=forms.RadioSelect
    )


class BookingForm(forms.Form):
    host = forms.ChoiceField(label=_("哪个单位使用"))
    purpose = forms.CharField(label=_("做什么用"), max_length=80)
    headcount = forms.IntegerField(label=_("多少人"), min_value=1, max_value=100_000)
    begins = forms.DateTimeField(
        label=_("从几时"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    ends = forms.DateTimeField(
        label=_("到几时"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = {role.unit_id for role in by.roles}
        self.fields["host"].choices = [(str(each), unit(each).name) for each in sorted(own)]  # type: ignore[attr-defined]
