"""What residents and units write in the model: invented sentences put together from parts."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from gongzhi.commons.categories.queries import CategoryView
from gongzhi.commons.territory.queries import PlaceView

_OPENINGS = (
    "",
    "",
    "您好，",
    "你好，",
    "请问一下，",
    "麻烦你们，",
    "反映一个问题：",
    "我是住户，",
    "社区你好，",
)
_WHERE = (
    "{n}号楼楼下", "{n}号楼{m}单元门口", "东门口", "西门外面", "小广场旁边", "车棚那里",
    "南边的路上",
    "{n}号楼后面", "物业办公室旁边", "幼儿园对面", "健身器材旁边", "北门进来第一个路口",
)  # fmt: skip
_SINCE = (
    "已经三天了", "从上周开始", "有一个多月了", "昨天晚上开始", "这几天一直这样", "好几次了",
    "今天早上发现的", "快半年了", "每天都这样", "刚刚发生", "国庆以后就这样", "",
)  # fmt: skip
_EFFECTS = (
    "老人走路很不方便", "孩子放学都要绕着走", "晚上根本睡不好", "邻居们意见很大", "进出都受影响",
    "看着很危险", "影响大家生活", "车都没法过", "味道很重", "", "", "",
)  # fmt: skip
_ASKS = (
    "请尽快派人来看看。", "希望能解决一下。", "麻烦处理，谢谢！", "请问什么时候能解决？",
    "请给个答复。", "盼望早日解决。", "希望社区帮忙协调。", "谢谢你们！", "请相关部门管一管。",
)  # fmt: skip
_TROUBLES = (
    "{word}的问题没人管", "关于{word}，和物业说过没有结果", "想问{word}找谁办理", "{word}需要处理",
)  # fmt: skip
_CONTACTS = (
    "已电话联系诉求人，了解情况。",
    "与诉求人通话，约定现场查看。",
    "已联系并告知办理安排。",
)
_INTERIMS = (
    "已到现场查看，正在安排施工，完成后再答复您。",
    "需要采购配件，预计本周内完成，请您谅解。",
    "已与相关单位沟通，正在落实责任，会及时告知进展。",
)
_ANSWERS = (
    "您反映的{word}问题，工作人员已于当日到现场处理完毕，并将加强巡查。感谢您的监督。",
    "经核实，{word}的情况属实，现已整改到位；如再次出现请随时联系我们。",
    "关于{word}，我们已安排专人处理，处理结果已当面告知您。",
)
_EVIDENCE = (
    "现场照片两张，诉求人在场确认。",
    "维修单一份，已恢复正常。",
    "已完成处理，现场复查无异常。",
)
_QUESTIONS = (
    "请问具体在几号楼几单元？",
    "请问方便提供一个上门时间吗？",
    "请问是每天都有，还是偶尔出现？",
)
_REPLIES = ("是的，就在楼下。", "下午三点以后都可以。", "每天晚上都有。", "三号楼二单元。")
_REMARKS_GOOD = ("处理得很快，谢谢。", "态度很好。", "解决了。", "", "", "")
_REMARKS_BAD = ("只是来看了看，没有解决。", "过两天又这样了。", "没有人联系过我。", "还是老样子。")
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华"
_TITLES = ("女士", "先生", "阿姨", "师傅", "老师")
_NAMELESS = "这件事"


@dataclass(frozen=True, slots=True)
class Said:
    """A request's words and where they say it is."""

    title: str
    text: str


@cache
def _phrases() -> dict[str, tuple[str, ...]]:
    """What people say of each matter of the sample district."""
    found: dict[str, list[str]] = {}
    text = resources.files("gongzhi.simulation").joinpath("phrases.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        found.setdefault(row["code"], []).append(row["phrase"])
    return {code: tuple(phrases) for code, phrases in found.items()}


class Words:
    """Draws sentences from one generator; a burst of requests says one thing in many ways."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._burst_places: dict[int, str] = {}
        self._burst_troubles: dict[int, str] = {}

    def request(
        self, matter: CategoryView, community: PlaceView, estate: str, *, burst: int | None = None
    ) -> Said:
        """What a resident says about this matter at this place."""
        where = self._pick(_WHERE).format(n=self._rng.integers(1, 19), m=self._rng.integers(1, 5))
        if burst is not None:
            where = self._burst_places.setdefault(burst, where)
        trouble = self._trouble(matter)
        if burst is not None:
            trouble = self._burst_troubles.setdefault(burst, trouble)
        spot = f"{community.name}{estate}{where}"
        parts = [self._pick(_SINCE), self._pick(_EFFECTS)]
        middle = "，".join(part for part in parts if part)
        title = f"{estate or community.name}{trouble.partition('，')[0]}"
        text = f"{self._pick(_OPENINGS)}{spot}{trouble}"
        text += f"，{middle}。" if middle else "。"
        return Said(title, text + self._pick(_ASKS))

    def _trouble(self, matter: CategoryView) -> str:
        """What is wrong; matters that a district added itself get a general sentence."""
        if known := _phrases().get(matter.code):
            return self._pick(known)
        return self._pick(_TROUBLES).format(word=self._word(matter))

    def _word(self, matter: CategoryView) -> str:
        words = sorted(matter.keywords, key=lambda word: -matter.keywords[word])[:6]
        return self._pick(tuple(words)) if words else matter.name_zh

    def contact(self) -> tuple[str, str]:
        """An invented name, and a number of the kind that is set aside for invention."""
        name = self._pick(tuple(_SURNAMES)) + self._pick(_TITLES)
        return name, f"1990000{self._rng.integers(10_000):04d}"

    def note(self) -> str:
        return self._pick(_CONTACTS)

    def interim(self) -> str:
        return self._pick(_INTERIMS)

    def answer(self, matter: CategoryView | None) -> str:
        return self._pick(_ANSWERS).format(word=self._word(matter) if matter else _NAMELESS)

    def evidence(self) -> str:
        return self._pick(_EVIDENCE)

    def question(self) -> str:
        return self._pick(_QUESTIONS)

    def reply(self) -> str:
        return self._pick(_REPLIES)

    def remark(self, *, good: bool) -> str:
        return self._pick(_REMARKS_GOOD if good else _REMARKS_BAD)

    def _pick(self, options: tuple[str, ...]) -> str:
        return options[int(self._rng.integers(len(options)))]
