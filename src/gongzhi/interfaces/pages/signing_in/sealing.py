"""Keys of authenticator apps, sealed under a key of their own.

Not under that of contacts: once it is rotated and forgotten, nobody could sign in any more.
"""

from cryptography.fernet import Fernet, MultiFernet

from gongzhi.commons.privacy.keyring import keys

_PURPOSE = "sign_in"


def seal_secret(text: str) -> str:
    """Encrypt under the newest key."""
    return _box().encrypt(text.encode()).decode()


def open_secret(token: str) -> str:
    """Decrypt what `seal_secret` gave."""
    return _box().decrypt(token.encode()).decode()


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys(_PURPOSE)])
