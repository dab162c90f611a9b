"""Option lists that forms of several audiences offer."""

from typing import Any

from gongzhi.commons.categories.queries import categories


def category_choices() -> list[tuple[str, Any]]:
    """Matters by group, as an option list has them."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for view in categories():
        if view.is_leaf:
            groups.setdefault(view.parent_name or view.name, []).append((view.code, view.name))
    return list(groups.items())
