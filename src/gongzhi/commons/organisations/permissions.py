"""The permission table, under the name by which the floors above know it."""

from gongzhi.commons.permissions.table import (
    ACTIONS,
    NotPermitted,
    Reach,
    Where,
    allowed,
    reach,
    require,
)

__all__ = ["ACTIONS", "NotPermitted", "Reach", "Where", "allowed", "reach", "require"]
