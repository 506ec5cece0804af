"""What every contract has: the grade an author claims, and its checks as tests for pytest."""

from __future__ import annotations

from typing import Any, ClassVar

from answerback.testing.checks import GRADES, Grade, check_of, checks_of


class Contract:
    """A plugin and what it has to show. A subclass is the plugin's whole test file.

    `grade` is what its author claims: checks above it are no tests. Without it, silver is claimed
    where there is a pretend network and bronze where there is none.
    """

    grade: ClassVar[Grade | None] = None
    network: ClassVar[Any] = None

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        grades = list(GRADES)
        for check in checks_of(cls):
            name = check.method.__name__
            if name not in vars(cls):
                claimed = grades.index(check.grade) <= grades.index(cls.claimed())
                # What is None is no test to pytest; `checks_of` finds it further up all the same.
                setattr(cls, name, check.method if claimed else None)

    @classmethod
    def claimed(cls) -> Grade:
        """The grade this contract claims."""
        return cls.grade or ("bronze" if cls.network is None else "silver")

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """One test for each case of a check. Called by pytest."""
        check = check_of(metafunc.function)
        if check is None or check.each is None:
            return
        import pytest

        cases = getattr(type(self), check.each)()
        [argument] = metafunc.fixturenames[:1]
        told = [pytest.param(value, id=label) for label, value in cases]
        if not told:
            reason = f"There are no {check.each.replace('_', ' ')}."
            told = [pytest.param(None, id="none", marks=pytest.mark.skip(reason=reason))]
        metafunc.parametrize(argument, told)

    def lacks(self, needs: tuple[str, ...]) -> str | None:
        """Why a check that needs these capabilities has no object, or None."""
        del needs
        return None

    def absent(self, *, network: bool) -> str | None:
        """Why a check cannot be tried, or None."""
        if network and self.network is None:
            return "There is no pretend network to try it against: set `network`."
        return None
