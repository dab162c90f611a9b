"""The numbers of headings: 一、 （一） 1. （1） in Chinese, 1 1.1 1.1.1 in English."""

_DIGITS = "零一二三四五六七八九"
_DEEPEST = 4


class CannotNumber(ValueError):
    """A heading deeper, or a number larger, than official documents have."""


def chinese_number(number: int) -> str:
    """1 to 99 in Chinese: 一, 十, 十一, 二十, 二十一."""
    if not 0 < number < 100:
        raise CannotNumber(f"no heading has the number {number}")
    tens, ones = divmod(number, 10)
    words = ("" if tens < 2 else _DIGITS[tens]) + ("十" if tens else "")
    return words + (_DIGITS[ones] if ones else "")


def numbered(place: tuple[int, ...], language: str = "zh-hans") -> str:
    """The number of the heading at a place: (2,) is 二、 and (2, 3, 1) is 1. ; in English 2.3.1."""
    if len(place) > _DEEPEST:
        raise CannotNumber("headings have at most four levels")
    if language == "en":
        return ".".join(map(str, place)) + " "
    last = place[-1]
    if len(place) == 1:
        return f"{chinese_number(last)}、"
    if len(place) == 2:
        return f"（{chinese_number(last)}）"
    if len(place) == 3:
        return f"{last}. "
    return f"（{last}）"
