"""The kinds of help that needs and offers have in common, and the limits of this affair."""

from dataclasses import dataclass

from django.utils.translation import get_language

from gongzhi.affairs.resources.choices import Sort
from gongzhi.affairs.resources.models import HelpCategory

# What a district starts with: code, sort, Chinese, English, measure. People change it afterwards.
STARTING: tuple[tuple[str, Sort, str, str, str, str], ...] = (
    ("people.elderly", Sort.PEOPLE, "助老陪伴", "Company for old people", "人次", "visits"),
    ("people.patrol", Sort.PEOPLE, "平安巡逻", "Neighbourhood patrol", "人次", "turns"),
    ("people.cleaning", Sort.PEOPLE, "环境整治", "Clean-up", "人次", "turns"),
    ("people.moving", Sort.PEOPLE, "搬运帮手", "Helping hands", "人次", "turns"),
    ("people.childcare", Sort.PEOPLE, "课后托管", "After-school care", "人次", "turns"),
    ("space.meeting", Sort.SPACE, "会议场地", "Meeting room", "小时", "hours"),
    ("space.activity", Sort.SPACE, "活动场地", "Activity room", "小时", "hours"),
    ("space.parking", Sort.SPACE, "错时停车位", "Shared parking", "车位天", "bay days"),
    ("space.sports", Sort.SPACE, "运动场地", "Sports ground", "小时", "hours"),
    ("money.project", Sort.MONEY, "项目资助", "Project grant", "元", "yuan"),
    ("money.relief", Sort.MONEY, "困难帮扶", "Relief", "元", "yuan"),
    ("goods.daily", Sort.GOODS, "生活物资", "Household goods", "份", "packs"),
    ("goods.books", Sort.GOODS, "图书文具", "Books and stationery", "份", "packs"),
    ("goods.equipment", Sort.GOODS, "设备器材", "Equipment", "件", "pieces"),
    ("goods.wish", Sort.GOODS, "微心愿", "Micro-wish", "个", "wishes"),
    ("skill.legal", Sort.SKILL, "法律咨询", "Legal advice", "小时", "hours"),
    ("skill.health", Sort.SKILL, "健康义诊", "Health check", "人次", "people"),
    ("skill.repair", Sort.SKILL, "家电维修", "Repairs", "件", "pieces"),
    ("skill.digital", Sort.SKILL, "手机课堂", "Phone lessons", "课时", "lessons"),
    ("skill.counselling", Sort.SKILL, "心理疏导", "Counselling", "小时", "hours"),
    ("skill.haircut", Sort.SKILL, "理发", "Haircuts", "人次", "people"),
    ("skill.teaching", Sort.SKILL, "文化教学", "Classes", "课时", "lessons"),
    ("skill.design", Sort.SKILL, "微更新设计", "Small-scale design", "项", "designs"),
)
WISH = "goods.wish"


@dataclass(frozen=True, slots=True)
class HelpView:
    """One kind of help, as every page sees it."""

    id: int
    code: str
    sort: Sort
    name_zh: str
    name_en: str
    measure_zh: str
    measure_en: str

    @property
    def name(self) -> str:
        """The name in the language of whoever is looking."""
        return self.name_en if _english() else self.name_zh

    @property
    def measure(self) -> str:
        """What one unit is called, in the language of whoever is looking."""
        return self.measure_en if _english() else self.measure_zh


def _english() -> bool:
    return (get_language() or "").startswith("en")


def write_starting_categories() -> None:
    """Give a new installation its kinds of help; rows that exist stay as people set them."""
    HelpCategory.objects.bulk_create(
        [
            HelpCategory(
                code=code, sort=sort, name_zh=zh, name_en=en, measure_zh=unit_zh, measure_en=unit_en
            )
            for code, sort, zh, en, unit_zh, unit_en in STARTING
        ],
        ignore_conflicts=True,
    )


def help_categories() -> dict[int, HelpView]:
    """Every kind of help by id, in the order of the codes (one query)."""
    rows = HelpCategory.objects.order_by("sort", "code").values_list(
        "id", "code", "sort", "name_zh", "name_en", "measure_zh", "measure_en"
    )
    return {row[0]: HelpView(row[0], row[1], Sort(row[2]), *row[3:]) for row in rows}


def category_named(name: str) -> HelpView | None:
    """The kind of help with this code or name; None where there is none."""
    wanted = name.strip()
    for view in help_categories().values():
        if wanted in (view.code, view.name_zh, view.name_en):
            return view
    return None
