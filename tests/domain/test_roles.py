import pytest

from grader.domain.roles import Role


@pytest.mark.parametrize(
    ("role", "is_staff", "scopes"),
    [
        ("student", False, {"read", "submit"}),
        ("ta", True, {"read", "submit", "staff"}),
        ("instructor", True, {"read", "submit", "staff"}),
    ],
)
def test_assistants_and_instructors_are_staff(
    role: str, is_staff: object, scopes: set[str]
) -> None:
    assert Role(role).is_staff is is_staff
    assert Role(role).scopes == scopes


def test_there_are_three_roles() -> None:
    assert [role.value for role in Role] == ["student", "ta", "instructor"]
