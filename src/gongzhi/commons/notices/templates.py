"""The wording of notices, in both languages; rooms declare theirs beside their actions."""

from dataclasses import dataclass

_register: dict[str, "Template"] = {}


@dataclass(frozen=True, slots=True)
class Template:
    """A notice's heading and body by language, with `{fact}` where a fact goes in."""

    name: str
    heading_zh: str
    body_zh: str
    heading_en: str
    body_en: str

    def write(self, facts: dict[str, str], *, language: str) -> tuple[str, str]:
        """Heading and body in this language; a fact that is missing shows as a dash."""
        known = _Facts(facts)
        if language.startswith("en"):
            return self.heading_en.format_map(known), self.body_en.format_map(known)
        return self.heading_zh.format_map(known), self.body_zh.format_map(known)


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "—"


class UnknownTemplate(LookupError):
    """A notice whose wording nobody declared."""


def declare_template(template: Template) -> Template:
    """Register a wording; a name declared twice is a mistake."""
    if template.name in _register:
        raise ValueError(f"notice template {template.name!r} is declared twice")
    _register[template.name] = template
    return template


def template_named(name: str) -> Template:
    """The wording of this name."""
    try:
        return _register[name]
    except KeyError:
        raise UnknownTemplate(f"no notice template {name!r}") from None


def all_templates() -> list[Template]:
    """Every declared wording, by name."""
    return [_register[name] for name in sorted(_register)]
