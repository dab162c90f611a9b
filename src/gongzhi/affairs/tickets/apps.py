"""The Django app of this room."""

from django.apps import AppConfig


class TicketsRoom(AppConfig):
    name = "gongzhi.affairs.tickets"
    label = "tickets"
    verbose_name = "工单"

    def ready(self) -> None:
        """Register what other rooms look up by name."""
        from gongzhi.affairs.tickets.access import declare_attachments  # noqa: PLC0415
        from gongzhi.affairs.tickets.holdings import declare_privacy  # noqa: PLC0415
        from gongzhi.affairs.tickets.searching import index_all  # noqa: PLC0415
        from gongzhi.affairs.tickets.wordings import declare_wordings  # noqa: PLC0415
        from gongzhi.commons.backups.derived import declare_derived  # noqa: PLC0415

        declare_wordings()
        declare_attachments()
        declare_privacy()
        declare_derived("tickets.words", index_all)
