"""What others did about each difficulty, and with what effect: suggestions for people to weigh.

Nothing here is ever chosen or set in motion by the program. Each entry says where it is known
from and how strong that is, and what speaks against it.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from gongzhi.insights.indicators.shapes import Difficulty, Words


class Evidence(StrEnum):
    """How well it is known that a measure helps."""

    RULE = "rule"  # law or regulation asks for it
    PRACTICE = "practice"  # reported by places that do it; no comparison
    STUDY = "study"  # a study compared


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that can be done."""

    code: str
    difficulty: Difficulty
    name: Words
    how: Words
    evidence: Evidence
    source: Words
    beware: Words


_D = Difficulty
MEASURES: tuple[Measure, ...] = (
    Measure(
        "close_at_the_front",
        _D.FLOATING,
        _("让会议以事项收尾"),
        _("每次联席会议只议有工单、需求或决议的事，会后一周内逐项销号。"),
        Evidence.PRACTICE,
        _("各地联席会议制度的通行做法"),
        _("不要把“一线办成率”当指标下达，否则记录会变样。"),
    ),
    Measure(
        "find_before_asked",
        _D.FLOATING,
        _("未诉先办"),
        _("网格每周看一遍上月反映最多的三类事，先去现场。"),
        Evidence.RULE,
        _("《北京市接诉即办工作条例》：主动治理、每月一题"),
        _("防止用琐碎的发现充数。"),
    ),
    Measure(
        "go_by_building",
        _D.LOOSE,
        _("把党支部的联系落到楼栋"),
        _("没有到达的楼栋，由支部认领下一件需要协助的工单。"),
        Evidence.STUDY,
        _("对 317 份问卷的研究：组织嵌入带来认同，认同带来参与"),
        _("数的是地方，不走访登记住户。"),
    ),
    Measure(
        "claim_tasks_openly",
        _D.SINGLE_ACTOR,
        _("把任务挂出来认领"),
        _("吹哨和决议产生的任务先向业委会、物业、社会组织公开一天再指派。"),
        Evidence.PRACTICE,
        _("双向认领的地方实践"),
        _("只看参与不看质量会走样，要连同双向评价一起看。"),
    ),
    Measure(
        "fund_groups",
        _D.SINGLE_ACTOR,
        _("用保障资金支持社区社会组织"),
        _("小额、公开、由居民决定，按完成情况拨付。"),
        Evidence.PRACTICE,
        _("成都社区保障资金"),
        _("小组织缺财务能力，街道要代为记账。"),
    ),
    Measure(
        "whistle_with_clock",
        _D.POOR_COORDINATION,
        _("吹哨定时限、双向评价"),
        _("到场时限到期自动告知区级；吹哨方和应哨方互评并公开到单位。"),
        Evidence.RULE,
        _("《北京市街道办事处条例》关于吹哨报到的规定"),
        _("到场不等于解决，要看后续任务。"),
    ),
    Measure(
        "mend_the_catalogue",
        _D.POOR_COORDINATION,
        _("按改派修订派单目录"),
        _("每季度把改派最多的事项拿出来，改目录里的那一行，而不是逐件协调。"),
        Evidence.PRACTICE,
        _("派单目录动态调整的地方实践"),
        _("早纠正是好事，不考核改派率本身。"),
    ),
    Measure(
        "one_pool",
        _D.SCATTERED,
        _("三张清单合成一个池子"),
        _("需求、资源、项目同处发布，半年没有用过的资源由社区打电话问一次。"),
        Evidence.PRACTICE,
        _("需求、资源、项目三张清单的地方实践"),
        _("有的单位按季节参与，不要因闲置就除名。"),
    ),
    Measure(
        "ask_before_offering",
        _D.MISFIT,
        _("先问需求再报资源"),
        _("单位报到前先看本社区未满足的需求，报不上的写明为什么。"),
        Evidence.STUDY,
        _("按 13 项服务做的供需（KANO）研究"),
        _("说出来的需求不是全部需求，要有人替不说的人说。"),
    ),
    Measure(
        "root_cause",
        _D.FAILURE,
        _("重复事项找根子"),
        _("90 天内重复的地点，开一次现场会，定一个改造项目，而不是再办一次。"),
        Evidence.PRACTICE,
        _("北京“每月一题”"),
        _("按事项和地点看，不要去找是谁反映的。"),
    ),
    Measure(
        "review_parked",
        _D.FAILURE,
        _("挂账到期必审"),
        _("每件挂账有复查日期，到期由街道当面过一遍，条件具备就恢复办理。"),
        Evidence.RULE,
        _("接诉即办挂账管理的要求"),
        _("挂账不能用来藏工作。"),
    ),
)


def measures_for(difficulty: Difficulty) -> tuple[Measure, ...]:
    """What is known to have been done about a difficulty."""
    return tuple(each for each in MEASURES if each.difficulty is difficulty)


def measure_named(code: str) -> Measure | None:
    """The measure with this code."""
    return next((each for each in MEASURES if each.code == code), None)
