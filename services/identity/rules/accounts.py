"""What an e-mail address, a password and a name must be like."""

import re
import unicodedata
from typing import Final

from services.kit.errors import FieldViolation, InvalidArgument

EMAIL_MOST: Final = 254  # RFC 5321 section 4.5.3.1.3, without the angle brackets
PASSWORD_LEAST: Final = 10
PASSWORD_MOST: Final = 200
NAME_MOST: Final = 100

# A dot-string of RFC 5321 before the @, host labels of RFC 1123 after it. Others exist and nobody
# has one.
_EMAIL: Final = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+",
    re.ASCII,
)
_LOCAL_PART_MOST: Final = 64

# The most common passwords of ten characters and more in published leaks, and what people type
# first here.
_COMMON: Final = frozenset(
    """
    0987654321 1234567890 12345678910 123456789a 1q2w3e4r5t 1qaz2wsx3edc 1234512345 1234554321
    a123456789 administrator adminadmin asdfghjkl1 asdfghjkl; basketball beautiful1 changeme12
    changeme123 charlie123 chocolate1 dragon1234 football12 football123 iloveyou12 iloveyou123
    letmein123 letmein1234 liverpool1 manchester michael123 monkey1234 motdepasse mypassword
    passw0rd123 password00 password01 password11 password12 password123 password1234 password12345
    password123456 passwordpassword princess12 princess123 promptpilot promptpilot1 promptpilot123
    q1w2e3r4t5 qazwsxedcr qwer123456 qwerty1234 qwerty12345 qwerty123456 qwertyuiop qwertyuiop123
    spiderman1 starwars123 sunshine12 superman12 superman123 test123456 testtest123 welcome123
    welcome1234 whatever123 zaq12wsxcde3 zxcvbnm123
    """.split()  # noqa: SIM905 # sixty literals in quotes are no easier to read
)
_FEWEST_DIFFERENT: Final = 4


def normal_email(text: str) -> str:
    """Return the address in the one form that is stored and compared.

    Lower case, no spaces around.
    """
    return text.strip().lower()


def normal_password(text: str) -> str:
    """Return the password in one Unicode form, so that every keyboard gives the same.

    NIST SP 800-63B 3.1.1.2.
    """
    return unicodedata.normalize("NFKC", text)


def email_violations(email: str) -> list[FieldViolation]:
    """Say what is wrong with an address in its normal form."""
    if not email:
        return [FieldViolation("email", "is required")]
    if len(email) > EMAIL_MOST:
        return [FieldViolation("email", f"must have at most {EMAIL_MOST} characters")]
    if not _EMAIL.fullmatch(email) or len(email.partition("@")[0]) > _LOCAL_PART_MOST:
        return [FieldViolation("email", "must be an e-mail address such as ada@example.com")]
    return []


def password_violations(password: str, email: str) -> list[FieldViolation]:
    """Say why a new password is refused.

    Length, one that everybody tries first, or the address itself.
    """
    if not PASSWORD_LEAST <= len(password) <= PASSWORD_MOST:
        text = f"must have {PASSWORD_LEAST} to {PASSWORD_MOST} characters"
        return [FieldViolation("password", text)]
    lower = password.lower().strip()
    if lower in _COMMON or len(set(lower)) < _FEWEST_DIFFERENT:
        return [FieldViolation("password", "is one of the first that anybody would try")]
    if lower in {email, email.partition("@")[0]}:
        return [FieldViolation("password", "must not be the e-mail address")]
    return []


def name_violations(field: str, name: str) -> list[FieldViolation]:
    """Say what is wrong with a name that people read: 1..100 characters in one line."""
    if not 1 <= len(name) <= NAME_MOST:
        return [FieldViolation(field, f"must have 1 to {NAME_MOST} characters")]
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in name):
        return [FieldViolation(field, "must be one line without control characters")]
    return []


def refuse(violations: list[FieldViolation]) -> None:
    """Raise InvalidArgument that names every field at fault; do nothing when there is none."""
    if violations:
        text = "; ".join(f"{one.field} {one.description}" for one in violations)
        raise InvalidArgument(text, violations=violations)


def etag(version: int) -> str:
    """Return what a client sends back to change only what it has seen."""
    return f"v{version}"
