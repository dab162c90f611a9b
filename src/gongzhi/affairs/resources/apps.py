"""The Django app of this room."""

from django.apps import AppConfig


class ResourcesRoom(AppConfig):
    name = "gongzhi.affairs.resources"
    label = "resources"
    verbose_name = "资源"

    def ready(self) -> None:
        """Register what other rooms look up by name."""
        from gongzhi.affairs.resources.holdings import declare_privacy  # noqa: PLC0415
        from gongzhi.affairs.resources.projects import (  # noqa: PLC0415
            declare_ratings_and_proof,
        )
        from gongzhi.affairs.resources.results import declare_ratings  # noqa: PLC0415
        from gongzhi.affairs.resources.wordings import declare_wordings  # noqa: PLC0415

        declare_privacy()
        declare_ratings()
        declare_ratings_and_proof()
        declare_wordings()
