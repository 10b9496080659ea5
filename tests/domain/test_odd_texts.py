from grader.domain.number import read_number
from grader.domain.odd_texts import CHANGES, odd_texts
from grader.domain.unreadable import Reason


def test_the_texts_are_the_same_every_time_and_others_for_another_answer() -> None:
    assert odd_texts("0.31818") == odd_texts("0.31818")
    assert odd_texts("0.31818")[-CHANGES:] != odd_texts("0.31819")[-CHANGES:]


def test_there_are_texts_that_are_read_and_such_as_are_refused_for_every_reason() -> None:
    readings = [read_number(text) for text in odd_texts("-12.31818")]
    assert {reading.reason for reading in readings} == {None, *Reason}
    assert sum(reading.readable for reading in readings) > 30


def test_most_changed_answers_are_really_changed() -> None:
    changed = odd_texts("0.31818")[-CHANGES:]
    assert len(set(changed)) > CHANGES * 0.8
    assert changed.count("0.31818") < CHANGES * 0.1
