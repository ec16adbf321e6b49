"""The form of an API key: `pp_<test|live>_<8 public id><32 secret><6 CRC-32>`, all in base 62.

A key with a wrong form or checksum is refused here, and costs identity nothing.
"""

import re
import zlib
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKSUM_LENGTH: Final = 6
_FORM: Final = re.compile(r"pp_(?:test|live)_[0-9A-Za-z]{46}", re.ASCII)
PREFIX: Final = "pp_"


def has_key_form(text: str) -> bool:
    """Tell whether the text can be an API key: its form and its checksum are right."""
    return _FORM.fullmatch(text) is not None and _checksum(text[:-_CHECKSUM_LENGTH]) == text[-6:]


def _checksum(body: str) -> str:
    value = zlib.crc32(body.encode())
    digits = ""
    for _ in range(_CHECKSUM_LENGTH):
        value, digit = divmod(value, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
