"""Finding a sealed contact by equality alone, without opening any.

A blind index is a keyed hash of the contact in one normal form. Whoever holds the database without
the key learns only which rows share a contact.
"""

import hashlib
import hmac

from gongzhi.commons.privacy.keyring import keys, keys_on_disk
from gongzhi.commons.privacy.phones import normal_phone

_PURPOSE = "index"


class CannotIndex(ValueError):
    """A text that is no contact of the kind asked for."""


def phone_index(phone: str) -> str:
    """The blind index of a telephone number, under the newest key (64 hexadecimal digits)."""
    return _index(keys(_PURPOSE)[0], _phone(phone))


def phone_indexes(phone: str) -> tuple[str, ...]:
    """The indexes under which a number may be stored: under each key, own first."""
    body = _phone(phone)
    ring = dict.fromkeys((*keys(_PURPOSE), *keys_on_disk(_PURPOSE)))
    return tuple(_index(key, body) for key in ring)


def email_index(email: str) -> str:
    """The blind index of an e-mail address, letter case aside."""
    return _index(keys(_PURPOSE)[0], _email(email))


def email_indexes(email: str) -> tuple[str, ...]:
    """The indexes under which an address may be stored: under each key, own first."""
    body = _email(email)
    ring = dict.fromkeys((*keys(_PURPOSE), *keys_on_disk(_PURPOSE)))
    return tuple(_index(key, body) for key in ring)


def code_index(code: str) -> str:
    """The blind index of a code that somebody types in, letter case and gaps aside."""
    return _index(keys(_PURPOSE)[0], _code(code))


def code_indexes(code: str) -> tuple[str, ...]:
    """The indexes under which a code may be stored: under each key, own first."""
    body = _code(code)
    ring = dict.fromkeys((*keys(_PURPOSE), *keys_on_disk(_PURPOSE)))
    return tuple(_index(key, body) for key in ring)


def _code(text: str) -> str:
    letters = "".join(sign for sign in text.upper() if sign.isalnum())
    if not letters:
        raise CannotIndex("not a code: it holds no letter and no digit")
    return f"code:{letters}"


def _phone(text: str) -> str:
    digits = normal_phone(text)
    if not digits:
        raise CannotIndex("not a telephone number: it holds no digit")
    return f"phone:{digits}"


def _email(text: str) -> str:
    address = text.strip().casefold()
    if "@" not in address:
        raise CannotIndex("not an e-mail address: it holds no @")
    return f"email:{address}"


def _index(key: str, body: str) -> str:
    return hmac.new(bytes.fromhex(key), body.encode(), hashlib.sha256).hexdigest()
