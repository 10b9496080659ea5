import re
from collections.abc import Iterator
from datetime import UTC, datetime

from grader.domain.errors import (
    CoolingDown,
    GraderError,
    ImportRefused,
    TooManyRequests,
    UnreadableAnswer,
)


def refusals(base: type[GraderError] = GraderError) -> Iterator[type[GraderError]]:
    for cls in base.__subclasses__():
        yield cls
        yield from refusals(cls)


def test_every_refusal_has_a_stable_name_of_its_own() -> None:
    codes = [cls.code for cls in refusals()]
    assert len(codes) > 15
    assert len({*codes, GraderError.code}) == len(codes) + 1
    assert all(re.fullmatch("[a-z]+(_[a-z]+)*", code) for code in codes)


def test_refusals_keep_their_sentence_and_what_programs_need_beside_it() -> None:
    later = datetime(2026, 3, 11, tzinfo=UTC)
    pause = CoolingDown("Wait.", retry_at=later)
    unreadable = UnreadableAnswer("Type a number.", reason="blank")
    refused = ImportRefused("Two rows.", problems=("row 2", "row 5"))
    assert (str(pause), pause.retry_at) == ("Wait.", later)
    assert (str(unreadable), unreadable.reason) == ("Type a number.", "blank")
    assert (str(refused), refused.problems) == ("Two rows.", ("row 2", "row 5"))
    assert TooManyRequests("Wait.", seconds=3).seconds == 3
    assert ImportRefused("None.").problems == ()
