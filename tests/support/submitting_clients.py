"""Clients that submit through a real server whatever befalls it, and a log of what was acknowledged to them.

Each answer has an idempotency key that is kept over its retries, as our own page and a careful program do.
"""

import http.client
import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import Event
from typing import Any
from uuid import uuid4

from tests.support.served_course import ServedCourse, Student

CLIENTS = 8
LOOKS_AGAIN_AFTER = 0.05
GIVES_UP_AFTER = 120
UNANSWERED = 0
AWAY = {http.client.SERVICE_UNAVAILABLE, http.client.TOO_MANY_REQUESTS}
SPELLINGS = ("0.{:06}", " 0.{:06}", "+0.{:06}", "0.{:06}0 ", ".{:06}", "{}e-6")
"""Answers are kept as they were typed."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer, and the key that stays the same however often it is sent."""

    student: Student
    part: str
    text: str
    key: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An answer that the server said it has, and all that it said."""

    sent: Sent
    reply: dict[str, Any]


@dataclass
class Log:
    """What the clients saw: each reply's status, 0 where none came, and in words what is never to be seen."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)

    @property
    def statuses(self) -> Counter[int]:
        """How often each status came."""
        return Counter(self.seen)


class Client:
    """A program that sends one answer after another over a connection that it opens again when it breaks."""

    def __init__(self, port: int, log: Log) -> None:
        self._log = log
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def submit(self, sent: Sent) -> None:
        """Send an answer again and again until it is acknowledged."""
        deadline = time.monotonic() + GIVES_UP_AFTER
        while time.monotonic() < deadline:
            status, reply, headers = self.ask(sent)
            if status == http.client.CREATED:
                self._log.acknowledged.append(Acknowledged(sent, reply))
                return
            if status in AWAY and "Retry-After" not in headers:
                self._log.odd.append(f"{status} without Retry-After")
            if status not in {*AWAY, UNANSWERED}:
                self._log.odd.append(f"{status}: {reply}")
                return
            time.sleep(LOOKS_AGAIN_AFTER)
        self._log.odd.append("an answer was never acknowledged")

    def ask(self, sent: Sent) -> tuple[int, dict[str, Any], dict[str, str]]:
        """Send an answer once: status, document and headers of the reply; status 0 where none came."""
        body = json.dumps({"part": sent.part, "answer": sent.text})
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {sent.student.token}",
            "Idempotency-Key": sent.key,
        }
        try:
            self._connection.request("POST", "/api/v1/submissions", body, headers)
            reply = self._connection.getresponse()
            document = json.loads(reply.read())
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            self._log.seen.append(UNANSWERED)
            self._connection.close()
            return UNANSWERED, {}, {}
        self._log.seen.append(reply.status)
        return reply.status, document, dict(reply.headers)


@contextmanager
def submitting(course: ServedCourse, *, clients: int = CLIENTS) -> Iterator[Log]:
    """Have clients submit until the block ends; then each still has its last answer acknowledged.

    So the server has to run at the end of the block.
    """
    log, over = Log(), Event()

    def run(number: int) -> None:
        client = Client(course.server.port, log)
        mine = course.students[number::clients]
        for turn in count():
            if over.is_set():
                break
            student = mine[turn % len(mine)]
            part = course.parts[turn // len(mine) % len(course.parts)]
            text = SPELLINGS[turn % len(SPELLINGS)].format(turn * clients + number + 1)
            client.submit(Sent(student, part, text, str(uuid4())))
        client.close()

    with ThreadPoolExecutor(clients) as pool:
        running: list[Future[None]] = [pool.submit(run, number) for number in range(clients)]
        try:
            yield log
        finally:
            over.set()
        for each in running:
            each.result()
