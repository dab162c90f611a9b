"""The forms of topics and decisions; what a field means is decided by the actions."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongzhi.affairs.assemblies.choices import Capacity, RejectionReason, VoteValue
from gongzhi.affairs.assemblies.decisions import NewTask
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.ratings.rating import Satisfied, Solved
from gongzhi.commons.territory.queries import communities
from gongzhi.interfaces.pages.framing.choices import (
    category_choices,
    place_choices,
    unit_choices,
)
from gongzhi.interfaces.pages.framing.contacts import ContactField, ask_only_what_can_be_used
from gongzhi.interfaces.pages.framing.files import FilesField
from gongzhi.interfaces.pages.guarding.forms import Guard, GuardedForm
from gongzhi.interfaces.pages.tickets.fields import day, words

TASKS = 3  # rows for tasks on the form of a decision; more can be added to the decision


def end_of(on: Any) -> datetime:
    """The last minute of a day, as people mean "until Friday"."""
    return timezone.make_aware(datetime.combine(on, time(23, 59)))


class ProposeForm(GuardedForm):
    """A resident proposes something for deliberation."""

    guard = Guard("propose", free=3, most=20)
    title = forms.CharField(
        label=_("想商量什么事"), help_text=_("例如：三号楼加装电梯。"), max_length=60
    )
    question = forms.CharField(
        label=_("要大家决定什么"),
        help_text=_("写成一句问话，例如：装不装，钱怎么分？"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    place = forms.ChoiceField(label=_("哪个社区"))
    text = words(_("还想说明的"), hint=_("不用留名，请不要写姓名和电话。"), required=False, rows=3)
    contact = ContactField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_only_what_can_be_used(self)
        places = [(str(view.id), view.full_name) for view in communities()]
        self.fields["place"].choices = [("", _("请选择")), *places]  # type: ignore[attr-defined]


class TopicForm(forms.Form):
    """Staff propose a topic."""

    title = forms.CharField(label=_("议题"), max_length=60)
    question = forms.CharField(
        label=_("要大家商量的问题"), max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )
    text = words(_("背景说明"), required=False)
    place = forms.ChoiceField(label=_("范围"))

    def __init__(
        self, *args: Any, by: Actor, action: str = "topics.propose", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = place_choices(by, action)
        self.fields["place"].choices = choices  # type: ignore[attr-defined]


class CorrectForm(forms.Form):
    title = forms.CharField(label=_("议题"), max_length=60)
    question = forms.CharField(
        label=_("要大家商量的问题"), max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )
    text = words(_("背景说明"), required=False)


class OpenForm(forms.Form):
    """Until when, and who may take part."""

    closes = day(_("征集到哪一天"))
    capacities = forms.MultipleChoiceField(
        label=_("谁可以参与"),
        choices=Capacity.choices,
        initial=[Capacity.OWNER, Capacity.TENANT],
        widget=forms.CheckboxSelectMultiple,
    )
    by_invitation = forms.BooleanField(
        label=_("只凭邀请参与"), required=False, help_text=_("只有收到链接或二维码的人能参与。")
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class NoticeForm(forms.Form):
    text = words(_("公示内容"), hint=_("拟怎么做、依据什么；居民据此提异议。"), rows=6)
    until = day(_("公示到哪一天"))


class ReopenForm(forms.Form):
    closes = day(_("征集到哪一天"))


class SeedForm(forms.Form):
    text = forms.CharField(
        label=_("说法"),
        help_text=_("一句话一个意思，让人能赞成或不赞成；正反两面都要有。"),
        max_length=140,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class MaterialForm(forms.Form):
    title = forms.CharField(label=_("资料名称"), max_length=80)
    text = forms.CharField(
        label=_("内容"),
        help_text=_("附件的要点也写在这里，打不开附件的人照样能读。"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    papers = FilesField(
        label=_("附件"),
        help_text=_("图片、PDF、docx、xlsx 或 pptx，每个最大 10 MB，最多 5 个。"),
        required=False,
    )
    change = forms.CharField(
        label=_("这一版改了什么"),
        help_text=_("第一版不用填；以前的版本会保留。"),
        max_length=200,
        required=False,
    )


class InviteForm(forms.Form):
    capacity = forms.ChoiceField(label=_("身份"), choices=Capacity.choices)
    count = forms.IntegerField(label=_("份数"), min_value=1, max_value=500, initial=20)
    paper = forms.BooleanField(
        label=_("纸质表态"),
        required=False,
        help_text=_("给不用手机的人：在纸上勾选，由工作人员录入。"),
    )


class RenewForm(forms.Form):
    number = forms.IntegerField(label=_("编号"), min_value=1, max_value=100_000)


class TaskFields(forms.Form):
    """Rows of tasks: what, who, until when. A row that is empty is left out."""

    def add_tasks(self, by: Actor, *, rows: int, needed: bool = False) -> None:
        units = [("", _("请选择")), *unit_choices(by, "tasks.ask")]
        for number in range(1, rows + 1):
            first = needed and number == 1
            label = {"number": number}
            self.fields[f"task_{number}"] = forms.CharField(
                label=_("任务 %(number)d") % label, max_length=200, required=first
            )
            self.fields[f"unit_{number}"] = forms.ChoiceField(
                label=_("任务 %(number)d 由谁办") % label, choices=units, required=first
            )
            self.fields[f"due_{number}"] = day(
                _("任务 %(number)d 何时完成") % label, required=first
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for name in [name for name in self.fields if name.startswith("task_")]:
            number = name.removeprefix("task_")
            row = [f"task_{number}", f"unit_{number}", f"due_{number}"]
            if any(said.get(part) for part in row):
                for part in row:
                    if not said.get(part) and part not in self.errors:
                        self.add_error(part, _("任务、由谁办、何时完成要一起填"))
        return said

    def tasks(self) -> list[NewTask]:
        said = self.cleaned_data
        return [
            NewTask(said[name], int(said[f"unit_{number}"]), end_of(said[f"due_{number}"]))
            for name in self.fields
            if name.startswith("task_") and said.get(name)
            for number in [name.removeprefix("task_")]
        ]


class DecideForm(TaskFields):
    text = words(_("决议内容"), rows=6)
    rule = forms.CharField(
        label=_("按什么规则决定"),
        help_text=_("例如：公示无异议；居民代表会议过半数通过。"),
        max_length=160,
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_tasks(by, rows=TASKS)


class MoreTaskForm(TaskFields):
    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_tasks(by, rows=1, needed=True)


class ResultForm(forms.Form):
    result = words(_("办理结果"), hint=_("所有人都能看到；请不要写个人信息。"), rows=6)


class JoinForm(GuardedForm):
    """In what capacity somebody takes part."""

    guard = Guard("join", free=10, most=80)
    capacity = forms.ChoiceField(label=_("您是"), widget=forms.RadioSelect)
    says = forms.CharField(
        label=_("怎样核实"),
        help_text=_("例如：3 号楼的业主。加密保存，只用来核实，核实后马上删除。"),
        max_length=100,
        required=False,
    )

    def __init__(self, *args: Any, capacities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.value, one.label) for one in capacities]
        self.fields["capacity"].choices = choices  # type: ignore[attr-defined]


class SayForm(GuardedForm):
    guard = Guard("say", free=5, most=60)
    text = forms.CharField(
        label=_("您的看法"),
        help_text=_("一句话一个意思，140 字以内。先由工作人员看过，再请别人表态。"),
        max_length=140,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ObjectForm(GuardedForm):
    guard = Guard("object", free=3, most=20)
    text = words(_("您的异议"), rows=4)
    contact = forms.CharField(
        label=_("联系方式"),
        help_text=_("可以不填。加密保存，只用来答复您，半年后删除。"),
        max_length=60,
        required=False,
    )


class AnswerForm(forms.Form):
    answer = words(_("答复"), hint=_("所有人都能看到。"), rows=3)


class RateForm(forms.Form):
    solved = forms.ChoiceField(
        label=_("事情办成了吗"), choices=Solved.choices, widget=forms.RadioSelect
    )
    satisfied = forms.ChoiceField(
        label=_("您满意吗"), choices=Satisfied.choices, widget=forms.RadioSelect
    )
    remark = forms.CharField(
        label=_("还想说的"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AcceptForm(forms.Form):
    text = forms.CharField(label=_("说法"), max_length=140)


class RejectForm(forms.Form):
    reason = forms.ChoiceField(label=_("为什么不采用"), choices=RejectionReason.choices)
    remark = forms.CharField(label=_("给写的人看的说明"), max_length=200, required=False)


class PaperForm(forms.Form):
    """The answers of one paper slip, by number of the statement."""

    number = forms.IntegerField(label=_("纸上的编号"), min_value=1, max_value=100_000)

    def __init__(self, *args: Any, statements: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("没有填")), *VoteValue.choices]
        for number, text in statements:
            self.fields[f"vote_{number}"] = forms.ChoiceField(
                label=f"{number}. {text}", choices=choices, required=False
            )

    def answers(self) -> dict[int, VoteValue]:
        return {
            int(name.removeprefix("vote_")): VoteValue(int(value))
            for name, value in self.cleaned_data.items()
            if name.startswith("vote_") and value != ""
        }


def default_days() -> dict[str, Any]:
    """Fourteen days of voices, a week of notice, as a start."""
    today = timezone.localdate()
    return {"closes": today + timedelta(days=14), "until": today + timedelta(days=7)}


class TicketForm(forms.Form):
    """A ticket for a unit outside the community."""

    text = words(_("要办什么"))
    category = forms.ChoiceField(label=_("事项"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("由系统判断")), *category_choices()]
        self.fields["category"].choices = choices  # type: ignore[attr-defined]
