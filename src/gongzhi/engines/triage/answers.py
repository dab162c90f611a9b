"""Is a reply complete? A check-list shown to the unit before it closes; no mark for anybody."""

import re
from dataclasses import dataclass
from typing import Literal

from gongzhi.engines.triage.matters import ASKING, LEAD, subject_of
from gongzhi.engines.triage.texts import Message, Span, fold

Item = Literal["matter", "result", "date", "contact"]

_RESULT = re.compile(
    r"已(?:经|于|对|将|在|向|完成|安排|修复|整改|清理|处理|解决|办结|责令|约谈|联系|派|更换|拆除|制止|督促|查处)|"
    r"(?:调查|核实|核查|了解|查实|现场).{0,30}(?:情况|如下|属实|发现|确认)|经(?:调查|核实|核查|了解|查|现场)|"
    r"(?:不予|不属于|不符合|无法|暂不|不能).{0,20}|"
    r"(?:将|拟|计划|预计).{0,30}(?:完成|实施|整改|处理|解决|启动|建设|改造|安排)|"
    r"责令|整改到位|处罚|修复|办结|根据.{0,40}(?:规定|办法|条例|政策|通知)|"
    r"(?:清运|清理|清扫|打扫|维修|抢修|更换|安装|疏通|拆除|修剪|消杀|修补|劝离|处置|办理)"
    r"(?:完毕|完成|完了|好了|结束|干净)|修好|换好|换(?:上|了)新|"
    r"恢复(?:供水|供电|供气|供热|供暖|通水|通电|通行|正常|运行|照明)|"
    r"\b(?:repaired|fixed|completed|resolved|scheduled|removed|cleaned|investigated)\b"
)
_DATE = re.compile(
    r"(?:\d{2,4}\s*年\s*)?\d{1,2}\s*月(?:\s*\d{1,2}\s*[日号]|底|初|中旬|上旬|下旬|份)|"
    r"\d{4}\s*[-/.年]\s*\d{1,2}(?:\s*[-/.月]\s*\d{1,2})?|\d{4}年(?:底|初|内|上半年|下半年)|"
    r"(?:第?[一二三四1234]季度|上半年|下半年|年底前?|月底前?|今日|当日|明日|本周|下周|本月|下月)|"
    r"(?:今天|当天|昨天|前天|明天|后天|今早|今晚|昨晚|明早|昨日)(?:上午|下午|中午|晚上|早上)?|"
    r"(?:上周|周|星期|礼拜)[一二三四五六日天末](?:上午|下午)?|"
    r"\d{1,3}\s*个?(?:工作日|日|天|小时|月)内|[一二三四五六七八九十两]{1,3}个?(?:工作日|天|小时|月)内"
)
_CONTACT = re.compile(
    r"(?<!\d)(?:0\d{2,3}[-—－ ]?)?[2-9]\d{6,7}(?!\d)|(?<!\d)1[3-9]\d{9}(?!\d)|"
    r"(?<!\d)(?:12\d{3}|9\d{4})(?!\d)|"
    r"(?<!\d)400[- ]?\d{3,4}[- ]?\d{3,4}(?!\d)|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|"
    r"(?:联系人|联系电话|咨询电话|办公电话)[:：]?\s*\S{2,}|"
    r"(?:请|可以?|问题|疑问|随时|欢迎).{0,6}(?:找|联系|咨询|到|来|问)(?:我们|.{0,8}"
    r"(?:网格员|社区|物业|居委会|村委会|值班室?|办公室|窗口|服务中心|服务站|街道办?))[^，。；！\s]{0,8}"
)
_WORD = re.compile(r"[^\W_]{2,}")
_LEAST_SHARED = 2
_FEW_PAIRS = 4


@dataclass(frozen=True, slots=True)
class Check:
    """One question about a reply: whether it is answered, and where (None: nowhere)."""

    item: Item
    found: bool
    span: Span | None


def check_answer(request: Message, reply: str) -> tuple[Check, ...]:
    """Ask of a reply: does it speak of the matter, and give a result, a date and a contact?

    The matter is spoken of when the reply repeats two different pairs of characters of the
    request's subject (or lead), asking words left out; one, if there are few. The other items look
    for forms of words and show the first. A form found is no proof, and one not found no
    verdict: the list reminds, a person decides. Cost: one pass an item.
    """
    plain = fold(reply)
    found: list[tuple[Item, tuple[int, int] | None]] = [
        ("matter", _matter(request, plain)),
        ("result", _first(_RESULT, plain)),
        ("date", _first(_DATE, plain)),
        ("contact", _first(_CONTACT, plain)),
    ]
    return tuple(
        Check(
            item=item,
            found=place is not None,
            span=Span("body", *place, reply[slice(*place)]) if place else None,
        )
        for item, place in found
    )


def _first(pattern: re.Pattern[str], text: str) -> tuple[int, int] | None:
    match = pattern.search(text)
    return match.span() if match else None


def _matter(request: Message, reply: str) -> tuple[int, int] | None:
    """Return where the reply first repeats the request's longest common stretch."""
    asked = ASKING.sub("，", fold(subject_of(request)))
    pairs = {word[i : i + 2] for word in _WORD.findall(asked) for i in range(len(word) - 1)}
    if not pairs:
        pairs = {
            word[i : i + 2]
            for word in _WORD.findall(ASKING.sub("，", fold(request.body[:LEAD])))
            for i in range(len(word) - 1)
        }
    shared = [pair for pair in pairs if pair in reply]
    if len(shared) < (_LEAST_SHARED if len(pairs) > _FEW_PAIRS else 1):
        return None
    return max(
        (_stretch(asked, pair, reply) for pair in sorted(shared)),
        key=lambda place: (place[1] - place[0], -place[0]),
    )


def _stretch(asked: str, pair: str, reply: str) -> tuple[int, int]:
    """Grow a shared pair to the right while request and reply go on alike."""
    start = reply.find(pair)
    origin = asked.find(pair)
    length = len(pair)
    while (
        origin >= 0
        and origin + length < len(asked)
        and start + length < len(reply)
        and asked[origin + length] == reply[start + length]
    ):
        length += 1
    return start, start + length
