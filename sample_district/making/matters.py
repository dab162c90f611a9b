"""The matters of the invented district, read from matters.txt."""

from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("matters.txt")


@dataclass(frozen=True)
class Matter:
    """One line of matters.txt."""

    code: str
    name_zh: str
    name_en: str
    owner: str  # a department, an enterprise, or street, street_office, property, committee
    contact: str
    handling: str
    public: bool
    keywords: str
    covers: str
    covers_en: str

    def cells(self, attributes: str) -> dict[str, object]:
        """Its line in categories.csv."""
        return {
            "code": self.code,
            "name_zh": self.name_zh,
            "name_en": self.name_en,
            "description_zh": self.covers,
            "description_en": self.covers_en,
            "keywords": self.keywords,
            "attributes": attributes,
            "residents_may_choose": "是",
            "may_be_public": "是" if self.public else "否",
            "valid_from": "2024-01-01",
            "valid_to": "",
        }


def read() -> list[Matter]:
    """Every matter, each after the one above it."""
    lines = [
        [cell.strip() for cell in line.split("|")]
        for line in FILE.read_text("utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    return [
        Matter(code, zh, en, owner, contact, handling, public == "y", words, *covers)
        for code, zh, en, owner, contact, handling, public, words, *covers in lines
    ]
