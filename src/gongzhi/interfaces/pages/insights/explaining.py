"""Each named difficulty in one sentence."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gongzhi.insights.indicators.shapes import Difficulty

EXPLAINED: dict[Difficulty, str | Promise] = {
    Difficulty.FLOATING: _("组织开会、记录多，落到一线把事办成的少。"),
    Difficulty.LOOSE: _("组织与居民住的地方脱了节，有的楼栋从来没有到过。"),
    Difficulty.SINGLE_ACTOR: _("事情总由同一类组织去办，别的力量没有进来。"),
    Difficulty.POOR_COORDINATION: _("要几家一起办的事，叫不齐、来不及、各办各的。"),
    Difficulty.SCATTERED: _("单位和资源在册，却没有用到社区的事上。"),
    Difficulty.MISFIT: _("给的不是要的，要的没有人给。"),
    Difficulty.FAILURE: _("事办了又来，挂着不动，问题没有真正解决。"),
}
