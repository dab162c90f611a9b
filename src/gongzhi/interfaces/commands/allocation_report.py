"""An allocation as JSON, as a table, and as lines for a terminal."""

import csv
import io
import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from gongzhi.engines.budgeting import (
    Allocation,
    Election,
    Explanation,
    PabulibFile,
    ProjectExplanation,
    Settings,
    explain,
    find_underserved,
    measure_support,
    publish_payers,
    represent_places,
)

Report = dict[str, Any]

REASONS = {
    "funded": "入选 funded",
    "no-support": "无人支持 nobody supports it",
    "dearer-than-budget": "造价高于总预算 dearer than the whole budget",
    "supporters-short": "支持者余额不足 its supporters hold too little",
    "stopped-before": "预算在轮到它之前用完 the budget ended before its turn",
    "no-longer-fits": "余款不足 it no longer fits",
    "other-outcome-preferred": "多数选民更满意另一结果 voters prefer the other outcome",
}


def report(
    source: PabulibFile,
    allocation: Allocation,
    variants: Mapping[str, Allocation],
    *,
    explained: bool,
) -> Report:
    """Everything that may be published about an allocation, as plain values in currency units."""
    election = source.election
    explanation = explain(election, allocation, with_budgets=explained)
    ids = election.project_ids
    found: Report = {
        "rule": _stated(allocation.settings),
        "currency": source.meta.get("currency", ""),
        "budget": _money(election, election.budget),
        "voters": election.voters,
        "selected": [ids[project] for project in allocation.funded],
        "cost": _money(election, allocation.spent),
        "ties": [
            {"turn": tie.turn + 1, "projects": [ids[project] for project in tie.projects]}
            for tie in allocation.ties
        ],
    }
    if allocation.shares is not None:
        run = allocation.shares.run
        found["endowment"] = {
            "final": _money(election, run.endowment),
            "steps": allocation.shares.steps,
            "stop": str(allocation.shares.stop),
        }
    if allocation.preference is not None:
        preference = allocation.preference
        found["comparison"] = {
            "prefer_this": preference.first,
            "prefer_greedy": preference.second,
            "neither": preference.neither,
        }
    found["projects"] = _projects(source, allocation, explanation, explained=explained)
    if election.places is not None:
        found["places"] = _places(election, allocation, explanation)
    if explained:
        found["underserved"] = _underserved(election, allocation)
    if variants:
        found["rules"] = {
            name: {
                "selected": [ids[project] for project in other.funded],
                "cost": _money(election, other.spent),
            }
            for name, other in variants.items()
        }
    return found


def as_json(found: Report) -> str:
    """The report as JSON text."""
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def as_csv(found: Report) -> str:
    """The projects of the report as a table, funded ones in order first."""
    rows = [_flat(project) for project in found["projects"]]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    text = io.StringIO()
    table = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def as_lines(found: Report) -> list[str]:
    """The report for a terminal, Chinese first."""
    lines = [
        f"预算 budget {found['budget']} {found['currency']}".rstrip()
        + f" · 选民 voters {found['voters']} · 入选 funded {len(found['selected'])}"
        f" · 支出 cost {found['cost']}"
    ]
    for project in found["projects"]:
        turn = f"{project['order']:>3}." if project["order"] else "   ·"
        lines.append(
            f"{turn} {project['id']:<10} {project['cost']:>14} {project['name']}"
            + ("" if project["order"] else f" — {REASONS[project['reason']]}")
        )
        if "needed_budget" in project:
            lines.append(f"     需要预算 would need a budget of {project['needed_budget']}")
    for tie in found["ties"]:
        lines.append(f"平局 tie before turn {tie['turn']}: {', '.join(tie['projects'])}")
    for name, other in found.get("rules", {}).items():
        lines.append(f"{name}: {other['cost']} — {', '.join(other['selected'])}")
    return lines


def _projects(
    source: PabulibFile, allocation: Allocation, explanation: Explanation, *, explained: bool
) -> list[Report]:
    order = {project: turn for turn, project in enumerate(allocation.funded, 1)}
    entries = [
        _project(source, entry, order.get(entry.project), explained=explained)
        for entry in explanation.projects
    ]
    return sorted(entries, key=lambda entry: (entry["order"] is None, entry["order"] or 0))


def _project(
    source: PabulibFile, entry: ProjectExplanation, order: int | None, *, explained: bool
) -> Report:
    election, number = source.election, entry.project
    found: Report = {
        "id": election.project_ids[number],
        "name": source.projects[number].get("name", ""),
        "cost": _money(election, election.costs[number]),
        "votes": entry.votes,
        "order": order,
        "by": None if entry.source is None else str(entry.source),
        "reason": str(entry.reason),
    }
    if entry.purchase is not None:
        payers = publish_payers(entry.purchase)
        found["effective_cost"] = _decimal(entry.purchase.effective_cost)
        found["who_paid"] = {
            "supporters": payers.supporters,
            "payers": payers.payers,
            "in_full": payers.full_payers,
            "in_part": payers.partial_payers,
            "full_payment": _money(election, entry.purchase.share),
        }
    if explained and entry.shortfall is not None:
        found["supporters_hold"] = _money(election, entry.shortfall.money)
        found["missing"] = _money(election, entry.shortfall.missing)
    if explained and entry.needed_budget is not None:
        found["needed_budget"] = _money(election, entry.needed_budget)
    return found


def _places(election: Election, allocation: Allocation, explanation: Explanation) -> list[Report]:
    paid = None if explanation.books is None else explanation.books.paid
    return [
        {
            "place": place.place,
            "voters": place.voters,
            "share_of_voters": _decimal(place.share),
            "share_of_payments": _decimal(place.paid),
            "with_a_funded_project": place.represented,
            "funded_projects_per_voter": _decimal(place.funded_per_voter),
        }
        for place in represent_places(election, allocation.funded, payments=paid)
    ]


def _underserved(election: Election, allocation: Allocation) -> list[Report]:
    support = measure_support(election, allocation.settings.utility)
    if any(row.gains is not None for row in support.projects):
        return []
    return [
        {
            "project": election.project_ids[group.project],
            "voters": group.voters if group.voters >= 5 else None,
            "their_share": _money(election, group.deserved),
        }
        for group in find_underserved(election, support, allocation.funded)
    ]


def _stated(settings: Settings) -> Report:
    return {
        "rule": str(settings.rule),
        "utility": str(settings.utility),
        "completion": str(settings.completion),
        "then_greedy": settings.then_greedy,
        "comparison": None if settings.comparison is None else str(settings.comparison),
        "endowment": str(settings.start),
        "step": str(settings.step),
        "greedy_order": str(settings.greedy_order),
        "ties": [str(rule) for rule in settings.tie_rules],
        "seed": settings.seed,
    }


def _flat(project: Report) -> Report:
    row: Report = {}
    for key, value in project.items():
        row |= {f"paid_{k}": v for k, v in value.items()} if key == "who_paid" else {key: value}
    return row


def _money(election: Election, amount: int | Fraction) -> int | float:
    """Currency units: whole where they are whole, else to a hundredth of a minor unit."""
    exact = election.money(amount)
    return int(exact) if exact.denominator == 1 else round(float(exact), 4)


def _decimal(value: Fraction | float | None) -> float | None:
    return None if value is None else float(f"{float(value):.12g}")
