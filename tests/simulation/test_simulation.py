"""The model drives the real actions, the same way for the same seed."""

from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from click.testing import CliRunner
from django.db import transaction

from gongzhi.affairs.tickets.choices import State
from gongzhi.affairs.tickets.models import Callback, Ticket
from gongzhi.commons.ledger.models import Event, OutboxEntry
from gongzhi.commons.ledger.verifying import verify
from gongzhi.commons.territory.queries import communities
from gongzhi.interfaces.commands.simulate import simulate
from gongzhi.simulation.agenda import Agenda
from gongzhi.simulation.arrivals import Arrivals
from gongzhi.simulation.parameters import Parameters
from gongzhi.simulation.running import CannotSimulate, Simulation
from gongzhi.simulation.seasons import seasonal_weight
from tests.affairs.small_district import SmallDistrict, build, moment

MIDNIGHT = moment("2026-03-02", "00:00")


@pytest.fixture
def district(db: None) -> SmallDistrict:
    return build()


def live(days: int, *, seed: int = 1, scale: float = 0.4) -> None:
    parameters = Parameters(days=days, seed=seed, scale=scale)
    model = Simulation(parameters=parameters, begins=MIDNIGHT)
    model.run(until=MIDNIGHT + timedelta(days=days))


def course() -> list[tuple[str, object, object]]:
    rows = Event.objects.filter(subject_kind="ticket").order_by("id")
    return list(rows.values_list("kind", "at", "unit_id"))


def test_steps_run_in_the_order_of_their_times_and_what_they_plan_runs_too() -> None:
    agenda, done = Agenda(), []
    later = MIDNIGHT + timedelta(hours=1)

    def first(at: datetime) -> None:
        done.append("first")
        agenda.plan(at, lambda _at: done.append("planned"))

    agenda.plan(later, lambda _at: done.append("second"))
    agenda.plan(MIDNIGHT, first)
    assert agenda.run_until(later) == 2
    assert done == ["first", "planned"]
    assert agenda.next_time() == later


@pytest.mark.django_db
@pytest.mark.slow
def test_a_fortnight_of_life_leaves_every_ticket_on_its_way(district: SmallDistrict) -> None:
    live(14)
    states = set(Ticket.objects.values_list("state", flat=True))
    assert {State.CLOSED, State.IN_PROGRESS} <= states
    assert not Ticket.objects.filter(state__in=[State.RECEIVED, State.ACCEPTED]).exists()
    assert OutboxEntry.objects.count() == 0
    assert Callback.objects.filter(state="answered").exists()
    assert not verify().findings


@pytest.mark.django_db
@pytest.mark.slow
def test_the_same_seed_gives_the_same_life_and_another_another(district: SmallDistrict) -> None:
    def lived(seed: int) -> list[tuple[str, object, object]]:
        with transaction.atomic():
            live(4, seed=seed)
            found = course()
            transaction.set_rollback(True)
        return found

    first = lived(1)
    assert first
    assert lived(1) == first
    assert lived(2) != first


@pytest.mark.django_db
def test_requests_follow_the_volume_the_weekend_and_the_night(district: SmallDistrict) -> None:
    parameters = Parameters(scale=3)
    arrivals = Arrivals(
        parameters=parameters,
        communities=communities(),
        matters=[("environment.waste", 1.0), ("order", 1.0)],
        rng=np.random.default_rng(1),
    )
    mondays = [arrivals.of_day(MIDNIGHT + timedelta(days=7 * week)) for week in range(12)]
    sundays = [arrivals.of_day(MIDNIGHT + timedelta(days=7 * week + 6)) for week in range(12)]
    per_monday = np.mean([len(day) for day in mondays])
    expected = 3 * 2_000 * parameters.residents.tickets_per_household_year * 3 / 365
    assert per_monday == pytest.approx(expected, rel=0.25)
    assert np.mean([len(day) for day in sundays]) < per_monday
    everything = [arrival for day in mondays for arrival in day]
    night = sum(arrival.at.hour < 6 for arrival in everything)
    assert night < 0.1 * len(everything)
    assert all(a.at <= b.at for day in mondays for a, b in pairwise(day))


def test_heating_rises_in_winter_and_noise_in_summer() -> None:
    january, july = MIDNIGHT.date().replace(month=1), MIDNIGHT.date().replace(month=7)
    assert seasonal_weight("utilities.heat", january) > 10 * seasonal_weight("utilities.heat", july)
    assert seasonal_weight("order.noise", july) > seasonal_weight("order.noise", january)
    assert seasonal_weight("something.else", july) == 1.0


@pytest.mark.django_db
def test_without_a_district_there_is_nothing_to_simulate() -> None:
    with pytest.raises(CannotSimulate, match="样例区"):
        Simulation(parameters=Parameters(), begins=MIDNIGHT)


@pytest.mark.parametrize(
    "wrong",
    [
        "--days=0",
        "--scale=0",
        "--scale=nan",
        "--communities=-1",
        "--days=soon",
        "--days=99999999999",
        "--seed=-1",
        "--whistles=nan",
        "--hot-issues=nan",
        "--until=9999-12-31",
        "--until=0001-01-01",
    ],
)
def test_absurd_options_of_the_command_are_wrong_usage(wrong: str) -> None:
    done = CliRunner().invoke(simulate, [wrong])
    assert done.exit_code == 2
    assert wrong.split("=", maxsplit=1)[0] in done.output


@pytest.mark.django_db
def test_the_command_lives_some_days_and_says_what_came_of_it(district: SmallDistrict) -> None:
    done = CliRunner().invoke(
        simulate, ["--days=3", "--scale=0.5", "--communities=2", "--until=2026-03-04"]
    )
    assert done.exit_code == 0, done.output
    count = Ticket.objects.count()
    assert count > 0
    assert f"3 days, {count} tickets" in done.output
    assert Ticket.objects.filter(received_at__gte=MIDNIGHT).count() == count


@pytest.mark.django_db
def test_the_command_needs_a_district(db: None) -> None:
    done = CliRunner().invoke(simulate, ["--days=3"])
    assert done.exit_code == 1
    assert "样例区" in done.output


@pytest.mark.parametrize("wrong", [{"days": 0}, {"scale": 0.0}, {"communities": 0}])
def test_absurd_parameters_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="scale"):
        Parameters(**wrong)  # type: ignore[arg-type]
