"""The codes on slips: ten signs that nobody mistakes, in two groups, good for one response."""

import secrets

SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LONG = 10


def new_code() -> str:
    """A code that can't be guessed: 50 bits by chance."""
    return "".join(secrets.choice(SIGNS) for _ in range(_LONG))


def shown_code(code: str) -> str:
    """A code as it is printed: ABCDE-FGHJK."""
    return f"{code[:5]}-{code[5:]}"
