"""answerback: the open bridge between what customers say in public and a help desk.

Everything a plugin author needs has its name here. Importing this opens nothing and loads
nothing: a name brings its module when it is first used (PEP 562).
"""

import typing as _typing

if _typing.TYPE_CHECKING:
    from answerback.activitystreams import from_as2, to_as2
    from answerback.budget import Budget
    from answerback.calls import Call, Request, Response
    from answerback.channel import (
        Account,
        Action,
        App,
        Channel,
        Fetched,
        Framing,
        Limits,
        Listener,
        ListenerKind,
        Listening,
        Repeat,
        Subscription,
        Target,
    )
    from answerback.contract import capabilities
    from answerback.errors import (
        AnswerbackError,
        BadRequest,
        BadSignature,
        ConfigError,
        Exhausted,
        Gone,
        Malformed,
        NotSupported,
        Reconnect,
        Refused,
        RemoteError,
        Stale,
        TryLater,
        Unsure,
    )
    from answerback.helpdesk import (
        Accepted,
        AgentReply,
        Brand,
        Bridge,
        Connection,
        Customer,
        FileResult,
        Filing,
        HelpDesk,
        Installation,
        Kind,
        Offer,
        Outcome,
        Priority,
        ReplyPage,
        ReplyState,
        Setup,
        Ticket,
        TicketChange,
    )
    from answerback.http import Answer, Http
    from answerback.model import (
        Activity,
        ActivityType,
        Actor,
        ActorType,
        Attachment,
        AttachmentType,
        CopyPolicy,
        Hint,
        Ignored,
        Item,
        Mention,
        MentionType,
        Page,
        Part,
        Rating,
        Reach,
        Receipt,
        Tag,
        TagType,
        Tombstone,
        Unreadable,
        Visibility,
    )
    from answerback.oauth import OAuth
    from answerback.plugins import (
        Installed,
        Plugin,
        channels,
        help_desks,
        installed,
        load_channel,
        load_help_desk,
    )
    from answerback.schema import dumps, from_wire, json_schema, loads, to_wire
    from answerback.settings import Setting
    from answerback.signatures import HmacSignature, SharedSecret, Signature

    __version__: str

__all__ = [
    "Accepted",
    "Account",
    "Action",
    "Activity",
    "ActivityType",
    "Actor",
    "ActorType",
    "AgentReply",
    "Answer",
    "AnswerbackError",
    "App",
    "Attachment",
    "AttachmentType",
    "BadRequest",
    "BadSignature",
    "Brand",
    "Bridge",
    "Budget",
    "Call",
    "Channel",
    "ConfigError",
    "Connection",
    "CopyPolicy",
    "Customer",
    "Exhausted",
    "Fetched",
    "FileResult",
    "Filing",
    "Framing",
    "Gone",
    "HelpDesk",
    "Hint",
    "HmacSignature",
    "Http",
    "Ignored",
    "Installation",
    "Installed",
    "Item",
    "Kind",
    "Limits",
    "Listener",
    "ListenerKind",
    "Listening",
    "Malformed",
    "Mention",
    "MentionType",
    "NotSupported",
    "OAuth",
    "Offer",
    "Outcome",
    "Page",
    "Part",
    "Plugin",
    "Priority",
    "Rating",
    "Reach",
    "Receipt",
    "Reconnect",
    "Refused",
    "RemoteError",
    "Repeat",
    "ReplyPage",
    "ReplyState",
    "Request",
    "Response",
    "Setting",
    "Setup",
    "SharedSecret",
    "Signature",
    "Stale",
    "Subscription",
    "Tag",
    "TagType",
    "Target",
    "Ticket",
    "TicketChange",
    "Tombstone",
    "TryLater",
    "Unreadable",
    "Unsure",
    "Visibility",
    "__version__",
    "capabilities",
    "channels",
    "dumps",
    "from_as2",
    "from_wire",
    "help_desks",
    "installed",
    "json_schema",
    "load_channel",
    "load_help_desk",
    "loads",
    "to_as2",
    "to_wire",
]

_HOMES = {
    "activitystreams": "from_as2 to_as2",
    "budget": "Budget",
    "calls": "Call Request Response",
    "channel": (
        "Account Action App Channel Fetched Framing Limits Listener ListenerKind Listening "
        "Repeat Subscription Target"
    ),
    "contract": "capabilities",
    "errors": (
        "AnswerbackError BadRequest BadSignature ConfigError Exhausted Gone Malformed "
        "NotSupported Reconnect Refused RemoteError Stale TryLater Unsure"
    ),
    "helpdesk": (
        "Accepted AgentReply Brand Bridge Connection Customer FileResult Filing HelpDesk "
        "Installation Kind Offer Outcome Priority ReplyPage ReplyState Setup Ticket "
        "TicketChange"
    ),
    "http": "Answer Http",
    "model": (
        "Activity ActivityType Actor ActorType Attachment AttachmentType CopyPolicy Hint "
        "Ignored Item Mention MentionType Page Part Rating Reach Receipt Tag TagType "
        "Tombstone Unreadable Visibility"
    ),
    "oauth": "OAuth",
    "plugins": "Installed Plugin channels help_desks installed load_channel load_help_desk",
    "schema": "dumps from_wire json_schema loads to_wire",
    "settings": "Setting",
    "signatures": "HmacSignature SharedSecret Signature",
}


if not _typing.TYPE_CHECKING:  # a type checker takes the names above, and no others

    def __getattr__(name):
        if name == "__version__":
            from importlib.metadata import version

            value = version("answerback")
        else:
            home = next((home for home, names in _HOMES.items() if name in names.split()), None)
            if home is None:
                from answerback._deprecation import old_name

                return old_name("answerback", name)
            from importlib import import_module

            value = getattr(import_module(f"answerback.{home}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
