"""The form of each step; what a step means is decided by its action."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongzhi.affairs.tickets.choices import (
    ExclusionReason,
    RequestKind,
    Satisfied,
    Solved,
    State,
    Urgency,
)
from gongzhi.affairs.tickets.intake import ADDRESS_LIMIT
from gongzhi.affairs.tickets.numbers import id_in
from gongzhi.affairs.tickets.queries.stories import Story
from gongzhi.commons.organisations.queries import units_at, units_in
from gongzhi.commons.territory.queries import ancestors
from gongzhi.interfaces.pages.framing.choices import (
    PLACED_AT,
    category_choices,
    streets_and_communities,
)
from gongzhi.interfaces.pages.tickets.fields import FilesField, day, moment, words


def unit_choices(story: Story) -> list[tuple[str, Any]]:
    """The units that may take part: those of the community, of the street, of the district."""
    groups: list[tuple[str, Any]] = []
    for level in reversed(ancestors(story.place_id)):
        found = units_in(level.id) if level.kind == "community" else units_at(level.id)
        options = [(str(unit.id), unit.name) for unit in found]
        if options and level.kind in {"community", "subdistrict", "district"}:
            groups.append((level.name, options))
    return groups


class StepForm(forms.Form):
    """A form that knows the ticket it is about."""

    def __init__(self, *args: Any, story: Story, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.story = story
        for name in ("unit", "proposed"):
            if name in self.fields:
                blank = [] if self.fields[name].required else [("", _("不指定"))]
                self.fields[name].choices = [*blank, *unit_choices(story)]  # type: ignore[attr-defined]
        if "category" in self.fields:
            self.fields["category"].choices = category_choices()  # type: ignore[attr-defined]


class ReasonForm(StepForm):
    reason = words(_("理由"))


class ContactForm(StepForm):
    note = words(_("联系情况"), hint=_("怎样联系的、了解到什么；诉求人看不到。"), required=False)


class NoteForm(StepForm):
    text = words(_("内部备注"), hint=_("诉求人看不到。"))


class WritingForm(StepForm):
    """Writes to the requester: may start from a kept reply, be kept, and carry files."""

    writes = "text"  # the field that a kept reply fills

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["attached"] = FilesField(
            label=_("照片或文件"),
            required=False,
            help_text=_("最多 5 个，每个不超过 10 MB；诉求人也看得到。不是必须。"),
        )
        self.fields["keep_as"] = forms.CharField(
            label=_("存为常用答复，取个名字"),
            required=False,
            max_length=60,
            help_text=_("本单位下次可以直接填入；请先去掉诉求人的信息。"),
        )


class InterimForm(WritingForm):
    text = words(_("告诉诉求人"), hint=_("现在办到哪一步，为什么需要时间，下一步是什么。"))


class QuestionForm(StepForm):
    text = words(_("想问什么"), hint=_("等待回复期间不计时限。"), rows=3)


class AnswerForm(WritingForm):
    text = words(
        _("答复诉求人"), hint=_("说清：事情怎样了、谁做的、什么时候、还有问题找谁。"), rows=6
    )


class CloseForm(WritingForm):
    """Evidence, and the answer where none was given yet: whoever asked has one before the end."""

    writes = "evidence"

    reply = words(
        _("答复诉求人"),
        hint=_("还没有答复过。说清：怎样处理的、结果如何、还有问题找谁。"),
        required=False,
    )
    evidence = words(_("办结依据"), hint=_("做了什么、结果如何；诉求人看到的是答复，不是这一段。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.story.row.state is State.ANSWERED:
            del self.fields["reply"]


class AssistForm(StepForm):
    unit = forms.ChoiceField(label=_("请哪个单位协办"))
    what = words(_("请他们做什么"), rows=3)


class ReportForm(StepForm):
    """What a unit that assists did; the lead writes it down for one that has no sign-in."""

    assisting = forms.TypedChoiceField(
        label=_("哪个单位协办的"), coerce=int, help_text=_("对方不用本系统的，由主办单位代为记下。")
    )
    text = words(_("协办情况"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        waiting = [(unit, name) for unit, name, reported in self.story.assists if reported is None]
        self.fields["assisting"].choices = waiting  # type: ignore[attr-defined]


class ExtensionForm(StepForm):
    until = moment(_("延期到"))
    reason = words(_("理由"), hint=_("诉求人会看到新的时限和审核意见。"))


class ReviewForm(StepForm):
    decision = forms.ChoiceField(
        label=_("决定"),
        widget=forms.RadioSelect,
        choices=[("yes", pgettext_lazy("step", "同意")), ("no", pgettext_lazy("step", "不同意"))],
    )
    reason = words(_("意见"), required=False, rows=3)


class ObjectionForm(StepForm):
    reason = words(_("为什么不属于本单位职责"), hint=_("只能提出一次，由上级审核。"))
    proposed = forms.ChoiceField(label=_("建议由谁办理"), required=False)


class ObjectionReviewForm(ReviewForm):
    unit = forms.ChoiceField(label=_("同意时，改由谁办理"), required=False)


class RedispatchForm(StepForm):
    unit = forms.ChoiceField(label=_("改派给"))
    reason = words(_("理由"), rows=3)


class ParkingForm(StepForm):
    reason = words(_("现在不能解决的客观原因"))
    plan = words(_("下一步计划"), rows=3)
    review_on = day(_("复查日期"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["review_on"].initial = timezone.localdate() + timedelta(days=30)


class ExclusionForm(StepForm):
    code = forms.ChoiceField(
        label=_("属于哪种情形"), widget=forms.RadioSelect, choices=ExclusionReason.choices
    )
    reason = words(_("告诉诉求人"), hint=_("为什么不能派单，可以找谁。"))
    evidence = words(_("依据材料"), rows=2)


class TriageForm(StepForm):
    category = forms.ChoiceField(label=_("事项"))
    urgency = forms.ChoiceField(
        label=_("紧急程度"), widget=forms.RadioSelect, choices=Urgency.choices
    )

    def __init__(self, *args: Any, story: Story, **kwargs: Any) -> None:
        initial = {"category": story.category_code, "urgency": story.row.urgency}
        super().__init__(*args, story=story, initial=initial, **kwargs)


class PlaceForm(StepForm):
    """The community, or the street where nobody knows more, and the address within it."""

    place = forms.ChoiceField(label=_("街道或社区"))
    address = forms.CharField(
        label=_("具体位置"),
        required=False,
        max_length=ADDRESS_LIMIT,
        help_text=_("小区、楼栋或路口，例如“和风花园3号楼”。"),
    )
    reason = words(
        _("怎样知道的"), hint=_("例如现场看过、打电话问过；诉求人看不到这一段。"), rows=2
    )

    def __init__(self, *args: Any, story: Story, **kwargs: Any) -> None:
        near = [each for each in ancestors(story.place_id) if each.kind in PLACED_AT]
        initial = {"place": str(near[-1].id) if near else "", "address": story.address}
        if near:  # said once: else the address would go on naming the place that was wrong
            initial["address"] = story.address.removeprefix(near[-1].full_name)
        super().__init__(*args, story=story, initial=initial, **kwargs)
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = streets_and_communities()


class CorrectForm(StepForm):
    text = words(
        _("反映的事情"),
        hint=_("改正听错、记错的地方；原来的记录会留着，分类和紧急程度按新的内容重新判断。"),
        rows=6,
    )

    def __init__(self, *args: Any, story: Story, **kwargs: Any) -> None:
        super().__init__(*args, story=story, initial={"text": story.text}, **kwargs)


class MergeForm(StepForm):
    number = forms.CharField(label=_("并入哪张工单"), help_text=_("填写工单编号。"), max_length=40)

    def clean_number(self) -> int:
        found = id_in(str(self.cleaned_data["number"]))
        if found is None:
            raise forms.ValidationError(_("这不是工单编号，例如 202611250000042"))
        return found


class SplitForm(StepForm):
    title = forms.CharField(label=_("另一件事"), max_length=60)
    text = words(_("具体内容"))
    kind = forms.ChoiceField(
        label=_("诉求类型"), widget=forms.RadioSelect, choices=RequestKind.choices
    )

    def __init__(self, *args: Any, story: Story, **kwargs: Any) -> None:
        initial = kwargs.pop("initial", {}) | {"kind": story.kind}
        super().__init__(*args, story=story, initial=initial, **kwargs)


class SuperviseForm(StepForm):
    text = words(_("督办要求"), rows=3)


class CallBackForm(StepForm):
    solved = forms.ChoiceField(
        label=_("事情解决了吗"), widget=forms.RadioSelect, choices=Solved.choices
    )
    satisfied = forms.ChoiceField(
        label=_("满意吗"), widget=forms.RadioSelect, choices=Satisfied.choices
    )
    remark = words(_("诉求人的话"), required=False, rows=3)
