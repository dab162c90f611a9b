"""The gate of the work list: a community may be asked only for what stands on its list.

Streets and departments may not hand communities work outside the list (Beijing's ordinance on
handling requests at once, article 17): such a task waits until a superior other than the asker
approves it.
"""

from datetime import datetime

from django.utils.timezone import localdate

from gongzhi.commons.organisations.queries import UnitView, in_work_list
from gongzhi.commons.permissions.actors import Actor, Voice

COMMUNITY_BODIES = frozenset({"residents_committee", "community_party_org"})


def needs_approval(
    *, unit: UnitView, unit_path: str, category_code: str, by: Actor, at: datetime
) -> bool:
    """Whether asking this unit for this needs approval.

    It does when somebody from outside the community asks one of its bodies for a matter that is
    not on the list on that day. What a community asks of itself, or what the system passes on
    from a decision that was taken under this gate already, does not.
    """
    if unit.kind not in COMMUNITY_BODIES or by.voice is Voice.SYSTEM:
        return False
    if any(role.place_path.startswith(unit_path) for role in by.roles):
        return False
    return not (category_code and in_work_list(category_code, localdate(at)))
