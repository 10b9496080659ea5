"""What import-linter does not see: the standard library by name, and imports inside functions."""

import ast
import sys

from tests.house.source import PACKAGES, ROOT, functions, imports, modules


def test_the_domain_imports_the_standard_library_and_itself_only() -> None:
    foreign = [
        f"{name}:{line} {module}"
        for name, text in modules().items()
        if name.startswith("grader/domain/")
        for line, module in imports(ast.parse(text))
        if module.partition(".")[0] not in sys.stdlib_module_names
        and module.split(".")[:2] != ["grader", "domain"]
    ]
    assert foreign == []


def test_no_function_imports_a_module_of_ours() -> None:
    # Such an import hides a circle. The command line loads its nouns by name, and imports nothing here.
    hidden = [
        f"{name}:{line} {module}"
        for name, text in modules().items()
        for function in functions(text)
        for line, module in imports(function)
        if module.partition(".")[0] in {*PACKAGES, ""}
    ]
    assert hidden == []


def test_modules_are_named_for_what_they_are_about() -> None:
    vague = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}
    named = {name for name in modules() if vague & set(name.removesuffix(".py").split("/"))}
    assert named == set()


def test_a_migration_imports_nothing_that_may_change_with_the_project() -> None:
    # What it makes is history: a type of today may mean something else tomorrow.
    versions = sorted((ROOT / "migrations" / "versions").glob("*.py"))
    assert versions
    ours = [
        f"{file.name}:{line} {module}"
        for file in versions
        for line, module in imports(ast.parse(file.read_text(encoding="utf-8")))
        if module.partition(".")[0] in {*PACKAGES, ""}
    ]
    assert ours == []
