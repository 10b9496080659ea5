"""The budget of DESIGN.md: small modules, small functions."""

from statistics import median, quantiles

from tests.house.source import functions, modules

LONGEST_MODULE, MEDIAN_MODULE = 250, 80
LONGEST_FUNCTION, MOST_FUNCTIONS = 60, 35


def function_sizes() -> dict[str, int]:
    return {
        f"{name}:{each.lineno} {each.name}": (each.end_lineno or 0) - each.lineno + 1
        for name, text in modules().items()
        for each in functions(text)
    }


def test_no_module_is_longer_than_its_budget() -> None:
    sizes = {name: len(text.splitlines()) for name, text in modules().items()}
    assert {name: size for name, size in sizes.items() if size > LONGEST_MODULE} == {}
    assert median(sizes.values()) <= MEDIAN_MODULE


def test_no_function_is_longer_than_its_budget_and_19_in_20_are_short() -> None:
    sizes = function_sizes()
    assert {name: size for name, size in sizes.items() if size > LONGEST_FUNCTION} == {}
    assert quantiles(sizes.values(), n=20)[-1] <= MOST_FUNCTIONS
