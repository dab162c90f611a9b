"""The pictures of a report: what is drawn, what they say in words, and the numbers in them."""

from django.utils.translation import gettext as _

from gongzhi.commons.territory.maps import feature_collection
from gongzhi.commons.territory.queries import find_place
from gongzhi.insights.indicators.definitions import INDICATORS, indicator
from gongzhi.insights.indicators.measuring import is_share
from gongzhi.insights.indicators.overview import months_of
from gongzhi.insights.indicators.periods import month_name
from gongzhi.insights.indicators.shapes import Level, Statistic
from gongzhi.insights.reports.assembly import Assembly
from gongzhi.insights.reports.contents import Figure, Picture, Query
from gongzhi.insights.reports.pictures.charts import Share, draw_months, draw_shares
from gongzhi.insights.reports.pictures.maps import Ground, Region, draw_map

_MAPPED = "response_rate"
_MOST_SHARES = 10


def shares_of(work: Assembly) -> Picture | None:
    """The district's shares, each with its limits; None where nothing is measured yet."""
    shares: list[Share] = []
    figures: list[tuple[str, Figure]] = []
    for each in INDICATORS:
        cell = work.seen.tables[each.code].totals[0]
        if not is_share(each) or not cell.is_measured or len(shares) == _MOST_SHARES:
            continue
        if cell.value is None or cell.lower is None or cell.upper is None:
            continue
        figure = work.of_district(each.code)
        figures.append((str(each.name), figure))
        shares.append(Share(str(each.name), cell.value, cell.lower, cell.upper, figure.words))
    if not shares:
        return None
    told = "；".join(
        _("%(name)s %(value)s（区间 %(lower)s–%(upper)s）")
        % {
            "name": share.name,
            "value": share.words,
            "lower": f"{share.lower:.1%}",
            "upper": f"{share.upper:.1%}",
        }
        for share in shares
    )
    caption = _("全区各项比率和它们的区间（线段越长，偶然的成分越大）")
    return Picture(caption, told, draw_shares(shares), tuple(figures))


def months_of_response(work: Assembly) -> Picture | None:
    """The response rate by month with what chance explains; None with fewer than three months."""
    chosen = indicator(_MAPPED)
    if not chosen.is_recorded or chosen.statistic is not Statistic.SHARE:
        return None
    picture = months_of(work.snap, work.study.period, chosen)
    if picture is None:
        return None
    told = "；".join(
        f"{month_name(point.month)} {point.value:.1%}" + (_("（超出偶然）") if point.beyond else "")
        for point in picture.points
        if point.value is not None
    )
    caption = _("逐月%(name)s（虚线之间是偶然能解释的范围，方块为超出的月份）") % {
        "name": chosen.name
    }
    return Picture(caption, told, draw_months(picture))


def map_of_response(work: Assembly) -> Picture | None:
    """Which communities' response rate lies beyond chance; None where no boundary is drawn."""
    table = work.seen.tables[_MAPPED]
    if table.level is not Level.COMMUNITY:
        return None
    places = work.scope(table.groups)
    outs = {
        out.group: Ground.BETTER if out.is_better else Ground.WORSE
        for out in work.seen.scan.standing_out
        if out.indicator.code == _MAPPED
    }
    shapes = {
        feature["properties"]["id"]: feature["geometry"]
        for feature in feature_collection(kinds=["community"])["features"]
    }
    regions, figures, told = [], [], dict.fromkeys(Ground, 0)
    names: dict[Ground, list[str]] = {ground: [] for ground in Ground}
    for number, group in enumerate(places, start=1):
        row = table.row_of(group)
        known = row is not None and row[0].is_measured
        ground = outs.get(group, Ground.WITHIN if known else Ground.UNTOLD)
        place = find_place(group)
        name = f"{number} {place.name if place else ''}"
        told[ground] += 1
        names[ground].append(name)
        figures.append((name, work.figure(Query(_MAPPED, Level.COMMUNITY, group))))
        if group in shapes:
            regions.append(Region(number, shapes[group], ground))
    drawing = draw_map(regions)
    if drawing is None:
        return None
    caption = _(
        "各社区%(name)s与全区相比（斜线为差于全区、深色为好于全区，均超出偶然；"
        "浅色为没有超出偶然；白色为没有记录或数太小）"
    ) % {"name": indicator(_MAPPED).name}
    words = _(
        "共 %(all)d 个社区：好于全区 %(better)s；差于全区 %(worse)s；没有超出偶然 %(within)d 个；"
        "没有记录或不公开 %(untold)d 个"
    ) % {
        "all": len(places),
        "better": "、".join(names[Ground.BETTER]) or _("无"),
        "worse": "、".join(names[Ground.WORSE]) or _("无"),
        "within": told[Ground.WITHIN],
        "untold": told[Ground.UNTOLD],
    }
    return Picture(caption, words, drawing, tuple(figures))
