"""A plan's reasons in words that a district officer can follow."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongzhi.affairs.resources.queries.plans import GapView, MatchView

_WHY_NOT: dict[str, str | Promise] = {
    "category": gettext_lazy("没有任何资源提供这一类别"),
    "condition": gettext_lazy("提供这一类别的资源都不满足条件"),
    "area": gettext_lazy("满足条件的资源都不服务这个地点"),
    "time": gettext_lazy("服务这个地点的资源都不在需要的时间内"),
    "exclusion": gettext_lazy("合适的资源都已被谢绝或排除"),
    "capacity": gettext_lazy("合适的资源已用于按公平和紧急程度在前的需求"),
    "whole": gettext_lazy("须一次满足，没有一项资源在一天内给得足"),
    "sequence": gettext_lazy("要等另一个需求先满足"),
}


def why_this(match: MatchView) -> str:
    """Why this offer, and which would be the next best."""
    if match.options == 1:
        why = _("唯一合适的资源")
    elif match.nearer == 0:
        why = _("%(options)s 项合适资源中最近") % {"options": match.options}
    else:
        why = _("%(options)s 项合适资源中有 %(nearer)s 项更近，但用在别处总体更好") % {
            "options": match.options,
            "nearer": match.nearer,
        }
    if match.next_title:
        after = _("其次是“%(title)s”（%(metres)s 米）") % {
            "title": match.next_title,
            "metres": match.next_distance,
        }
    else:
        after = _("其他合适资源都已用满")
    return f"{why}；{after}" if match.options > 1 else why


def why_not(gap: GapView) -> tuple[str, str]:
    """What binds, and the cheapest change that would meet the rest."""
    why = str(_WHY_NOT[gap.reason])
    if gap.change is None:
        return why, _("引入这一类别的资源") if gap.reason == "category" else ""
    change, steps = gap.change, []
    if change["lifts_exclusion"]:
        steps.append(_("重新商量被谢绝的搭配"))
    if change["conditions"]:
        steps.append(_("补足 %(count)s 项条件") % {"count": change["conditions"]})
    if change["metres"]:
        steps.append(_("多走 %(metres)s 米") % {"metres": change["metres"]})
    if change["days"]:
        steps.append(_("时间放宽 %(days)s 天") % {"days": change["days"]})
    if change["units"]:
        steps.append(_("增加 %(units)s") % {"units": change["units"]})
    told = "、".join(steps) or _("直接安排")
    return why, _("“%(title)s”在 %(day)s %(steps)s") % {
        "title": gap.change_title,
        "day": change["day"],
        "steps": told,
    }
