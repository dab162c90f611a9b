"""The steps of a whistle that need words: its form and what it calls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django import forms as django_forms
from django.utils.functional import Promise
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongzhi.affairs.tickets import joint_handling
from gongzhi.affairs.tickets.joint_handling import AgreedTask, CannotWhistle
from gongzhi.affairs.tickets.queries.whistles import WhistleStory
from gongzhi.commons.permissions.actors import Actor
from gongzhi.interfaces.pages.whistles import forms


@dataclass(frozen=True, slots=True)
class WhistleStep:
    """A step: its words, its form for a whistle, what it calls with the filled-in form."""

    label: str | Promise
    form: Callable[[Any, WhistleStory], django_forms.Form]
    act: Callable[[WhistleStory, django_forms.Form, Actor, datetime], None]


def _our_unit(story: WhistleStory) -> int:
    ours = [call.unit_id for call in story.calls if call.is_ours]
    if not ours:
        raise CannotWhistle(_("本单位没有被吹哨"))
    return ours[0]


def _refuse(story: WhistleStory, form: django_forms.Form, by: Actor, at: datetime) -> None:
    joint_handling.authorise_whistle(
        whistle_id=story.row.id,
        approved=False,
        reason=form.cleaned_data["reason"],
        by=by,
        at=at,
    )


def _decline(story: WhistleStory, form: django_forms.Form, by: Actor, at: datetime) -> None:
    joint_handling.decline_whistle(
        whistle_id=story.row.id,
        unit_id=_our_unit(story),
        reason=form.cleaned_data["reason"],
        by=by,
        at=at,
    )


def _report(story: WhistleStory, form: django_forms.Form, by: Actor, at: datetime) -> None:
    joint_handling.report_part(
        whistle_id=story.row.id,
        unit_id=_our_unit(story),
        text=form.cleaned_data["text"],
        by=by,
        at=at,
    )


def _minute(story: WhistleStory, form: django_forms.Form, by: Actor, at: datetime) -> None:
    assert isinstance(form, forms.MinutesForm)
    joint_handling.write_minutes(
        whistle_id=story.row.id,
        minutes=form.cleaned_data["minutes"],
        tasks=[
            AgreedTask(title, unit_id, make_aware(datetime.combine(day, time(18))))
            for title, unit_id, day in form.tasks()
        ],
        by=by,
        at=at,
    )


def _rate(story: WhistleStory, form: django_forms.Form, by: Actor, at: datetime) -> None:
    ours = any(call.is_ours for call in story.calls)
    joint_handling.rate_whistle(
        whistle_id=story.row.id,
        unit_id=int(form.cleaned_data["unit"]),
        of_unit=not ours,
        rating=form.cleaned_data["rating"],
        remark=form.cleaned_data["remark"],
        by=by,
        at=at,
    )


def _rating_form(data: Any, story: WhistleStory) -> django_forms.Form:
    return forms.RatingForm(data, story=story, ours=any(call.is_ours for call in story.calls))


STEPS: dict[str, WhistleStep] = {
    "refuse": WhistleStep(
        gettext_lazy("不批准"), lambda data, _story: forms.ReasonForm(data), _refuse
    ),
    "decline": WhistleStep(
        gettext_lazy("不能到场"), lambda data, _story: forms.ReasonForm(data), _decline
    ),
    "report": WhistleStep(
        gettext_lazy("报告办理情况"), lambda data, _story: forms.ReportForm(data), _report
    ),
    "minutes": WhistleStep(
        gettext_lazy("写纪要和任务"),
        lambda data, story: forms.MinutesForm(data, story=story),
        _minute,
    ),
    "rate": WhistleStep(gettext_lazy("评价"), _rating_form, _rate),
}
