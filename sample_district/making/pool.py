"""The pool of the invented district: who could give what, what communities need, what came of it.

Days are counted from the day of loading, so that the pool is alive whenever it is loaded.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from sample_district.making.units import UnitRow

# End of a unit's name: kind of help, title, units in all, units a day, weekdays, hours, seats.
_OFFERS: dict[str, tuple[str, str, int, int, str, str, int]] = {
    "银行网点": ("skill.digital", "手机支付和防诈课堂", 24, 2, "2;4", "09:30-11:30", 0),
    "设计院": ("skill.design", "楼道和边角地微更新设计", 6, 1, "", "", 0),
    "连锁超市": ("goods.daily", "爱心生活包", 120, 20, "", "", 0),
    "邮政所": ("people.moving", "代取代送和搬运", 60, 4, "", "", 0),
    "药房": ("skill.health", "测血压血糖和用药咨询", 200, 25, "1;3;5", "09:00-11:00", 0),
    "科技公司": ("goods.equipment", "检修好的旧电脑和平板", 40, 10, "", "", 0),
    "中学": ("space.sports", "周末开放的操场", 160, 8, "6;7", "08:00-17:00", 200),
    "小学": ("people.childcare", "课后托管志愿教师", 120, 12, "1;2;3;4;5", "16:00-18:00", 0),
    "幼儿园": ("space.activity", "周末亲子活动室", 80, 6, "6;7", "09:00-12:00", 40),
    "文化馆": ("space.activity", "排练厅和书画室", 200, 8, "2;3;4;5;6", "09:00-17:00", 60),
    "卫生服务站": ("skill.health", "下社区健康义诊", 300, 40, "2;4", "08:30-11:00", 0),
    "农贸市场": ("goods.daily", "新鲜蔬菜包", 150, 30, "", "", 0),
    "供销社": ("goods.daily", "米面油组合", 100, 20, "", "", 0),
    "派出所": ("people.patrol", "夜间联合巡逻", 40, 4, "5;6;7", "19:00-22:00", 0),
    "菜鸟驿站": ("people.moving", "大件上楼帮手", 60, 4, "", "", 0),
    "养老驿站": ("people.elderly", "上门陪伴和助浴", 90, 6, "", "", 0),
    "为老服务中心": ("people.elderly", "持证护理员上门陪伴", 200, 15, "", "", 0),
    "公益法律服务社": ("skill.legal", "律师驻点咨询", 80, 4, "3;6", "09:00-11:30", 0),
    "环保志愿协会": ("people.cleaning", "环境整治志愿队", 240, 30, "6;7", "08:00-12:00", 0),
    "社会工作服务中心": ("skill.counselling", "社工心理疏导", 60, 4, "", "", 0),
    "邻里调解中心": ("skill.legal", "邻里纠纷调解", 60, 3, "", "", 0),
    "青少年发展中心": (
        "people.childcare",
        "四点半课堂志愿者",
        160,
        16,
        "1;2;3;4;5",
        "16:00-18:00",
        0,
    ),
    "家电义修队": ("skill.repair", "家电义务维修", 60, 8, "6", "09:00-11:30", 0),
    "银龄互助队": ("people.elderly", "低龄老人陪高龄老人", 80, 6, "", "", 0),
    "合唱队": ("skill.teaching", "合唱课", 20, 2, "3", "14:00-16:00", 0),
    "太极队": ("skill.teaching", "太极晨练带教", 40, 2, "1;3;5", "07:00-08:00", 0),
    "巧手编织社": ("skill.teaching", "编织手作课", 24, 2, "4", "14:00-16:00", 0),
    "读书会": ("goods.books", "旧书换新和绘本", 90, 30, "", "", 0),
    "绿色家园队": ("people.cleaning", "楼道清扫", 80, 10, "6", "08:00-11:00", 0),
    "平安巡逻队": ("people.patrol", "傍晚巡逻", 90, 6, "", "", 0),
    "亲子营": ("people.childcare", "周末带娃互助", 48, 6, "6;7", "09:00-11:00", 0),
}
_ROOM = ("space.meeting", "党群服务中心会议室", 200, 8, "1;2;3;4;5;6", "09:00-20:00", 40)
_GIVES = {"为老服务中心": "certified;home_visit", "养老驿站": "home_visit", "小学": "child_safe"}
_GIVES |= {"青少年发展中心": "child_safe", "卫生服务站": "certified"}
_NEEDS: tuple[tuple[str, str, int, int, str], ...] = (
    ("people.elderly", "独居老人盼有人说说话", 12, 1, ""),
    ("people.elderly", "失能老人需要持证护理员上门", 6, 4, "certified"),
    ("people.cleaning", "楼道堆物清理缺人手", 20, 2, ""),
    ("people.patrol", "学校门口早晚护学", 10, 2, ""),
    ("people.childcare", "放学后孩子没人看", 15, 2, "child_safe"),
    ("people.moving", "老楼没电梯，大件上不去", 6, 1, ""),
    ("space.meeting", "业主大会没有开会的地方", 3, 2, ""),
    ("space.activity", "广场舞雨天没处去", 8, 1, ""),
    ("space.sports", "孩子们想有个踢球的地方", 6, 1, ""),
    ("space.parking", "夜间停车位不够", 60, 2, ""),
    ("money.project", "更换楼道感应灯", 3000, 1, ""),
    ("goods.daily", "困难家庭节日生活包", 30, 2, ""),
    ("goods.books", "社区书屋缺绘本", 40, 1, ""),
    ("goods.equipment", "活动室缺一台投影", 1, 1, ""),
    ("skill.legal", "楼上漏水赔偿想问律师", 4, 2, ""),
    ("skill.health", "老人想在家门口量血压", 40, 1, ""),
    ("skill.repair", "小家电坏了没处修", 12, 1, ""),
    ("skill.digital", "老人不会用手机挂号", 6, 2, ""),
    ("skill.counselling", "产后妈妈想找人聊聊", 4, 2, ""),
    ("skill.haircut", "行动不便老人上门理发", 8, 2, "home_visit"),
    ("skill.design", "小区门口空地想改一改", 1, 1, ""),
)
_WISHES = (
    "一副老花镜",
    "一盏床头小夜灯",
    "一双防滑棉鞋",
    "一套彩笔",
    "一口小炒锅",
    "一本大字版菜谱",
)
_SHARE = 0.7  # of the units that could give something and do
_MOST_PER_COMMUNITY = 5


def make_offers(units: list[UnitRow], rng: np.random.Generator) -> Iterator[Mapping[str, object]]:
    """One line for each offer; a room in every community's service centre."""
    for unit in units:
        if unit.kind == "community_party_org":
            yield _offer(unit.name, _ROOM, area=unit.place, age=400, gives="accessible")
            continue
        end = next((end for end in _OFFERS if unit.name.endswith(end)), None)
        if end is None or rng.random() > _SHARE:
            continue
        street = unit.place.partition("/")[0]
        area = {"social_organization": "", "community_group": unit.place}.get(unit.kind, street)
        yield _offer(
            unit.name, _OFFERS[end], area=area, age=int(rng.integers(20, 420)),
            gives=_GIVES.get(end, ""),
        )  # fmt: skip


def _offer(
    unit: str, given: tuple[str, str, int, int, str, str, int], *, area: str, age: int, gives: str
) -> Mapping[str, object]:
    kind, title, total, per_day, days, hours, seats = given
    return {
        "unit": unit, "title": title, "category": kind, "total": total, "per_day": per_day,
        "area": area, "weekdays": days, "hours": hours, "seats": seats or "", "gives": gives,
        "opened_days_ago": age,
    }  # fmt: skip


def _kind_of(unit: UnitRow) -> str:
    """The kind of help that a unit of this name could give; empty where there is none."""
    return next((given[0] for end, given in _OFFERS.items() if unit.name.endswith(end)), "")


def make_needs(units: list[UnitRow], rng: np.random.Generator) -> Iterator[Mapping[str, object]]:
    """Some needs of every community, at every stage from published to confirmed; a wish here
    and there. `stage` says how far a need has come: a unit of the community is its giver."""
    homes = [unit for unit in units if unit.kind == "community_party_org"]
    groups: dict[str, list[UnitRow]] = {}
    for unit in units:
        if unit.kind in {"partner_unit", "community_group"}:
            groups.setdefault(unit.place, []).append(unit)
    for at, home in enumerate(homes):
        count = int(rng.integers(3, _MOST_PER_COMMUNITY + 1))
        chosen = rng.choice(len(_NEEDS), size=count, replace=False)
        near = groups[home.place]
        for place in chosen.tolist():
            kind, title, quantity, urgency, asks = _NEEDS[place]
            stage = str(rng.choice(["", "proposed", "agreed", "done", "confirmed", "confirmed"]))
            giver = next((unit.name for unit in near if _kind_of(unit) == kind), "")
            if not giver or asks:
                giver = stage = ""
            days_ago = int(rng.integers(12, 45))
            ends = int(rng.integers(6, 26))
            if stage == "confirmed":  # its limit is over, so that it counts as met in time
                ends = 12 - days_ago
            yield {
                "community": home.place, "title": title, "category": kind,
                "quantity": max(1, round(quantity * float(rng.uniform(0.7, 1.3)))),
                "urgency": urgency, "asks": asks, "published_days_ago": days_ago,
                "ends_in_days": ends, "stage": stage, "giver": giver,
                "wish_of": "",
            }  # fmt: skip
        if at % 3 == 0:
            yield {
                "community": home.place, "title": _WISHES[at // 3 % len(_WISHES)],
                "category": "goods.wish", "quantity": 1, "urgency": 1, "asks": "",
                "published_days_ago": int(rng.integers(3, 10)), "ends_in_days": 24,
                "stage": ("drafted", "", "agreed")[at // 3 % 3],
                "giver": near[0].name if at // 3 % 3 == 2 else "", "wish_of": "住户代表",
            }  # fmt: skip
