"""A report made by hand, for tests of how it looks: no database, no record."""

from datetime import UTC, date, datetime

from gongzhi.commons.ledger.columns import Version
from gongzhi.insights.indicators.periods import Period
from gongzhi.insights.indicators.shapes import Level
from gongzhi.insights.reports.contents import (
    Annex,
    Chapter,
    Facts,
    Figure,
    Paragraph,
    Picture,
    Query,
    Sheet,
)
from gongzhi.insights.reports.pictures.charts import Share, draw_shares

LONG = "推动资源、力量、技术向社区下沉，让问题在一线发现、在一线解决，居民的事大家商量着办。" * 20
RATE = Figure(Query("response_rate", Level.DISTRICT, None), "98.1%")


def made(*, text: str = LONG, language: str = "zh-hans", draft: bool = False) -> Facts:
    """A title, two chapters, a picture, an annex with a table."""
    picture = Picture(
        "全区各项比率",
        "响应率 98.1%（区间 96.0%–99.1%）",
        draw_shares([Share("响应率", 0.981, 0.96, 0.991, "98.1%")]),
        (("响应率", RATE),),
    )
    return Facts(
        title="明湖区社区治理调研",
        subtitle="——基于办事记录",
        author="调研组",
        dated=date(2026, 4, 10).isoformat(),
        language=language,
        period=Period(date(2026, 3, 1), date(2026, 3, 31)),
        version=Version(7, "a" * 64),
        as_of=datetime(2026, 4, 10, tzinfo=UTC),
        chapters=(
            Chapter("背景", (Paragraph((text,), draft=draft), Paragraph((text,)))),
            Chapter(
                "情况",
                (),
                (
                    Chapter("做法", (Paragraph(("响应率为", RATE, "。")),), pictures=(picture,)),
                    Chapter("原因", (Paragraph(("只办单件。",)),)),
                ),
            ),
        ),
        annexes=(
            Annex(
                "表",
                (Paragraph(("说明。",)),),
                (Sheet("指标", ("名称", "数值"), (("响应率", RATE),), (96, 60)),),
            ),
        ),
    )
