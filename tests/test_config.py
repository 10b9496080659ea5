import os
import stat
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from grader.config import (
    PROJECT,
    SHORTEST_SECRET,
    Settings,
    load_settings,
    mail_server,
    public_address,
    receipt_seed,
    secret_key,
)
from grader.domain.errors import BadConfiguration
from grader.domain.mail_server import MailServer
from grader.web.app import create_app

LONG = "0123456789abcdef0123456789abcdef"
SEED = urlsafe_b64encode(bytes(range(32))).decode().rstrip("=")


@pytest.fixture(autouse=True)
def _no_variables_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GRADER_")]:
        monkeypatch.delenv(name)


def load(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    if variables.get("ENV") == "production":
        variables = {"RECEIPT_KEY": SEED, **variables}
    for name, value in variables.items():
        monkeypatch.setenv(f"GRADER_{name}", value)
    return load_settings()


def test_a_developer_needs_to_set_nothing() -> None:
    settings = load_settings()
    assert (settings.env, settings.production) == ("development", False)
    assert settings.instance_dir == PROJECT / "instance"
    assert settings.problems_dir == PROJECT / "problems"
    assert settings.url == f"sqlite:///{PROJECT}/instance/grader.db"
    assert (settings.base_url, settings.mail_from, settings.trusted_proxies) == (
        "",
        "grader@localhost",
        0,
    )


def test_each_setting_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch,
        ENV="production",
        SECRET_KEY=LONG,
        INSTANCE_DIR="/srv/instance",
        PROBLEMS_DIR="/srv/problems",
        DATABASE_URL="postgresql://db/grader",
        BASE_URL="https://grader.example.edu",
        SMTP_URL="smtp://user:hush@mail:587",
        MAIL_FROM="staff@example.edu",
        TRUSTED_PROXIES="2",
        NO_SUCH_SETTING="x",
    )
    assert settings.production
    assert (settings.instance_dir, settings.problems_dir) == (
        Path("/srv/instance"),
        Path("/srv/problems"),
    )
    assert settings.url == "postgresql://db/grader"
    assert settings.base_url == "https://grader.example.edu"
    assert settings.smtp_url.get_secret_value() == "smtp://user:hush@mail:587"
    assert (settings.mail_from, settings.trusted_proxies) == ("staff@example.edu", 2)


def test_without_a_database_s_address_it_is_a_file_of_the_instance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert load(monkeypatch, INSTANCE_DIR="/srv/x").url == "sqlite:////srv/x/grader.db"


@pytest.mark.parametrize("key", [None, "", "hunter2", LONG[:-1]])
def test_production_needs_a_secret_key_of_its_own(
    key: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {} if key is None else {"SECRET_KEY": key}
    with pytest.raises(BadConfiguration) as refusal:
        load(monkeypatch, ENV="production", **variables)
    text = str(refusal.value)
    assert text.startswith("GRADER_SECRET_KEY needs at least 32 characters in production; make one")
    assert not key or key not in text


@pytest.mark.parametrize(
    "key",
    [
        " " * 40 + "8N1qd",
        "x" * 40,
        "0123456" * 6,
        "change-me-0123456789-0123456789-abcdef",
        "CHANGEME0123456789abcdef0123456789",
        "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'",
        "set GRADER_SECRET_KEY to a long random text",
    ],
)
def test_a_blank_or_a_sample_is_no_secret_key_however_long_it_is(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadConfiguration, match="GRADER_SECRET_KEY .* in production; make one"):
        load(monkeypatch, ENV="production", SECRET_KEY=key)


def test_a_random_key_is_never_taken_for_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("01234567" * 4, *(sha256(bytes([n])).hexdigest()[:32] for n in range(256))):
        assert load(monkeypatch, ENV="production", SECRET_KEY=key).production


@pytest.mark.parametrize(
    "address",
    [
        *("mail", "mail:587", "http://mail", "smtp:mail", "smtp://", "smtp://:587", "smtp:///mail"),
        *(
            "smtp://mail:0",
            "smtp://mail:65536",
            "smtp://mail:port",
            "smtp://[::1",
            "smtp://my mail",
        ),
        *(" ", "smtp://user:hunter2@"),
    ],
)
def test_a_mail_server_that_can_t_be_one_is_refused_at_the_start(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadConfiguration, match="GRADER_SMTP_URL: write smtp://user:") as refusal:
        load(monkeypatch, SMTP_URL=address)
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    "address",
    ["", "smtp://mail", "smtps://u:p%40w@mail.example:465", "smtp://[::1]:25", "SMTP://m"],
)
def test_a_mail_server_that_can_be_one_is_taken(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load(monkeypatch, SMTP_URL=address).smtp_url.get_secret_value() == address


def test_the_shortest_secret_key_that_will_do_does(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(LONG) == SHORTEST_SECRET
    assert secret_key(load(monkeypatch, ENV="production", SECRET_KEY=LONG)) == LONG


@pytest.mark.parametrize(
    "address",
    [
        *(None, "", "grader.example.edu", "http://grader.example.edu"),
        *("https://", "https:///grader", "https://:443", "https://grader.example.edu:65536"),
        *("https://grader.example.edu:0", "https://[::1"),
    ],
)
def test_production_needs_a_public_address_for_its_links(
    address: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {} if address is None else {"BASE_URL": address}
    settings = load(monkeypatch, ENV="production", SECRET_KEY=LONG, **variables)
    with pytest.raises(BadConfiguration, match="GRADER_BASE_URL has to be the public address"):
        public_address(settings)
    with pytest.raises(BadConfiguration, match="GRADER_BASE_URL"):
        create_app(settings)


def test_production_has_no_debugger_and_keeps_to_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    app = create_app(
        load(monkeypatch, ENV="production", SECRET_KEY=LONG, BASE_URL="https://grader.example.edu")
    )
    assert not app.debug
    reply = app.test_client().get("/signin", base_url="https://grader.example.edu")
    assert "max-age=31536000" in reply.headers["Strict-Transport-Security"]
    cookie = reply.headers["Set-Cookie"]
    assert cookie.startswith("__Host-form=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


def test_the_public_address_is_told_without_a_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not public_address(Settings())
    settings = load(
        monkeypatch, ENV="production", SECRET_KEY=LONG, BASE_URL="https://grader.example.edu/"
    )
    assert public_address(settings) == "https://grader.example.edu"


def test_every_wrong_variable_is_named_and_none_of_their_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(BadConfiguration) as refusal:
        load(monkeypatch, ENV="hunter2", TRUSTED_PROXIES="swordfish", SECRET_KEY="opensesame")  # noqa: S106
    text = str(refusal.value)
    assert "GRADER_ENV: Input should be 'production' or 'development'" in text
    assert "; GRADER_TRUSTED_PROXIES: Input should be a valid integer" in text
    assert not any(value in text for value in ("hunter2", "swordfish", "opensesame"))
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


def test_a_number_of_proxies_below_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadConfiguration, match="GRADER_TRUSTED_PROXIES: .*greater than or equal"):
        load(monkeypatch, TRUSTED_PROXIES="-1")


def test_settings_never_show_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, SECRET_KEY=LONG, SMTP_URL="smtp://user:hush@mail")
    assert LONG not in repr(settings)
    assert "hush" not in repr(settings)


def test_settings_can_t_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load_settings().env = "production"  # type: ignore[misc]


def test_in_development_a_secret_key_is_made_once_and_kept_for_its_owner_alone(
    tmp_path: Path,
) -> None:
    settings = Settings(instance_dir=tmp_path / "new" / "instance")
    first = secret_key(settings)
    assert secret_key(settings) == first
    assert len(first) >= SHORTEST_SECRET
    file = settings.instance_dir / "secret_key"
    assert file.read_text() == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert secret_key(Settings(instance_dir=tmp_path / "other")) != first


def test_a_stated_secret_key_is_used_and_none_is_made(tmp_path: Path) -> None:
    settings = Settings(instance_dir=tmp_path, secret_key=SecretStr("short is fine here"))
    assert secret_key(settings) == "short is fine here"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", ["", "A" * 43, "x" * 42, SEED[:-1], SEED + "AA", SEED[:-1] + "+"])
def test_production_needs_a_key_for_receipts(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadConfiguration, match=r"GRADER_RECEIPT_KEY.*; make it with") as refusal:
        load(monkeypatch, ENV="production", SECRET_KEY=LONG, RECEIPT_KEY=key)
    assert not key or key not in str(refusal.value)


def test_all_that_is_wrong_with_the_secrets_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(BadConfiguration, match=r"GRADER_SECRET_KEY .*; GRADER_RECEIPT_KEY "):
        load(monkeypatch, ENV="production", RECEIPT_KEY="")


@pytest.mark.parametrize("end", ["", "="])
def test_a_stated_key_for_receipts_is_taken_as_it_is(
    end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load(monkeypatch, ENV="production", SECRET_KEY=LONG, RECEIPT_KEY=SEED + end)
    assert receipt_seed(settings) == bytes(range(32))


def test_a_developer_s_key_for_receipts_is_made_once_and_is_its_owner_s_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = load(monkeypatch, INSTANCE_DIR=str(tmp_path / "new"))
    seed = receipt_seed(settings)
    assert len(seed) == 32
    assert receipt_seed(settings) == seed
    assert os.listdir(tmp_path / "new") == ["receipt_key"]  # noqa: PTH208 - all names, drafts too.
    file = tmp_path / "new" / "receipt_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("rubbish")
    with pytest.raises(BadConfiguration, match="receipt_key holds no key for receipts"):
        receipt_seed(settings)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("smtp://mail", MailServer("mail", 587, False, "", "", "grader@localhost")),
        (
            "smtps://me:p%40ss@mail.example:4650",
            MailServer("mail.example", 4650, True, "me", "p@ss", "grader@localhost"),
        ),
    ],
)
def test_the_mail_server_is_read_from_its_address(
    monkeypatch: pytest.MonkeyPatch, address: str, expected: MailServer
) -> None:
    assert mail_server(load(monkeypatch, SMTP_URL=address)) == expected


def test_without_an_address_there_is_no_mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    assert mail_server(load(monkeypatch)) is None
