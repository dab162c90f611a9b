"""What a view shows of a contact to whoever may not read it."""

import re

from gongzhi.commons.privacy.phones import normal_phone

__all__ = ["mask_contacts", "mask_email", "mask_name", "mask_phone", "normal_phone"]

_PHONE = re.compile(r"(?<!\d)(?:(?:\+|00)?86[- ]?)?1\d{2}[- ]?\d{4}[- ]?\d{4}(?!\d)")
_LAND_LINE = re.compile(r"(?<!\d)0\d{2,3}[- ]\d{7,8}(?!\d)")
_IDENTITY = re.compile(r"(?<!\d)\d{6}(?:19|20)\d{9}[\dXx](?!\d)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def mask_phone(phone: str) -> str:
    """138****1234 for eleven digits and more, 12****6 for fewer, nothing of a short number."""
    digits = normal_phone(phone)
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    if len(digits) >= 7:
        return f"{digits[:2]}****{digits[-1:]}"
    return "****" if digits else ""


def mask_name(name: str) -> str:
    """王** for every 王: the first character, and no hint of the length."""
    trimmed = name.strip()
    return f"{trimmed[0]}**" if trimmed else ""


def mask_email(email: str) -> str:
    """z***@example.cn: the first character and the domain."""
    account, at, domain = email.strip().rpartition("@")
    if not at:
        return "***" if domain else ""
    return f"{account[:1]}***@{domain}"


def mask_contacts(text: str) -> str:
    """A free text with the telephone, identity numbers and e-mail addresses in it masked."""
    text = _IDENTITY.sub(lambda found: f"{found[0][:3]}***********{found[0][-1]}", text)
    text = _PHONE.sub(lambda found: mask_phone(found[0]), text)
    text = _LAND_LINE.sub(lambda found: mask_phone(found[0]), text)
    return _EMAIL.sub(lambda found: mask_email(found[0]), text)
