"""What in an agent's answer a person should confirm before it is public; pure, one function each.

Each gives a sentence for the agent, or None. They look for slips, not for wrongdoing: a number is
taken for a phone's or a card's only where little else looks like it, since every false alarm holds
up an answer. What the sentence never does is repeat what was found: reasons are stored and listed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

PLACEHOLDER = (
    "It still holds a placeholder between double braces. Fill it in and send the answer again."
)
SURVEY = (
    "It holds a link to a survey, which may open somebody's ticket to everybody. Ask in private, "
    "or confirm it."
)
EMAIL = (
    "It holds an e-mail address that everybody could read. Take it out and ask for a direct "
    "message, or confirm it."
)
PHONE = (
    "It holds what looks like a phone number that everybody could read. Take it out and ask for a "
    "direct message, or confirm it."
)
CARD = (
    "It holds what looks like the number of a payment card. Never post it: take it out and send "
    "the answer again."
)
SAME_WORDS = (
    "The same words were sent under the same post less than ten minutes ago. Confirm it if both "
    "are meant."
)


def found(text: str, *, public: bool, contacts: Collection[str] = ()) -> list[str]:
    """Every doubt about these words. In private only what nobody ever means to send counts.

    `contacts` are the company's own addresses, domains and numbers, which may be told to all.
    """
    plain = readable(text)
    told = [unfilled_placeholder(plain)]
    if public:
        told += [
            survey_link(plain),
            email_address(plain, contacts),
            card_number(plain),
            phone_number(plain, contacts),
        ]
    return [doubt for doubt in told if doubt is not None]


def readable(text: str) -> str:
    """The words as a reader sees them: digits and signs in one form, nothing invisible between."""
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(one for one in plain if unicodedata.category(one) != "Cf")
    return _DASHES.sub("-", plain)


def unfilled_placeholder(text: str) -> str | None:
    """`{{…}}` or `{%…%}`: a template nobody filled in."""
    for opening, closing in (("{{", "}}"), ("{%", "%}")):
        begin = text.find(opening)
        if begin >= 0 and text.find(closing, begin + 2) >= 0:
            return PLACEHOLDER
    return None


def survey_link(text: str) -> str | None:
    """A link to a survey service, or to a page that asks for a rating."""
    for link in _LINK.findall(text):
        host, _slash, path = link.partition("//")[2].partition("/")
        host = host.rpartition("@")[2].partition(":")[0].lower()
        if _SURVEY_HOST.search(host) or _SURVEY_PATH.search(path.lower()):
            return SURVEY
        if host in _FORMS and _FORMS[host] in f"/{path.lower()}":
            return SURVEY
    return None


def email_address(text: str, contacts: Collection[str] = ()) -> str | None:
    """An e-mail address that is not one of ours to tell. `@name@server` is a handle, not one."""
    ours = {one.lower().removeprefix("@") for one in contacts}
    for match in _EMAIL.finditer(text):
        domain = match["domain"].lower()
        if f"{match['name']}@{domain}".lower() not in ours and domain not in ours:
            return EMAIL
    return None


def card_number(text: str) -> str | None:
    """13 to 19 digits as cards are numbered: known beginning, right length, right check digit."""
    for run in _DIGITS.findall(_LINK.sub(" ", text)):
        digits = "".join(filter(str.isdigit, run))
        if any(begins.match(digits) for begins in _CARDS) and _luhn(digits):
            return CARD
    return None


def phone_number(text: str, contacts: Collection[str] = ()) -> str | None:
    """A number as phones have: international, as written in North America, or after 0 or "call".

    Order numbers, dates, prices, versions, addresses of machines and handles are none.
    """
    ours = {"".join(filter(str.isdigit, one)) for one in contacts}
    bare = _HANDLE.sub(" ", _LINK.sub(" ", text))
    for match in _NUMBER.finditer(bare):
        written = match.group()
        digits = "".join(filter(str.isdigit, written))
        before = bare[max(0, match.start() - 24) : match.start()].lower()
        if digits not in ours and _is_phone(written, digits, before):
            return PHONE
    return None


def _is_phone(written: str, digits: str, before: str) -> bool:
    if written.startswith(("+", "(+")):
        return 8 <= len(digits) <= 15
    if _DATE.match(written) or _NAMED.search(before) or not 7 <= len(digits) <= 15:
        return False
    if _CALLED.search(before) or _NORTH_AMERICAN.fullmatch(written):
        return True
    if digits.startswith("00"):
        return len(digits) >= 11
    return written.startswith(("0", "(0")) and 9 <= len(digits) <= 12


def _luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        total += digit if place % 2 == 0 else (digit * 2 - 9 if digit > 4 else digit * 2)
    return total % 10 == 0


_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_HANDLE = re.compile(r"[@#][\w.@-]+")

_EMAIL = re.compile(
    r"(?<![\w@.+/-])(?P<name>[\w+-][\w.+-]{0,63})@(?P<domain>[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})",
    re.ASCII,
)

_SURVEY_HOST = re.compile(
    r"(?:^|\.)(?:surveymonkey|typeform|qualtrics|delighted|nicereply|simplesat|wootric|medallia"
    r"|customerthermometer|alchemer|surveysparrow|trustpilot-invite|askn?icely|zonkafeedback)"
    r"\.[a-z.]+$|^(?:forms\.gle|smartsurvey\.co\.uk)$"
)
_SURVEY_PATH = re.compile(
    r"(?:^|[/_.-])(?:surveys?|csat|nps|satisfaction(?:[_-]ratings?)?|umfrage|encuesta)(?:[/?_.=-]|$)"
)
_FORMS = {"docs.google.com": "/forms/", "forms.office.com": "/", "forms.microsoft.com": "/"}

#: Digits in one run or in groups parted by one space, dash or dot; no letter beside them.
_DIGITS = re.compile(r"(?<![\w.,-])\d(?:[ .-]?\d){12,18}(?![ .-]?\d|\w)")
_CARDS = tuple(
    re.compile(pattern + r"$")
    for pattern in (
        r"4\d{12}(?:\d{3}){0,2}",
        r"(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}",
        r"3[47]\d{13}",
        r"(?:30[0-5]|3[689]\d)\d{11}",
        r"(?:6011|64[4-9]\d|65\d\d)\d{12,15}",
        r"35(?:2[89]|[3-8]\d)\d{12}",
        r"62\d{14,17}",
        r"(?:50|5[6-9]|6[0-9])\d{10,17}",
    )
)

#: What could be a number of groups, not glued to a word, a sign of money or a bigger number.
_NUMBER = re.compile(
    r"(?<![\w.,:/$€£-])(?:\(?\+ ?)?\(?\d(?:[ ./()-]{0,2}\d){6,19}(?![\w%]|[.,:/-]\d)"
)
_DATE = re.compile(
    r"\d{4}[-./]\d{1,2}[-./]\d{1,2}(?!\d)|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}(?![-./]?\d)|\d{1,3}(?:\.\d{1,3}){3}$"
)
_NORTH_AMERICAN = re.compile(r"(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{4}")
#: Right before a number these say that it counts something else.
_NAMED = re.compile(
    r"(?:\b(?:order|ticket|case|claim|invoice|bill|article|item|part|model|tracking|parcel|shipment"
    r"|serial|booking|reservation|reference|ref|isbn|ean|upc|sku|imei|vin|iban|account|customer"
    r"|contract|version|flight|id|auftrag|bestellung|rechnung|artikel|sendung|kunden|vertrag"
    r"|commande|facture|colis|pedido|factura)\w*[ .:]*(?:number|numbers|nummer|nr|no|n°|id|code)?"
    r"|[#№§])[ .:#-]*$"
)
#: Right before a number these say that it is a phone's.
_CALLED = re.compile(
    r"\b(?:phone|telephone|telefon|téléphone|teléfono|tel|tél|fax|mobile|handy|cell|call|ring|dial"
    r"|whatsapp|sms|text|hotline|anruf|rufen|appele|llam|móvil|portable)\w*\W{0,3}"
    r"(?:us|me|him|her|on|at|number|nummer|is|sie|uns|an|unter|au|al|number is|us on|us at|me on"
    r"|me at)?\W{0,3}$"
)
