"""The outline of a survey report: what a new study begins with."""

from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Outlined:
    """A chapter of the outline, and what the program adds to it."""

    heading: str
    includes: tuple[str, ...]


def outline(language: str) -> tuple[Outlined, ...]:
    """The five chapters, in the language of the study."""
    with translation.override(language):
        return (
            Outlined(_("背景与内在逻辑"), ("method",)),
            Outlined(_("基本情况"), ("situation",)),
            Outlined(_("做法与经验"), ("practice", "voices")),
            Outlined(_("存在的难题"), ("difficulties",)),
            Outlined(_("对策建议"), ("suggestions",)),
        )
