"""The conformance kit: what a plugin's author tests a channel or help desk with.

A plugin's whole test file is a subclass of `ChannelContract` or `HelpDeskContract`. Needs the
extra `testing`. A name brings its module when it is first used.
"""

import typing as _typing

if _typing.TYPE_CHECKING:
    from answerback.testing.channels.contract import ChannelContract
    from answerback.testing.checks import Broken, NotApplicable, check, expect
    from answerback.testing.desks.contract import HelpDeskContract
    from answerback.testing.pretend.bridge import PretendBridge
    from answerback.testing.pretend.desk import FakeDesk, PretendComment, PretendTicket
    from answerback.testing.pretend.faults import Fault, FaultProxy
    from answerback.testing.pretend.network import FakeNetwork, Post, Refusal, route
    from answerback.testing.pretend.serving import answering

__all__ = [
    "Broken",
    "ChannelContract",
    "FakeDesk",
    "FakeNetwork",
    "Fault",
    "FaultProxy",
    "HelpDeskContract",
    "NotApplicable",
    "Post",
    "PretendBridge",
    "PretendComment",
    "PretendTicket",
    "Refusal",
    "answering",
    "check",
    "expect",
    "route",
]

_HOMES = {
    "pretend.bridge": "PretendBridge",
    "channels.contract": "ChannelContract",
    "checks": "Broken NotApplicable check expect",
    "pretend.desk": "FakeDesk PretendComment PretendTicket",
    "desks.contract": "HelpDeskContract",
    "pretend.faults": "Fault FaultProxy",
    "pretend.serving": "answering",
    "pretend.network": "FakeNetwork Post Refusal route",
}


if not _typing.TYPE_CHECKING:  # a type checker takes the names above, and no others

    def __getattr__(name):
        home = next((home for home, names in _HOMES.items() if name in names.split()), None)
        if home is None:
            raise AttributeError(f"module 'answerback.testing' has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(f"answerback.testing.{home}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
