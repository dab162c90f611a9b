"""The Django app of this room."""

from django.apps import AppConfig


class AssembliesRoom(AppConfig):
    name = "gongzhi.affairs.assemblies"
    label = "assemblies"
    verbose_name = "议事"

    def ready(self) -> None:
        """Register what other rooms look up by name."""
        from gongzhi.affairs.assemblies.decisions import declare_ratings  # noqa: PLC0415
        from gongzhi.affairs.assemblies.holdings import (  # noqa: PLC0415
            declare_files,
            declare_privacy,
        )
        from gongzhi.affairs.assemblies.meeting_wordings import (  # noqa: PLC0415
            declare_wordings as declare_meeting_wordings,
        )
        from gongzhi.affairs.assemblies.owners_holdings import (  # noqa: PLC0415
            declare_files as declare_owners_files,
        )
        from gongzhi.affairs.assemblies.owners_holdings import (  # noqa: PLC0415
            declare_privacy as declare_owners_privacy,
        )
        from gongzhi.affairs.assemblies.proposers import (  # noqa: PLC0415
            declare_wordings as declare_proposer_wordings,
        )

        declare_privacy()
        declare_files()
        declare_ratings()
        declare_meeting_wordings()
        declare_proposer_wordings()
        declare_owners_files()
        declare_owners_privacy()
