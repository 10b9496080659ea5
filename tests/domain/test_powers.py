import pytest

from grader.domain.errors import NotAllowed
from grader.domain.powers import POWERS, Power, check_not_own, check_power
from grader.domain.roles import Role

INSTRUCTOR_ALONE = {
    Power.LATE_DAYS,
    Power.RELEASE,
    Power.IMPORT,
    Power.ROSTER,
    Power.TOKENS,
    Power.SIGNIN,
}


def test_the_table_names_every_power_and_gives_none_to_students() -> None:
    assert set(POWERS) == set(Power)
    assert all(roles and Role.STUDENT not in roles for roles in POWERS.values())


@pytest.mark.parametrize("power", Power)
def test_an_instructor_may_everything_a_ta_all_but_a_few_things_a_student_nothing(
    power: Power,
) -> None:
    check_power(Role.INSTRUCTOR, power)
    with pytest.raises(NotAllowed):
        check_power(Role.STUDENT, power)
    if power not in INSTRUCTOR_ALONE:
        check_power(Role.TA, power)
        return
    with pytest.raises(NotAllowed, match=f"Only instructors may {power}."):
        check_power(Role.TA, power)


def test_a_refusal_names_all_who_may() -> None:
    with pytest.raises(NotAllowed, match="Only instructors and tas may override a score."):
        check_power(Role.STUDENT, Power.OVERRIDE)


def test_nobody_decides_about_their_own_work() -> None:
    check_not_own(1, 2)
    check_not_own(None, 2)
    with pytest.raises(NotAllowed, match="your own work"):
        check_not_own(2, 2)
