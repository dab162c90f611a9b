"""A finished study and a form that communities filled, made by the real actions."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.timezone import localdate

from gongzhi.commons.organisations.queries import units_at
from gongzhi.commons.territory.queries import communities
from gongzhi.insights.forms.asking import NewField, NewForm, ask_form
from gongzhi.insights.forms.filling import Given, fill_form
from gongzhi.insights.forms.queries import copy_view, form_view
from gongzhi.insights.indicators.snapshots import snapshot
from gongzhi.insights.reports.editing import (
    NewStudy,
    add_part,
    open_study,
    review_section,
    write_section,
)
from gongzhi.insights.reports.facts import assemble
from gongzhi.insights.reports.library import editions_of
from gongzhi.insights.reports.publishing import Terms, publish_edition
from gongzhi.insights.reports.queries import studies, study_view
from gongzhi.simulation.staff import Staff


def write_study(about: Mapping[str, Any], *, at: datetime) -> int:
    """A study of this year, its text written and reviewed; returns its id."""
    by, day = Staff(on=localdate(at)).officer(), localdate(at)
    study_id = open_study(
        new=NewStudy(
            title=about["title"],
            subtitle=about["subtitle"],
            author=about["author"],
            period=str(day.year),
            dated=day,
            indicators=tuple(about["indicators"]),
            method=about["method"],
            questionnaire=about.get("questionnaire", ""),
            surveys=tuple(about.get("surveys", ())),
        ),
        by=by,
        at=at,
    )
    for there, chapter in zip(study_view(study_id, by=by).sections, about["sections"], strict=True):
        write_section(
            section_id=there.id,
            heading=there.heading,
            text=chapter["text"],
            seen_revision=1,
            by=by,
            at=at,
        )
        review_section(section_id=there.id, reviewed=True, seen_revision=2, by=by, at=at)
        for part in chapter.get("parts", ()):
            made = add_part(
                section_id=there.id,
                heading=part["heading"],
                text=part["text"],
                difficulty=part.get("difficulty", ""),
                by=by,
                at=at,
            )
            review_section(section_id=made, reviewed=True, seen_revision=1, by=by, at=at)
    return study_id


def publish_study(about: Mapping[str, Any], *, at: datetime) -> int | None:
    """Publish the sample's study, unless some edition of it is there; returns the edition's id."""
    by = Staff(on=localdate(at)).officer()
    there = next((row for row in studies(by=by)[0] if row.title == about["title"]), None)
    if there is None:
        return None
    # Read before the question: whoever publishes meanwhile makes this revision the last but one.
    view = study_view(there.id, by=by)
    if editions_of(there.id):
        return None
    with snapshot(at=at) as snap:
        facts = assemble(view.study, snap, by=by)
    terms = Terms(**about["edition"])
    return publish_edition(
        study_id=there.id, facts=facts, seen_revision=view.revision, terms=terms, by=by, at=at
    )


def fill_form_once(about: Mapping[str, Any], *, at: datetime) -> int:
    """A form asked some days ago, filled by all but the last of its communities."""
    staff, then = Staff(on=localdate(at)), at - timedelta(days=5)
    homes = [view for view in communities() if units_at(view.id, ["residents_committee"])]
    # The first community, where the demo sign-ins work, still has its copy to fill.
    homes = homes[: about["communities"]][::-1]
    form_id = ask_form(
        new=NewForm(
            title=about["title"],
            legal_basis=about["legal_basis"],
            period=str(localdate(at).year),
            minutes=about["minutes"],
            fields=tuple(NewField(*field) for field in about["fields"]),
            communities=tuple(view.id for view in homes),
            category_code=about["category_code"],
        ),
        by=staff.officer(),
        at=then,
    )
    copies = form_view(form_id, by=staff.officer()).copies
    by_name = {copy.place_name: copy for copy in copies}
    for home, said in zip(homes, about["answers"], strict=False):
        by = staff.worker(home.id)
        copy = copy_view(by_name[home.name].id, by=by, at=then)
        open_fields = [field for field in copy.fields if field.known is None]
        given = {field.id: Given(value) for field, value in zip(open_fields, said, strict=False)}
        fill_form(asked_id=copy.id, given=given, by=by, at=then + timedelta(days=1))
    return form_id
