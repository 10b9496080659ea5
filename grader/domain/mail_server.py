"""Where mail is handed in."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server for outgoing mail, and who signs in there (nobody, where ``user`` is empty).

    ``closed`` says that the line is encrypted from its first byte; ``sender`` is whom mail comes from.
    """

    host: str
    port: int
    closed: bool
    user: str
    password: str = field(repr=False)
    sender: str
