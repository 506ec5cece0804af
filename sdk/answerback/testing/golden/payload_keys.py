"""What stands under a key of a native payload, told by the key's name and the value's shape.

The rule, in this order. A secret by its key or shape goes. Times, MIME types, and language codes
under such keys stay. A value with a fixed meaning stays where the last word of its key says that
it is one (`type`, `visibility`, `status`…) and it is one word as programs write it. Under keys
of people and of their words nothing else stays. Under any other key a few words stay that networks
use for states (`public`, `none`, `NotSubscribed`) and what is written LIKE_THIS. All the rest is
replaced: a value with a fixed meaning under a key nobody could guess, too, which is why `keep`
exists.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

Sort = Literal["secret", "fixed", "language", "count", "name", "text", "id", "digits", "place", ""]

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SECRET = _set("""
    apikey auth authorization bearer cookie cookies credential credentials csrf jwt modhash nonce
    passphrase passwd password secret secrets session signature token tokens
""")
_DIGITS = _set("birth birthdate birthday dob fax iban mobile phone phones postcode ssn tel zip")
_PLACE = _set("coordinates lat latitude lng lon long longitude")
_LANGUAGE = _set("lang langs language languages locale")
_COUNT = _set("""
    at count counts date duration end height indices length limit microseconds milliseconds ms
    nanos offset position seconds size start time timestamp total us utc version width
""")
_ID = _set("cid did etag guid hash id ids key keys mid pk rev rkey sid uid uri uuid")
_NAME = _set("""
    acct author by firstname fullname handle lastname login name names nick nickname owner
    recipient screenname sender shortcode slug surname user username
""")
_HANDLE = _set("acct handle login nick nickname slug username")
_TEXT = _set("""
    alt bio body caption comment content description html label message note options raw snippet
    spoiler subject subtitle summary text title tooltip value
""")
_FIXED = _set("""
    action approval archetype automatic category class classification collection currency
    distinguished effect encoding event field format item kind level manual method mime mode
    object operation permission permissions policy privacy provider rating reason rel role roles
    scope scopes settings severity source state status style timezone type verb via visibility
    vote
""")
_FIXED_KEYS = frozenset(["@context", "$schema", "@type", "$type"])
_STATES = _set("""
    accepted active add added all anonymous anyone blocked closed create created default delete
    deleted direct disabled edit edited enabled everyone false followers following friends gif
    gifv hidden image limited locked like markdown media mention mentions none null off on open
    pending photo plain private public published rejected remove removed reply restricted
    reviewed self true unknown unlisted update updated verified video visible
""")
# What programs build names of states with, as in NotSubscribed or approval_required.
_PARTS_OF_STATES = _STATES | _set("""
    admin admins allow allowed approval approved archive archived auto automatic ban banned
    change changed complete completed confirmed deny denied disable draft enable failed federated
    filtered follow friend global group guest in inherit internal invite invited is joined level
    listed local member members mod moderate moderated moderator moderators more most muted never
    new no not old one only open out own paused post posts posting processed processing
    quarantined read ready remote request requested require required restricted sent show signed
    soft spam subscribe subscribed subscriber subscribers suspended system trust trusted
    unconfirmed unread unsubscribed user users waiting yes
""")

_ONE_WORD = re.compile(r"[A-Za-z$][\w$.:#/+-]{0,79}", re.ASCII)
_NAMED = re.compile(r"[A-Za-z][a-z]*(?:[_-]?[A-Za-z][a-z]*)*", re.ASCII)
_SHOUTED = re.compile(r"[A-Z]+(?:_[A-Z0-9]+)+", re.ASCII)
_LANGUAGE_CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*", re.ASCII)
_MIME = re.compile(
    r"(?:application|audio|font|image|message|model|multipart|text|video)/[\w.+-]+"
    r"(?:; *[\w=.\"-]+)*",
    re.ASCII,
)
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: ?Z| ?[+-]\d\d:?\d\d| UTC)?)?"
    r"|(?:[A-Z][a-z]{2},? )?(?:\d\d? [A-Z][a-z]{2}|[A-Z][a-z]{2} \d\d?) (?:\d{4} )?"
    r"\d\d:\d\d(?::\d\d)?(?: (?:[+-]\d{4}|GMT|UTC))?(?: \d{4})?",
    re.ASCII,
)
_TOKEN = re.compile(r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*|(?:Bearer|Basic|Token) +\S+", re.ASCII)
_GONE = frozenset(["[deleted]", "[removed]"])


@cache
def sort_of(key: str) -> Sort:
    """What kind of thing stands under a key; "" where its name does not tell."""
    found = [word.lower() for word in _WORDS.findall(key)]
    last = found[-1] if found else ""
    if last == "str" and len(found) > 1:  # id_str, said twice for JavaScript
        last = found[-2]
    if key in _FIXED_KEYS or (last == "name" and found[-2:-1] == ["event"]):
        return "fixed"
    if not _SECRET.isdisjoint(found) and last not in _COUNT:
        return "secret"
    if not _DIGITS.isdisjoint(found):
        return "digits"
    sorts: tuple[tuple[Sort, frozenset[str]], ...] = (
        ("place", _PLACE), ("language", _LANGUAGE), ("count", _COUNT), ("id", _ID),
        ("name", _NAME), ("text", _TEXT), ("fixed", _FIXED),
    )  # fmt: skip
    return next((sort for sort, words in sorts if last in words), "")


def is_handle(key: str) -> bool:
    """Whether somebody's whole handle stands under this key."""
    found = _WORDS.findall(key)
    return bool(found) and found[-1].lower() in _HANDLE


def is_secret(value: str, sort: Sort) -> bool:
    """Whether this opens something."""
    return sort == "secret" or bool(_TOKEN.fullmatch(value))


def stays(value: str, key: str, sort: Sort) -> bool:
    """Whether a value tells nothing of anybody and means something to a program."""
    if sort == "digits":
        return False
    if key in _FIXED_KEYS or value in _GONE or _TIME.fullmatch(value) or _MIME.fullmatch(value):
        return True
    if sort == "language":
        return bool(_LANGUAGE_CODE.fullmatch(value))
    if sort == "count":
        return value.replace(".", "", 1).isdecimal()
    if sort == "fixed":
        return bool(_ONE_WORD.fullmatch(value)) and "://" not in value
    return not sort and (_is_state(value) or bool(_SHOUTED.fullmatch(value)))


def may_be_fixed(value: str, key: str) -> bool:
    """Whether a value that does not stay is written as programs write one of a few values."""
    parts = _WORDS.findall(value)
    written = _NAMED.fullmatch(value) and len(parts) > 1 and all(map(str.isalpha, parts))
    sort = sort_of(key)
    return bool(written) and not sort and not is_secret(value, sort) and not stays(value, key, sort)


def _is_state(value: str) -> bool:
    if value in _STATES:
        return True
    parts = [part.lower() for part in _WORDS.findall(value)]
    return len(parts) > 1 and bool(_NAMED.fullmatch(value)) and _PARTS_OF_STATES.issuperset(parts)
