"""Settings: the only reader of the environment."""

import os
import re
import secrets
from base64 import urlsafe_b64decode
from collections.abc import Container, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from grader.domain.errors import BadConfiguration
from grader.domain.mail_server import MailServer

PROJECT = Path(__file__).resolve().parent.parent
COUNTS_FOLDER = "grader-metrics-"
"""How the name of a folder begins that is made for a server's processes to count in, and goes with it."""
SHORTEST_SECRET = 32
FEWEST_DIFFERENT = 8
"""Of 32 random hexadecimal digits, fewer than 8 different ones come up once in 10**8 times."""
SEED_BYTES, SEED_CHARACTERS = 32, 43
_MAKE_SEED = "with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
SMTP_PORTS = {"smtp": 587, "smtps": 465}
_SAMPLE_WORDS = ("change", "example", "sample", "secret", "password", "replace", "placeholder")


class Settings(BaseSettings):
    """What an operator can set, each from the variable ``GRADER_<NAME>``.

    In development everything has a default, and the secret keys are made once and kept in the
    instance folder. Production states its keys, so that a restart on another disk can't change them.
    """

    model_config = SettingsConfigDict(env_prefix="GRADER_", frozen=True)

    env: Literal["production", "development"] = "development"
    instance_dir: Path = PROJECT / "instance"
    problems_dir: Path = PROJECT / "problems"
    database_url: str = ""
    secret_key: SecretStr = SecretStr("")
    receipt_key: SecretStr = SecretStr("")
    """Signs students' receipts: 32 random bytes as base64url. Keep it as long as the receipts."""
    base_url: str = ""
    """The public address, for links in e-mail and the Host that is answered; empty: the request's own."""
    smtp_url: SecretStr = SecretStr("")
    """Such as ``smtp://user:password@host:587``; empty: sign-in links are printed on the console."""
    mail_from: str = "grader@localhost"
    metrics_token: SecretStr = SecretStr("")
    """What Prometheus sends to read /metrics; without one there is no such page."""
    trusted_proxies: int = Field(default=0, ge=0)
    """How many proxies in front of us set X-Forwarded headers."""

    @property
    def production(self) -> bool:
        """Whether this is a real course and not a developer's machine."""
        return self.env == "production"

    @property
    def url(self) -> str:
        """The database's address; without one, an SQLite file in the instance folder."""
        return self.database_url or f"sqlite:///{self.instance_dir / 'grader.db'}"

    @model_validator(mode="after")
    def _production_states_its_secrets(self) -> Self:
        faults = [*_faults(self)] if self.production else []
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @field_validator("receipt_key")
    @classmethod
    def _receipts_can_be_signed(cls, key: SecretStr) -> SecretStr:
        if key.get_secret_value() and _seed(key.get_secret_value()) is None:
            raise ValueError(f"this has to be 32 random bytes as base64url; make it {_MAKE_SEED}")
        return key

    @field_validator("smtp_url")
    @classmethod
    def _mail_can_be_sent(cls, url: SecretStr) -> SecretStr:
        address = url.get_secret_value()
        if address and not _has_server(address, SMTP_PORTS):
            raise ValueError(
                "write smtp://user:password@host:587 or smtps://host:465 (%40 for an @ in the password), "
                "or leave it empty to print sign-in links on the console"
            )
        return url


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        BadConfiguration: naming each variable that is wrong, never its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        reasons = [_reason(e["loc"], e["msg"]) for e in error.errors(include_input=False)]
        raise BadConfiguration("; ".join(reasons)) from None


def public_address(settings: Settings) -> str:
    """Where links lead, without a slash at the end; in development it may be empty: the request's own.

    Raises:
        BadConfiguration: production does not state one, so whoever asks could choose where mail links to.
    """
    if settings.production and not _has_server(settings.base_url, {"https"}):
        raise BadConfiguration(
            "GRADER_BASE_URL has to be the public address, beginning with https://; other hosts are refused."
        )
    return settings.base_url.rstrip("/")


def debugging() -> bool:
    """Whether the environment asks Flask for its debugger, as Flask reads that."""
    return os.environ.get("FLASK_DEBUG", "").lower() not in {"", "0", "false", "no"}


def mail_server(settings: Settings) -> MailServer | None:
    """Where mail is handed in, or None where an installation has none."""
    address = settings.smtp_url.get_secret_value()
    if not address:
        return None
    parts = urlsplit(address)
    return MailServer(
        host=parts.hostname or "",
        port=parts.port or SMTP_PORTS[parts.scheme],
        closed=parts.scheme == "smtps",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=settings.mail_from,
    )


def _has_server(address: str, schemes: Container[str]) -> bool:
    """Whether an address has one of these schemes, a host without blanks, and no port that can't be."""
    try:
        parts = urlsplit(address)
        return (
            parts.scheme in schemes
            and re.fullmatch(r"[^\s/@]+", parts.hostname or "") is not None
            and parts.port != 0
        )
    except ValueError:  # A port beyond 65535, or a bracket that is not closed.
        return False


def _weakness(key: str) -> str:
    """What is wrong with a key that signs cookies, or an empty text."""
    if len(key.strip()) < SHORTEST_SECRET:
        return f"needs at least {SHORTEST_SECRET} characters"
    if len(set(key)) < FEWEST_DIFFERENT or any(word in key.lower() for word in _SAMPLE_WORDS):
        return "has to be a random text of its own, not a sample or a repetition,"
    return ""


def _faults(settings: Settings) -> Iterator[str]:
    weakness = _weakness(settings.secret_key.get_secret_value())
    if weakness:
        yield (
            f"GRADER_SECRET_KEY {weakness} in production; make one "
            "with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    metrics_token = settings.metrics_token.get_secret_value()
    if metrics_token and (weakness := _weakness(metrics_token)):
        yield f"GRADER_METRICS_TOKEN {weakness} in production, or none for no metrics"
    receipt_key = settings.receipt_key.get_secret_value()
    if not receipt_key:
        yield f"GRADER_RECEIPT_KEY is needed in production; make it {_MAKE_SEED}"
    elif len(set(_seed(receipt_key) or b"")) < FEWEST_DIFFERENT:
        yield f"GRADER_RECEIPT_KEY has to be random, not a sample; make it {_MAKE_SEED}"


def _seed(text: str) -> bytes | None:
    """The bytes of a key for receipts, or None if the text holds none."""
    if not re.fullmatch(rf"[A-Za-z0-9_-]{{{SEED_CHARACTERS}}}=?", text):
        return None
    return urlsafe_b64decode(text.rstrip("=") + "=")


def secret_key(settings: Settings) -> str:
    """The key that signs cookies: the stated one, else (development) one kept in the instance folder."""
    return settings.secret_key.get_secret_value() or _kept(settings, "secret_key", 48)


def receipt_seed(settings: Settings) -> bytes:
    """The secret that signs receipts: the stated one, else (development) one kept in the instance folder.

    Raises:
        BadConfiguration: the file in the instance folder holds none.
    """
    stated = settings.receipt_key.get_secret_value()
    seed = _seed(stated or _kept(settings, "receipt_key", SEED_BYTES).strip())
    if seed is None:
        file = settings.instance_dir / "receipt_key"
        raise BadConfiguration(
            f"{file} holds no key for receipts: 32 random bytes as base64url. Put back the one that was "
            "there, or move it away to have another one made."
        )
    return seed


def _kept(settings: Settings, name: str, random_bytes: int) -> str:
    """A secret in the instance folder, made when it is first asked for."""
    file = settings.instance_dir / name
    if not file.exists():
        settings.instance_dir.mkdir(parents=True, exist_ok=True)
        # Whole before it has its name: two processes that start together agree on one key.
        draft = file.with_name(f"{name}.{secrets.token_hex(8)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(random_bytes))
        with suppress(FileExistsError):
            file.hardlink_to(draft)
        draft.unlink()
    return file.read_text()


def _reason(location: tuple[int | str, ...], message: str) -> str:
    name = "_".join(str(piece) for piece in location).upper()
    text = message.removeprefix("Value error, ")
    return f"GRADER_{name}: {text}" if name else text
