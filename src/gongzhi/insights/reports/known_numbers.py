"""The numbers as a person last saw them: from these on, a sentence whose number changed is told."""

import json
from pathlib import Path

from gongzhi.insights.reports.contents import Facts


def numbers_of(facts: Facts) -> dict[str, str]:
    """Every number of a report by its query."""
    return {str(figure.query): figure.words for figure in facts.figures}


def remember(facts: Facts, file: Path) -> None:
    """Keep the numbers beside the study, whole or not at all."""
    draft = file.with_name(f".{file.name}.part")
    text = json.dumps(numbers_of(facts), ensure_ascii=False, indent=1, sort_keys=True)
    try:
        draft.write_text(text, "utf-8")
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def remembered(file: Path) -> dict[str, str]:
    """The numbers as a person last saw them; none where nobody has."""
    if not file.is_file():
        return {}
    found = json.loads(file.read_text("utf-8"))
    return {str(name): str(words) for name, words in found.items()}


def figures_file(study: Path) -> Path:
    """Where the numbers of a study are kept."""
    return study.with_suffix(".figures.json")
