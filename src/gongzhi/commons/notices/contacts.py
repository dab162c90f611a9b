"""One line in which somebody without an account says how they may be told what became of it."""

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from gongzhi.commons.notices.addresses import Address
from gongzhi.commons.privacy.masking import mask_email, mask_phone
from gongzhi.commons.privacy.phones import is_mobile, normal_phone

LONGEST_CONTACT = 80


class CannotReach(ValueError):
    """A contact at which nobody can be told anything."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How this installation reaches people without an account."""

    email: bool
    phone: bool

    def reach(self, contact: str) -> bool:
        return self.email if "@" in contact else self.phone


def ways_to_residents() -> Ways:
    """What is set up; where nothing is, no contact should be asked for."""
    return Ways(bool(settings.EMAIL_HOST), bool(settings.SMS_WEBHOOK))


def checked_contact(text: str) -> str:
    """A mobile number's digits or an e-mail address; "" where it was left out."""
    said = text.strip()
    if not said:
        return ""
    if "@" in said:
        try:
            validate_email(said)
        except ValidationError as wrong:
            raise CannotReach(_("这个邮箱写得不完整")) from wrong
        if len(said) <= LONGEST_CONTACT:
            return said
    elif is_mobile(said):
        return normal_phone(said)
    raise CannotReach(_("请写一个手机号或邮箱，或者不填"))


def address_at(contact: str, *, language: str) -> Address | None:
    """Where a contact is reached; None where it says nothing."""
    if "@" in contact:
        return Address(email=contact, language=language)
    return Address(phone=contact, language=language) if is_mobile(contact) else None


def masked_contact(contact: str) -> str:
    """Enough of a contact for its owner to know it again, and for nobody else."""
    return mask_email(contact) if "@" in contact else mask_phone(contact)
