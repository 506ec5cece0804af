"""docs/checks.md: what each grade asks of a plugin, read off the checks of the conformance kit."""

import inspect
from collections.abc import Iterator

from answerback import testing
from answerback.testing.checks import GRADES, Check, Grade, check_of
from answerback.testing.contract import Contract
from generators.markdown import filled, first_sentence, flowing, page, table

#: The contracts a plugin's author may subclass, and what each is for.
CONTRACTS = {
    "ChannelContract": "A channel",
    "HelpDeskContract": "A help desk",
}

INTRODUCTION = """
The conformance kit in `answerback.testing` tries a plugin against a pretend network on a real port,
with a proxy in front of it that breaks connections. A plugin's whole test file is a subclass of its
contract; [Write a channel in ten minutes](writing-a-channel.md) makes one.

`pytest` runs the checks up to the grade the subclass claims. `answerback check NAME` runs all of
them and tells the grade: the highest of which every check holds, as do those of the grades below. A
check that needs what a plugin does not have, such as webhooks, is *not applicable* and costs
nothing. One that could not be tried, because there is no pretend network, does.
"""


def subjects(contract: type[Contract], grade: Grade) -> dict[str, list[Check]]:
    """The checks of a grade in their order, by what they are about."""
    told: set[str] = set()
    groups: dict[str, list[Check]] = {}
    for parent in contract.__mro__[1:]:  # The contract itself repeats those of its parents.
        found = [known for each in vars(parent).values() if (known := check_of(each))]
        fresh = [each for each in found if each.grade == grade and each.name not in told]
        told |= {each.name for each in fresh}
        if fresh:
            groups.setdefault(first_sentence(inspect.getdoc(parent)), []).extend(fresh)
    return groups


def check_table(checks: list[Check]) -> str:
    """A row a check: its name as `answerback check` prints it, its promise, and what to do."""
    return table(
        ["check", "what it promises", "where it does not hold"],
        [[each.name.replace("_", " "), each.promise, each.mend] for each in checks],
    )


def contract_part(contract: type[Contract], about: str) -> Iterator[str]:
    """All of one contract, grade by grade."""
    yield f"## {about}"
    for grade, meaning in GRADES.items():
        yield f"### {grade.capitalize()}: {meaning}"
        for subject, checks in subjects(contract, grade).items():
            yield filled(subject)
            yield check_table(checks)


def check_page() -> str:
    """The whole page. Raises RuntimeError for a contract it does not know."""
    there = {name for name in testing.__all__ if name.endswith("Contract")}
    if not there <= set(CONTRACTS):
        raise RuntimeError(f"CONTRACTS must name {', '.join(sorted(there - set(CONTRACTS)))}")
    return page(
        "What each grade asks",
        "`answerback.testing`",
        flowing(INTRODUCTION),
        *(
            part
            for name, about in CONTRACTS.items()
            if name in there
            for part in contract_part(getattr(testing, name), about)
        ),
    )
