"""Bytes encrypted under a passphrase as they stream by.

The file is cut into chunks of 1 MiB, each sealed with AES-256-GCM. The nonce holds a random prefix,
the chunk's number and whether it is the last, so that chunks can't be changed, moved, dropped or
cut off unseen (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015). The key
comes from the passphrase by scrypt (N = 2^16, r = 8, p = 1) with a random salt.
"""

import os
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"GONGZHI-BACKUP-1\n"
_CHUNK = 1 << 20
_TAG = 16
_SALT = 16
_PREFIX = 7


class CannotDecrypt(ValueError):
    """A wrong passphrase, or an encrypted file that was damaged or cut."""


class EncryptingWriter:
    """A file to write to; call `finish` at the end, or the result is a cut file."""

    def __init__(self, target: BinaryIO, *, passphrase: str) -> None:
        salt, self._prefix = os.urandom(_SALT), os.urandom(_PREFIX)
        self._target, self._box = target, _box(passphrase, salt)
        self._held, self._number = bytearray(), 0
        target.write(MAGIC + salt + self._prefix)

    def write(self, data: bytes, /) -> int:
        self._held += data
        while len(self._held) > _CHUNK:
            self._emit(bytes(self._held[:_CHUNK]), last=False)
            del self._held[:_CHUNK]
        return len(data)

    def flush(self) -> None:
        """Nothing to do: a chunk goes out when it is full."""

    def finish(self) -> None:
        """Write the last chunk."""
        self._emit(bytes(self._held), last=True)
        self._held.clear()

    def _emit(self, chunk: bytes, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._number, last=last)
        self._target.write(self._box.encrypt(nonce, chunk, None))
        self._number += 1


class DecryptingReader:
    """The plain bytes of an encrypted file; raises CannotDecrypt before it gives a wrong one."""

    def __init__(self, source: BinaryIO, *, passphrase: str) -> None:
        if source.read(len(MAGIC)) != MAGIC:
            raise CannotDecrypt("not an encrypted backup")
        salt, self._prefix = source.read(_SALT), source.read(_PREFIX)
        if len(self._prefix) < _PREFIX:
            raise CannotDecrypt("the file is cut")
        self._source, self._box = source, _box(passphrase, salt)
        self._ahead = source.read(_CHUNK + _TAG)
        self._held, self._number, self._ended = bytearray(), 0, False

    def read(self, size: int = -1, /) -> bytes:
        while not self._ended and (size < 0 or len(self._held) < size):
            self._held += self._next_chunk()
        end = len(self._held) if size < 0 else size
        data = bytes(self._held[:end])
        del self._held[:end]
        return data

    def _next_chunk(self) -> bytes:
        sealed, self._ahead = self._ahead, self._source.read(_CHUNK + _TAG)
        self._ended = not self._ahead
        nonce = _nonce(self._prefix, self._number, last=self._ended)
        self._number += 1
        try:
            return self._box.decrypt(nonce, sealed, None)
        except InvalidTag:
            raise CannotDecrypt("the passphrase is wrong, or the file is damaged or cut") from None


def _box(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=2**16, r=8, p=1).derive(passphrase.encode()))


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])
