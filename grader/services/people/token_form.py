"""The form of an API token, ``<prefix>_<secret>``: a fixed start, lengths and letters.

So secret scanners can tell a token from other text. The prefix is public: it names the token in lists, logs
and revocations.
"""

import re
import secrets
from base64 import b32encode

TOKEN = re.compile(r"(?P<prefix>pg[a-z2-7]{8})_[a-z2-7]{56}")


def random_token() -> tuple[str, str]:
    """The prefix of a new token, and the token."""
    prefix = f"pg{_random(5)}"
    return prefix, f"{prefix}_{_random(35)}"


def _random(count: int) -> str:
    # A multiple of five bytes needs no padding in base 32, which a double click selects as one word.
    return b32encode(secrets.token_bytes(count)).decode().lower()
