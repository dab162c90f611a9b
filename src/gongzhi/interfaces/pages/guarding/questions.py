"""Plain questions that any resident can answer and that need neither eyes nor a script."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from gongzhi.interfaces.pages.guarding.answers import in_chinese, in_english, number, plain


@dataclass(frozen=True, slots=True)
class Question:
    """A question in both languages, and what counts as right in either."""

    chinese: str
    english: str
    value: int | None = None
    words: frozenset[str] = frozenset()

    def accepts(self, answer: str) -> bool:
        """Whether an answer is right, in digits or words, Chinese or English."""
        if self.value is not None and number(answer) == self.value:
            return True
        return plain(answer) in self.words


def _said(draw: Random, value: int) -> tuple[str, str]:
    """A number as digits or as a word, the same in both languages."""
    if draw.random() < 0.5:
        return str(value), str(value)
    return in_chinese(value), in_english(value)


def _sum(draw: Random) -> Question:
    one, two = draw.randint(2, 9), draw.randint(2, 9)
    (zh1, en1), (zh2, en2) = _said(draw, one), _said(draw, two)
    chinese = draw.choice(
        [f"{zh1} 加 {zh2} 等于几？", f"有 {zh1} 个苹果，又买来 {zh2} 个，一共几个？"]
    )
    english = draw.choice(
        [f"What is {en1} plus {en2}?", f"You have {en1} apples and buy {en2} more. How many?"]
    )
    return Question(chinese, english, one + two)


def _difference(draw: Random) -> Question:
    less, rest = draw.randint(1, 9), draw.randint(1, 9)
    (zh1, en1), (zh2, en2) = _said(draw, less + rest), _said(draw, less)
    chinese = draw.choice(
        [f"{zh1} 减 {zh2} 等于几？", f"车上有 {zh1} 个人，下去 {zh2} 个，还剩几个？"]
    )
    english = draw.choice(
        [f"What is {en1} minus {en2}?", f"{en1} people are on a bus and {en2} get off. How many?"]
    )
    return Question(chinese, english, rest)


_DAYS_ZH = "一二三四五六日"
_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _weekday(draw: Random) -> Question:
    today, step = draw.randrange(7), draw.choice([1, -1])
    there = (today + step) % 7
    names = ("日", "天") if there == 6 else (_DAYS_ZH[there],)
    words = {head + name for name in names for head in ("星期", "周", "礼拜", "")}
    words |= {_DAYS_EN[there].lower(), _DAYS_EN[there][:3].lower()}
    if there < 6:
        words |= {str(there + 1), f"星期{there + 1}", f"周{there + 1}"}
    chinese = f"今天星期{_DAYS_ZH[today]}，{'明天' if step > 0 else '昨天'}星期几？"
    verb = "is tomorrow" if step > 0 else "was yesterday"
    return Question(
        chinese, f"Today is {_DAYS_EN[today]}. What day {verb}?", words=frozenset(words)
    )


_MONTHS_EN = """
January February March April May June July August September October November December
""".split()  # noqa: SIM905


def _month(draw: Random) -> Question:
    month, step = draw.randrange(12), draw.choice([1, -1])
    there = (month + step) % 12
    words = {
        _MONTHS_EN[there].lower(),
        _MONTHS_EN[there][:3].lower(),
        f"{in_chinese(there + 1)}月份",
    }
    words |= {f"{there + 1}月份"} | ({"元月", "正月"} if there == 0 else set())
    chinese = f"{in_chinese(month + 1)}月{'的下一个月' if step > 0 else '的上一个月'}是几月？"
    english = f"Which month comes {'after' if step > 0 else 'before'} {_MONTHS_EN[month]}?"
    return Question(chinese, english, there + 1, frozenset(words))


_COUNTS = (
    ("一只猫有几条腿？", "How many legs does a cat have?", 4),
    ("一只鸡有几条腿？", "How many legs does a hen have?", 2),
    ("一只手有几根手指？", "How many fingers are on one hand, thumb included?", 5),
    ("一个星期有几天？", "How many days are in a week?", 7),
    ("一年有几个月？", "How many months are in a year?", 12),
    ("一年有几个季节？", "How many seasons are in a year?", 4),
    ("三角形有几个角？", "How many corners does a triangle have?", 3),
    ("自行车有几个轮子？", "How many wheels does a bicycle have?", 2),
    ("一双筷子有几根？", "How many sticks make a pair of chopsticks?", 2),
    ("一张脸上有几只眼睛？", "How many eyes are in a face?", 2),
    ("红绿灯有几种颜色？", "How many colours does a traffic light have?", 3),
)


def _count(draw: Random) -> Question:
    return Question(*draw.choice(_COUNTS))


_OPPOSITES = (
    ("大", "big", {"小", "小的", "small", "little", "tiny"}),
    ("上", "up", {"下", "下面", "down"}),
    ("左", "left", {"右", "右边", "right"}),
    ("冷", "cold", {"热", "暖", "热的", "hot", "warm"}),
    ("黑", "black", {"白", "白色", "white"}),
    ("高", "tall", {"矮", "低", "short", "low"}),
    ("开", "open", {"关", "闭", "合", "close", "closed", "shut"}),
    ("白天", "day", {"黑夜", "夜晚", "晚上", "夜里", "夜", "night"}),
    ("快", "fast", {"慢", "慢的", "slow"}),
    ("前", "front", {"后", "后面", "back", "behind"}),
)


def _opposite(draw: Random) -> Question:
    chinese, english, words = draw.choice(_OPPOSITES)
    return Question(
        f"“{chinese}”的反义词是什么？",
        f'What is the opposite of "{english}"?',
        words=frozenset(words),
    )


def _largest(draw: Random) -> Question:
    values = draw.sample(range(1, 20), 3)
    most = draw.random() < 0.5
    shown = "、".join(map(str, values))
    listed = ", ".join(map(str, values[:-1])) + f" and {values[-1]}"
    return Question(
        f"{shown} 里最{'大' if most else '小'}的数是几？",
        f"Of {listed}, which number is the {'largest' if most else 'smallest'}?",
        max(values) if most else min(values),
    )


_FOODS = (
    ("苹果", "apple"),
    ("香蕉", "banana"),
    ("白菜", "cabbage"),
    ("面条", "noodles"),
    ("鸡蛋", "egg"),
    ("豆腐", "tofu"),
)
_THINGS = (
    ("桌子", "table"),
    ("雨伞", "umbrella"),
    ("剪刀", "scissors"),
    ("书包", "bag"),
    ("电话", "telephone"),
    ("椅子", "chair"),
)


def _odd_one_out(draw: Random) -> Question:
    foods, thing = draw.sample(_FOODS, 2), draw.choice(_THINGS)
    listed = [*foods, thing]
    draw.shuffle(listed)
    return Question(
        f"{'、'.join(zh for zh, _ in listed)}，哪一样不能吃？",
        f"{', '.join(en for _, en in listed)}: which can't be eaten?",
        words=frozenset(thing),
    )


_ROWS = (
    (("春", "夏", "秋", "冬"), ("spring", "summer", "autumn", "winter")),
    (("东", "南", "西", "北"), ("east", "south", "west", "north")),
    (("红", "黄", "蓝", "绿"), ("red", "yellow", "blue", "green")),
    (("早", "中", "晚"), ("morning", "noon", "evening")),
)


def _nth(draw: Random) -> Question:
    chinese, english = draw.choice(_ROWS)
    place = draw.randrange(len(chinese))
    ordinal = ("first", "second", "third", "fourth")[place]
    words = {chinese[place], english[place]} | ({"fall"} if english[place] == "autumn" else set())
    return Question(
        f"“{'、'.join(chinese)}”里，第{in_chinese(place + 1)}个字是什么？",
        f'In "{", ".join(english)}", which word is {ordinal}?',
        words=frozenset(words),
    )


_FORMS: tuple[Callable[[Random], Question], ...] = (
    _sum,
    _difference,
    _weekday,
    _month,
    _count,
    _opposite,
    _largest,
    _odd_one_out,
    _nth,
)


def question_from(seed: bytes) -> Question:
    """The question that a secret seed stands for; the same seed gives the same question."""
    draw = Random(seed)  # noqa: S311  the secrecy is in the seed
    return draw.choice(_FORMS)(draw)
