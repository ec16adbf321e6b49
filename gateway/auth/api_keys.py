"""The form of an API key: `pp_<test|live>_<8 public id><32 secret><6 CRC-32>`, all in base 62.

A key with a wrong form or checksum is refused here, and costs identity nothing. As a key pair, for
clients that send one as HTTP Basic: the key's beginning up to the public id (what the API calls its
`prefix`) is the public key, the whole key the secret key.
"""

import re
import zlib
from base64 import b64decode
from binascii import Error as Base64Error
from typing import Final

from gateway.auth.errors import ApiKeyInvalid, CredentialsMalformed

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKSUM_LENGTH: Final = 6
_FORM: Final = re.compile(r"pp_(?:test|live)_[0-9A-Za-z]{46}", re.ASCII)
_PUBLIC_LENGTH: Final = len("pp_test_") + 8
PREFIX: Final = "pp_"


def has_key_form(text: str) -> bool:
    """Tell whether the text can be an API key: its form and its checksum are right."""
    return _FORM.fullmatch(text) is not None and _checksum(text[:-_CHECKSUM_LENGTH]) == text[-6:]


def key_of_pair(credentials: str) -> str:
    """Return the key that a pair stands for, sent as base64 of `public:secret` (RFC 7617).

    Raises CredentialsMalformed, ApiKeyInvalid.
    """
    try:
        public, colon, secret = b64decode(credentials, validate=True).decode("ascii").partition(":")
    except (Base64Error, ValueError):
        colon = ""
    if not colon:
        raise CredentialsMalformed("Basic takes base64 of a public key, a colon and a secret key.")
    if not has_key_form(secret):
        raise ApiKeyInvalid(
            "The secret key is not an API key (pp_test_…, pp_live_…), or it is mistyped or cut."
        )
    if public != secret[:_PUBLIC_LENGTH]:
        raise ApiKeyInvalid(
            "The public key is not that of the secret key: it is what the secret key begins with, "
            f"its first {_PUBLIC_LENGTH} characters."
        )
    return secret


def _checksum(body: str) -> str:
    value = zlib.crc32(body.encode())
    digits = ""
    for _ in range(_CHECKSUM_LENGTH):
        value, digit = divmod(value, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
