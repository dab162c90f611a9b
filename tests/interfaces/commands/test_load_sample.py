"""`gongzhi load-sample`: the invented district, loaded as anybody's would be."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import transaction
from django.utils import timezone

from gongzhi.commons.categories.queries import categories, rule_book
from gongzhi.commons.ledger.models import Event
from gongzhi.commons.organisations.actors import SYSTEM
from gongzhi.commons.organisations.catalogue import export_duties, find_duty
from gongzhi.commons.organisations.kinds import UnitKind
from gongzhi.commons.organisations.models import Person
from gongzhi.commons.organisations.queries import (
    coordinating_unit,
    demo_sign_ins,
    in_work_list,
    unit,
    units_in,
)
from gongzhi.commons.permissions.roles import ROLES_OF_PEOPLE
from gongzhi.commons.territory import queries as territory
from gongzhi.commons.territory.editing import NewPlace, add_place
from gongzhi.commons.territory.locating import Certainty, Note, locate, locate_address
from gongzhi.commons.territory.maps import check_fit
from gongzhi.engines.triage.texts import Message
from gongzhi.insights.reports.library import edition_file, editions
from gongzhi.interfaces.commands import sample_life
from gongzhi.interfaces.commands.load_sample import find_sample, load_sample
from gongzhi.interfaces.commands.sample_report import is_unpublished, publish_sample

DAY = date(2025, 6, 2)


@pytest.fixture(autouse=True)
def _polite(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that follow in this process are not put behind others."""
    monkeypatch.setattr("os.nice", lambda _by: 0)


def run(*arguments: str):
    return CliRunner().invoke(load_sample, list(arguments))


@pytest.fixture(scope="module")
def district(django_db_setup, django_db_blocker):
    """The sample, loaded once for this module and rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        done = run()
        assert done.exit_code == 0, done.output
        yield territory.district()
        transaction.set_rollback(True)


@pytest.fixture
def loaded(district, db):
    return district


@pytest.mark.django_db
def test_another_district_is_not_mixed_with_the_sample():
    add_place(new=NewPlace("district", "真区"), by=SYSTEM, at=find_sample().begins)
    done = run()
    assert done.exit_code == 1
    assert "真区" in done.output
    assert territory.communities() == []


@pytest.mark.django_db
def test_a_sample_with_a_fault_loads_nothing(tmp_path: Path):
    folder = tmp_path / "sample"
    shutil.copytree(find_sample().folder, folder, ignore=shutil.ignore_patterns("making"))
    with (folder / "duties.csv").open("a", encoding="utf-8") as file:
        file.write("nothing,,栖云区民政局,1 work_day,5 work_day,2024-01-01,\n")
    done = run("--folder", str(folder))
    assert done.exit_code == 1
    assert "nothing" in done.output
    assert territory.is_empty()


def test_a_folder_without_a_sample_is_refused(tmp_path: Path):
    done = run("--folder", str(tmp_path))
    assert done.exit_code == 1
    assert "--folder" in done.output


def test_loading_again_changes_nothing(loaded):
    before = Event.objects.count()
    done = run()
    assert done.exit_code == 0
    assert Event.objects.count() == before


def test_it_has_36_communities_in_six_streets_whose_boundaries_fit(loaded):
    assert len(territory.communities()) == 36
    assert len(territory.places_of_kind("subdistrict")) == 6
    assert all(len(territory.children(view.id)) == 4 for view in territory.communities())
    assert check_fit() == []
    for view in territory.communities():
        assert view.longitude is not None
        found = locate(view.longitude, view.latitude)
        assert found.note is Note.INSIDE
        assert territory.ancestor_of_kind(found.place_id, "community") == view.id
        assert 1_200 <= view.households <= 3_000


def test_every_estate_lies_where_the_tree_says_and_is_found_by_its_gates(loaded):
    estates = territory.places_of_kind("estate")
    assert len(estates) > 400
    for view in estates:
        assert locate(view.longitude, view.latitude).place_id == view.parent_id
        community = territory.place(territory.ancestor_of_kind(view.id, "community"))
        match = locate_address(f"{community.name}{view.name}")
        assert (match.place_id, match.certainty) == (view.id, Certainty.CERTAIN)


def test_every_matter_everywhere_has_an_owner(loaded):
    codes = ["", "unheard.of", *(view.code for view in categories(on=DAY))]
    for view in territory.tree().order:
        for code in codes if view.kind in {"district", "community"} else ("", "property.lift"):
            owner = unit(find_duty(code, view.id, on=DAY).unit_id)
            assert owner.exists_on(DAY)
    limits = {duty.handling.unit for duty in export_duties()}
    limits |= {duty.contact.unit for duty in export_duties()}
    assert {str(each) for each in limits} == {"hour", "work_hour", "work_day", "natural_day"}


def test_every_kind_of_unit_and_a_coordinator_is_there(loaded):
    kinds = {view.kind for view in units_in(loaded.id, on=DAY)}
    assert kinds == set(UnitKind.values)
    for view in territory.communities():
        coordinator = unit(coordinating_unit(view.id, DAY))
        assert (coordinator.kind, coordinator.place_id) == ("community_party_org", view.id)


def test_every_matter_is_found_by_its_own_words(loaded):
    leaves = [view for view in categories(on=DAY) if view.is_leaf]
    assert len(leaves) >= 80
    book = rule_book(on=DAY)
    for view in leaves:
        assert view.keywords
        strongest = max(view.keywords, key=view.keywords.get)
        [suggestion] = book.suggest([Message(body=f"反映{strongest}的问题")])
        assert view.code in [rank.category for rank in suggestion.ranks], (view.code, strongest)


def test_the_work_list_holds_what_communities_do_themselves(loaded):
    assert in_work_list("community.rooms", DAY)
    assert not in_work_list("traffic.signals", DAY)


def test_there_is_one_demo_sign_in_for_each_kind_of_role(loaded):
    assert [row.role_name for row in demo_sign_ins()] == [kind.label for kind in ROLES_OF_PEOPLE]
    word = find_sample().demo_password
    for person in Person.objects.filter(is_demo=True):
        assert person.check_password(word)
    assert not any(
        person.has_usable_password() for person in Person.objects.filter(is_demo=False)[:20]
    )


def test_making_it_anew_gives_the_same_files(tmp_path: Path):
    from sample_district.make_places import main  # noqa: PLC0415

    main(tmp_path)
    made = sorted(path.name for path in tmp_path.iterdir())
    folder = find_sample().folder
    assert "boundaries.geojson" in made
    for name in made:
        if name.endswith(".csv"):
            assert (tmp_path / name).read_text("utf-8") == (folder / name).read_text("utf-8")
    drawn = json.loads((tmp_path / "boundaries.geojson").read_text("utf-8"))
    assert len(drawn["features"]) == 1 + 6 + 36 + 144


def test_the_report_of_the_sample_is_published_once_and_is_what_the_ledger_says(loaded):
    assert is_unpublished(find_sample())
    done = CliRunner().invoke(publish_sample)
    assert done.exit_code == 0, done.output
    (edition,), many = editions()
    assert (many, edition.number, edition.withdrawn_at) == (1, 1, None)
    assert edition.unit_name
    for kind in ("docx", "html"):
        assert edition_file(edition.id, kind)
    again = CliRunner().invoke(publish_sample)
    assert again.exit_code == 0
    assert "没有要发布" in again.output
    assert editions()[1] == 1


@pytest.mark.django_db
def test_a_life_that_somebody_else_lived_meanwhile_is_not_lived_twice(monkeypatch):
    lived = []
    sample_life.plan_once([{"days": 3}, {"days": 1}], at=timezone.now())
    atomic = transaction.atomic

    def late(*arguments: Any, **options: Any) -> Any:
        if not arguments and not options:  # ours, not those inside of Django
            sample_life._keep([], at=timezone.now())
        return atomic(*arguments, **options)

    monkeypatch.setattr(sample_life, "run_model", lambda **run: lived.append(run))
    monkeypatch.setattr("django.db.transaction.atomic", late)
    sample_life.live()
    assert lived == []
    assert not sample_life.is_unfinished()
