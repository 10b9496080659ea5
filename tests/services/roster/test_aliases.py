import pytest

from grader.domain.roles import Role
from grader.services.roster.rosterfile import read_roster


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("SUNetID", "login"),
        ("sunet id", "login"),
        ("SIS Login ID", "login"),
        ("sis_login_id", "login"),
        ("LOGIN", "login"),
        ("UID", "login"),
        ("SIS User ID", "sis_user_id"),
        ("sid", "sis_user_id"),
        ("student_id", "sis_user_id"),
        ("Student ID", "sis_user_id"),
        ("E-Mail", "email"),
        ("  email ", "email"),
        ("Section", "section"),
        ("Sections", "section"),
        ("Section(s)", "section"),
    ],
)
def test_columns_are_found_by_their_aliases_whatever_case_and_spacing(
    header: str, column: str
) -> None:
    login = "" if column == "login" else ",login"
    text = f"{header}{login},name\nx@y,{'' if column == 'login' else 'ada,'}Ada\n"
    (found,) = read_roster(text.encode())
    assert getattr(found, column) == "x@y"


@pytest.mark.parametrize(
    ("cell", "role"),
    [
        ("", Role.STUDENT),
        ("Student", Role.STUDENT),
        ("STUDENT", Role.STUDENT),
        ("ta", Role.TA),
        ("T.A.", Role.TA),
        ("Teaching Assistant", Role.TA),
        ("CA", Role.TA),
        ("course_assistant", Role.TA),
        ("Instructor", Role.INSTRUCTOR),
        ("teacher", Role.INSTRUCTOR),
    ],
)
def test_roles_have_aliases_and_a_blank_one_is_a_student(cell: str, role: Role) -> None:
    assert read_roster(f"login,name,role\nada,Ada,{cell}\n".encode())[0].role is role
