"""Units, duties, coordination and the work list in memory: made once per revision."""

from dataclasses import dataclass
from datetime import date

from gongzhi.commons.calendar.limits import Limit, LimitUnit
from gongzhi.commons.organisations.kinds import UnitKind
from gongzhi.commons.organisations.models import CoordinatingUnit, Duty, Unit, WorkListItem
from gongzhi.commons.revisions import Kept, Revision

revision = Revision("organisations.OrganisationsRevision")


@dataclass(frozen=True, slots=True)
class UnitView:
    """One unit, as every room sees it."""

    id: int
    kind: str
    name: str
    place_id: int
    parent_id: int | None
    phone: str = ""
    email: str = ""
    webhook_url: str = ""
    begins: date | None = None
    ends: date | None = None

    @property
    def kind_name(self) -> str:
        return str(UnitKind(self.kind).label)

    def exists_on(self, day: date) -> bool:
        """Whether the unit is there on this day."""
        begun = self.begins is None or self.begins <= day
        return begun and (self.ends is None or day <= self.ends)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Whose a matter is, and within which limits: one line of the dispatch catalogue."""

    unit_id: int
    contact: Limit
    handling: Limit
    duty_id: int


@dataclass(frozen=True, slots=True)
class Held:
    """Something that holds for a time: (first day, last day or None, what)."""

    begins: date
    ends: date | None
    unit: UnitView
    assignment: Assignment | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it holds on this day; never for a unit that isn't there."""
        if day < self.begins or (self.ends is not None and day > self.ends):
            return False
        return self.unit.exists_on(day)


@dataclass(frozen=True, slots=True)
class Register:
    """Everything that hot paths ask of this room. Lists are newest first."""

    units: dict[int, UnitView]
    units_at: dict[int, list[UnitView]]  # by place
    duties: dict[tuple[str, int], list[Held]]  # by category code and place
    coordinators: dict[int, list[Held]]  # by place
    work_list: dict[str, tuple[date, date | None]]  # by category code


def register() -> Register:
    """The register as the database has it (at most a second old)."""
    return _register.value()


def _load() -> Register:
    fields = (
        "id", "kind", "name", "place_id", "parent_id", "phone", "email", "webhook_url",
        "begins", "ends",
    )  # fmt: skip
    units = {row[0]: UnitView(*row) for row in Unit.objects.order_by("id").values_list(*fields)}
    items = WorkListItem.objects.values_list("category_code", "valid_from", "valid_to")
    units_at: dict[int, list[UnitView]] = {}
    for view in units.values():
        units_at.setdefault(view.place_id, []).append(view)
    return Register(
        units=units,
        units_at=units_at,
        duties=_duties(units),
        coordinators=_coordinators(units),
        work_list={code: (begins, ends) for code, begins, ends in items},
    )


def _duties(units: dict[int, UnitView]) -> dict[tuple[str, int], list[Held]]:
    found: dict[tuple[str, int], list[Held]] = {}
    for duty in Duty.objects.order_by("-valid_from", "-id"):
        assignment = Assignment(
            unit_id=duty.unit_id,
            contact=Limit(duty.contact_amount, LimitUnit(duty.contact_unit)),
            handling=Limit(duty.limit_amount, LimitUnit(duty.limit_unit)),
            duty_id=duty.pk,
        )
        held = Held(duty.valid_from, duty.valid_to, units[duty.unit_id], assignment)
        found.setdefault((duty.category_code, duty.place_id), []).append(held)
    return found


def _coordinators(units: dict[int, UnitView]) -> dict[int, list[Held]]:
    found: dict[int, list[Held]] = {}
    rows = CoordinatingUnit.objects.order_by("-begins", "-id")
    for unit_id, place_id, begins, ends in rows.values_list(
        "unit_id", "place_id", "begins", "ends"
    ):
        found.setdefault(place_id, []).append(Held(begins, ends, units[unit_id]))
    return found


_register = Kept(revision, _load)
