"""The three screens of a report: what, where, and how to be reached."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from gongzhi.affairs.tickets.choices import RequestKind
from gongzhi.affairs.tickets.intake import TEXT_LIMIT
from gongzhi.affairs.tickets.queries.alike import SameMatter
from gongzhi.commons.privacy.phones import is_phone
from gongzhi.commons.territory.queries import communities
from gongzhi.interfaces.pages.guarding.forms import Guard, GuardedForm
from gongzhi.interfaces.pages.tickets.same_matters import follow_words

MOST_PICTURES = 5


class WhatForm(forms.Form):
    """First screen."""

    text = forms.CharField(
        label=_("什么事"),
        help_text=_("几句话就行：怎么了，什么时候开始的。请不要写别人的姓名和电话。"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("请写下您要反映的事情，几个字也行。")},
    )
    kind = forms.ChoiceField(
        label=_("您想要"),
        choices=[
            (RequestKind.HELP, _("请人来办（求助）")),
            (RequestKind.ENQUIRY, _("问一件事（咨询）")),
            (RequestKind.SUGGESTION, _("提个建议")),
            (RequestKind.COMPLAINT, _("投诉没办好的事")),
            (RequestKind.REPORT, _("举报违规的事")),
        ],
        initial=RequestKind.HELP,
    )


class WhereForm(forms.Form):
    """Second screen: an address, a pin, or a community; nothing is fine too."""

    address = forms.CharField(
        label=_("地址"),
        help_text=_("例如：某某小区 3 号楼门口。写到楼栋就够了，不用写门牌。"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    community = forms.TypedChoiceField(
        label=_("在哪个社区"),
        help_text=_("不清楚可以不选，我们按地址判断。"),
        coerce=int,
        empty_value=None,
        required=False,
    )
    longitude = forms.FloatField(
        required=False, min_value=-180, max_value=180, widget=forms.HiddenInput
    )
    latitude = forms.FloatField(
        required=False, min_value=-90, max_value=90, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["community"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", _("不清楚"))] + [(each.id, each.name) for each in communities()]


class _SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class PicturesField(forms.FileField):
    """Several files in one field."""

    widget = _SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = data if isinstance(data, list | tuple) else [data]
        files = [super(PicturesField, self).clean(each, initial) for each in given if each]
        if len(files) > MOST_PICTURES:
            raise forms.ValidationError(_("最多 %(most)d 个文件。"), params={"most": MOST_PICTURES})
        return files


class ReachForm(GuardedForm):
    """Third screen: pictures and a contact, all of it optional; here the form is guarded."""

    guard = Guard("report", free=5, most=60)

    pictures = PicturesField(
        label=_("照片"),
        help_text=_("最多 5 张，每张不超过 10 MB。照片里的位置信息会去掉。"),
        required=False,
    )
    name = forms.CharField(
        label=_("怎么称呼您"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=_("电话"),
        help_text=_("留了电话，结果会发给您；链接丢了也能找回。"),
        max_length=24,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    email = forms.EmailField(
        label=_("电子邮件"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    public = forms.BooleanField(
        label=_("让大家也能看到这件事"),
        help_text=_("只公开内容、大致地点和办理结果，不公开您是谁；同样遇到的人可以直接跟进。"),
        required=False,
    )
    follow = forms.TypedChoiceField(
        label=_("是不是这件事？"),
        help_text=_(
            "附近有人反映过相似的事。选“跟进”，您一样有自己的编号和链接，一样收到结果和评价。"
        ),
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("这件事刚刚有了变化，请再选一次。")},
    )
    once = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def offer(self, alike: Sequence[SameMatter]) -> None:
        """Ask whether it is one of these; without any the question is left out."""
        if not alike:
            self.fields.pop("follow", None)
            return
        field = self.fields["follow"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", _("不是，我说的是另一件事"))] + [
            (each.ticket_id, follow_words(each.text, each.place_name, each.received_at, each.state))
            for each in alike
        ]

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if phone and not is_phone(phone):
            raise forms.ValidationError(_("电话号码不完整，请核对；也可以不填。"))
        return phone
