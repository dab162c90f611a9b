"""What people said in a survey becomes a need of their community; who said it stays unknown."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.affairs.resources.choices import SourceKind
from gongzhi.affairs.resources.needs import CannotPublish, NewNeed, publish_need
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.territory.queries import find_place
from gongzhi.insights.surveys.choices import SurveyState
from gongzhi.insights.surveys.queries import survey_for_staff


@transaction.atomic
def publish_need_of_survey(*, survey_id: int, new: NewNeed, by: Actor, at: datetime) -> int:
    """Publish what was heard in a survey, once `by` is known to read it; returns the need's id.

    `new.source` has to name the survey. One survey may bring many needs, each within the place
    that was asked; a survey nobody was asked in brings none. The need is a whole community's: of
    one estate or building a few households were asked, and a need there would point at them.
    """
    survey = survey_for_staff(survey_id=survey_id, by=by)
    if new.source is None or (new.source.kind, new.source.id) != (SourceKind.SURVEY, survey_id):
        raise ValueError("the need's source must be the survey")
    if survey.state == SurveyState.DRAFTED:
        raise CannotPublish("source", _("这次调查还没有开始"))
    asked, place = find_place(survey.place_id), find_place(new.place_id)
    if asked is None or place is None or not place.path.startswith(asked.path):
        raise CannotPublish("place", _("这次调查没有问过这个社区"))
    if place.kind != "community":
        raise CannotPublish("place", _("请写到社区：再往下，就看得出是哪家说的"))
    return publish_need(new=new, by=by, at=at)
