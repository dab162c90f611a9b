"""Reading an answer as people write it: digits, Chinese numerals, English words, full width."""

import re
import unicodedata

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_DIGITS |= {"七": 7, "八": 8, "九": 9}
_ENGLISH = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen twenty
""".split()  # noqa: SIM905  reads better than twenty-one quoted words
_FILLERS = ("答案是", "应该是", "等于", "就是", "是", "it is", "it's", "the", "an", "a")
_COUNTERS = "个只条天月种岁次人号点根块"


def plain(text: str) -> str:
    """Lower case, half width, without punctuation and words like 是 or `the`."""
    folded = unicodedata.normalize("NFKC", text).casefold().strip()
    folded = re.sub(r"[。.,，!！?？:：;；\"“”‘’()（）]+", "", folded).strip()
    for filler in _FILLERS:
        spaced = filler + " " if filler.isascii() else filler
        if folded.startswith(spaced) and len(folded) > len(spaced):
            folded = folded[len(spaced) :].strip()
    return folded


def number(text: str) -> int | None:
    """The number that an answer says, from 0 to 99, or None."""
    said = plain(text).rstrip(_COUNTERS)
    if re.fullmatch(r"\d{1,2}", said):
        return int(said)
    if said in _ENGLISH:
        return _ENGLISH.index(said)
    if match := re.fullmatch(r"twenty[ -](\w+)", said):
        return 20 + _ENGLISH.index(match[1]) if match[1] in _ENGLISH[1:10] else None
    return _chinese_number(said)


def _chinese_number(said: str) -> int | None:
    """零 to 九十九, as a count or digit by digit."""
    if said in _DIGITS:
        return _DIGITS[said]
    if match := re.fullmatch(r"([一二三四五六七八九]?)十([一二三四五六七八九]?)", said):
        return 10 * _DIGITS.get(match[1], 1) + _DIGITS.get(match[2], 0)
    return None


def in_chinese(value: int) -> str:
    """0 to 99 in Chinese numerals."""
    tens, ones = divmod(value, 10)
    signs = "零一二三四五六七八九"
    if not tens:
        return signs[ones]
    return ("" if tens == 1 else signs[tens]) + "十" + (signs[ones] if ones else "")


def in_english(value: int) -> str:
    """0 to 20 in English words."""
    return _ENGLISH[value]
