"""One exception class per refusal.

A refusal is raised by a rule or a service and is worded once, here or where it is raised, for the
person who reads it. The doors map classes to HTTP statuses and exit codes in one table each; ``code``
is the stable name that programs may rely on.
"""

from datetime import datetime


class GraderError(Exception):
    """Base of every refusal: ``code`` is its stable name, ``str(error)`` the sentence to show."""

    code = "error"


class NotFound(GraderError):
    """The named thing does not exist, or this person may not know that it does."""

    code = "not_found"


class NotSignedIn(GraderError):
    """Nobody is signed in, or the session or token is expired, revoked or unknown."""

    code = "not_signed_in"


class NotAllowed(GraderError):
    """The signed-in person's role does not cover this."""

    code = "not_allowed"


class CrossSiteRequest(GraderError):
    """A form arrived without the token that proves it came from our own page."""

    code = "cross_site_request"


class InvalidRequest(GraderError):
    """A request or a command's input does not have the shape that was asked for."""

    code = "invalid_request"


class UnreadableAnswer(GraderError):
    """The typed text is no number. ``reason`` is the reader's name for why."""

    code = "unreadable_answer"

    def __init__(self, message: str, *, reason: str) -> None:
        """Keep the named reason beside the sentence."""
        super().__init__(message)
        self.reason = reason


class NotOpen(GraderError):
    """The assignment does not take answers yet."""

    code = "not_open"


class Closed(GraderError):
    """The assignment no longer takes answers."""

    code = "closed"


class StillOpen(GraderError):
    """Work on the assignment can still count or be handed in, so its solutions stay with the staff."""

    code = "still_open"


class NoKey(GraderError):
    """No answer key is active for the problem, so nothing can be graded."""

    code = "no_key"


class NoPolicy(GraderError):
    """No policy is active for the assignment, or none that knows the problem, so nothing can be accepted."""

    code = "no_policy"


class AttemptsUsedUp(GraderError):
    """The part's attempt limit is reached."""

    code = "attempts_used_up"


class CoolingDown(GraderError):
    """Too many wrong attempts in a row; ``retry_at`` says when the next one is taken."""

    code = "cooling_down"

    def __init__(self, message: str, *, retry_at: datetime) -> None:
        """Keep the moment beside the sentence."""
        super().__init__(message)
        self.retry_at = retry_at


class TooManyRequests(GraderError):
    """This person's requests come too fast; ``seconds`` says how soon the next one is taken."""

    code = "too_many_requests"

    def __init__(self, message: str, *, seconds: int) -> None:
        """Keep the seconds beside the sentence."""
        super().__init__(message)
        self.seconds = seconds


class IdempotencyConflict(GraderError):
    """An idempotency key came back with another payload."""

    code = "idempotency_conflict"


class ContentError(GraderError):
    """A file under ``problems/`` is wrong; the message names the file and, if known, the line."""

    code = "broken_content"


class SolutionError(GraderError):
    """A reference solution is missing or did not give what the problem asks."""

    code = "broken_solution"


class DataFileError(GraderError):
    """A staff data file was refused; the message names the file and line. Nothing changed."""

    code = "bad_data_file"


class ImportRefused(GraderError):
    """A roster or submissions file was refused as a whole; ``problems`` lists row-numbered reasons."""

    code = "import_refused"

    def __init__(self, message: str, *, problems: tuple[str, ...] = ()) -> None:
        """Keep the row-numbered reasons beside the sentence."""
        super().__init__(message)
        self.problems = problems


class CannotAsk(GraderError):
    """A regrade request is not taken, or no longer; the message says why."""

    code = "cannot_ask"


class StalePlan(GraderError):
    """The world moved since a regrade was planned; the message says what moved."""

    code = "stale_plan"


class RegradeRunning(GraderError):
    """A regrade of this problem is being applied or undone just now."""

    code = "regrade_running"


class RegradeStopped(GraderError):
    """Somebody cancelled a regrade before it took effect, or it was given up for dead."""

    code = "regrade_stopped"


class NothingToDo(GraderError):
    """The command would change nothing, and says why."""

    code = "nothing_to_do"


class MailFailed(GraderError):
    """The mail server can't be used, or none is set; the text names no address and no password."""

    code = "mail_failed"


class NotDelivered(GraderError):
    """One message was refused; others may go through."""

    code = "not_delivered"


class BadConfiguration(GraderError):
    """The environment's settings do not allow a start. The message never holds a secret."""

    code = "bad_configuration"
