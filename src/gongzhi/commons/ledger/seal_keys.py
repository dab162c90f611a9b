"""The Ed25519 key that signs seals: a file outside the database, best outside this machine too."""

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)


class BadKey(ValueError):
    """A file that holds no Ed25519 key, or a private key where there is none."""


def signing_key(path: Path) -> Ed25519PrivateKey:
    """The private key in a file; made, readable by its owner only, if the file isn't there."""
    if not path.exists():
        _make(path)
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise BadKey(f"{path}: not an Ed25519 key")
    return key


def public_key(path: Path) -> str:
    """The public key (64 hexadecimal digits) from a file with a private or a public key in PEM."""
    data = path.read_bytes()
    try:
        if b"PRIVATE" in data:
            return public_hex(signing_key(path))
        key = load_pem_public_key(data)
    except ValueError as error:
        raise BadKey(f"{path}: no key in PEM ({error})") from error
    if not isinstance(key, Ed25519PublicKey):
        raise BadKey(f"{path}: not an Ed25519 key")
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def public_hex(key: Ed25519PrivateKey) -> str:
    """The public half of a key, as seals name it."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def is_signed(*, key: str, signature: str, message: bytes) -> bool:
    """Whether a signature over a message is by this public key; malformed counts as no."""
    try:
        signer = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        signer.verify(bytes.fromhex(signature), message)
    except (ValueError, InvalidSignature):
        return False
    return True


def _make(path: Path) -> None:
    """Two processes that start at once agree: the file appears whole, by an exclusive link."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
