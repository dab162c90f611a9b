"""Money: whole fen in tables, yuan for people."""

from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

LARGEST = 10_000_000_00  # ten million yuan


class NotAnAmount(ValueError):
    """Something that is no amount of money that this affair handles."""


def fen(yuan: Decimal | int | str) -> int:
    """An amount in yuan as whole fen; it has to be more than 0 and have at most two decimals."""
    try:
        exact = Decimal(yuan) * 100
        whole = int(exact)
    except (InvalidOperation, ValueError, OverflowError) as problem:
        raise NotAnAmount(_("“%(amount)s”不是金额") % {"amount": str(yuan)[:40]}) from problem
    return checked(whole) if exact == whole else _refuse()


def _refuse() -> int:
    raise NotAnAmount(_("金额最多写到分"))


def checked(amount: int) -> int:
    """The amount, if it is more than 0 and not absurd."""
    if amount <= 0:
        raise NotAnAmount(_("金额应大于零"))
    if amount > LARGEST:
        raise NotAnAmount(_("金额太大，请核对"))
    return amount


def yuan(amount: int) -> str:
    """Fen as yuan for reading: 1,234 or 1,234.50, with a sign where it is below 0."""
    sign, whole = ("−" if amount < 0 else ""), abs(amount)
    rest = f".{whole % 100:02d}" if whole % 100 else ""
    return f"{sign}{whole // 100:,}{rest}"
