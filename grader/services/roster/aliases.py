"""What other systems call the columns of a roster and the roles, whatever their case and spacing."""

from grader.domain.roles import Role

_TITLES = {
    "login": ("sunetid", "sisloginid", "login", "uid"),
    "sis_user_id": ("sisuserid", "sid", "studentid"),
    "name": ("name",),
    "first name": ("firstname",),
    "last name": ("lastname",),
    "email": ("email",),
    "section": ("section", "sections"),
    "role": ("role",),
}
_COLUMN = {alias: column for column, aliases in _TITLES.items() for alias in aliases}
_ROLES = {
    "": Role.STUDENT,
    "student": Role.STUDENT,
    "ta": Role.TA,
    "teachingassistant": Role.TA,
    "ca": Role.TA,
    "courseassistant": Role.TA,
    "instructor": Role.INSTRUCTOR,
    "teacher": Role.INSTRUCTOR,
}


def column_of(title: str) -> str | None:
    """The column that a title means; None if it is none of ours."""
    return _COLUMN.get(_letters(title))


def role_of(cell: str) -> Role | None:
    """The role that a cell means, a blank one a student; None if it is none of ours."""
    return _ROLES.get(_letters(cell))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()
