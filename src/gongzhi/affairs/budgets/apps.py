"""The Django app of this room."""

from django.apps import AppConfig


class BudgetsRoom(AppConfig):
    name = "gongzhi.affairs.budgets"
    label = "budgets"
    verbose_name = "共建资金"

    def ready(self) -> None:
        """Register what other rooms look up by name."""
        from gongzhi.affairs.budgets.funds import declare_vouchers  # noqa: PLC0415
        from gongzhi.affairs.budgets.holdings import declare_privacy  # noqa: PLC0415
        from gongzhi.affairs.budgets.proposers import declare_wordings  # noqa: PLC0415

        declare_privacy()
        declare_wordings()
        declare_vouchers()
