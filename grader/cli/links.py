"""Where the links that commands make lead to."""

from contextlib import suppress

from grader.config import Settings, public_address

PORT = 8109
DEFAULT_ADDRESS = f"http://127.0.0.1:{PORT}"
_FILE = "address"


def link_address(settings: Settings) -> str:
    """The public address; in development without one, where the service was served last.

    Raises:
        BadConfiguration: production does not state its address.
    """
    return public_address(settings) or _noted(settings) or DEFAULT_ADDRESS


def note_address(settings: Settings, address: str) -> None:
    """Keep where a development server answers, since only it knows the port that it was given."""
    # Where it can't be kept, links lead to the usual port: no reason not to serve.
    with suppress(OSError):
        (settings.instance_dir / _FILE).write_text(f"{address}\n")


def _noted(settings: Settings) -> str:
    try:
        return (settings.instance_dir / _FILE).read_text().strip()
    except OSError:
        return ""
