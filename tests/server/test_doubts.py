"""What an agent should confirm before everybody reads it, and what is left alone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback_server.engine import doubts

PHONES = [
    "Call +44 20 7946 0958",
    "Ring us on 020 7946 0958",
    "call 0800 123 4567 please",
    "(415) 555-2671 is mine",
    "my number: 415-555-2671",
    "+1 415 555 2671",
    "0171 1234567",
    "Tel. 030/901820",
    "+49 (0)30 901820",
    "00 49 30 901820",
    "06 12 34 56 78 appelez",
    "+33612345678",
    "07700 900123",
    "mobile: 77009 00123",
    "＋４４ ２０ ７９４６ ０９５８",
    "+44\u200b20\u200b7946\u200b0958",
]
NO_PHONES = [
    "Order 4711-0815-99 is on its way",
    "Order number 302-9938471-1234567",
    "Your order no. 0815 4711 2026 left today",
    "on 2026-11-21 at 14:30",
    "21.11.2026, 14:30",
    "21/11/2026",
    "open 21.11.2026 to 24.12.2026",
    "It costs 1,299.00 EUR",
    "EUR 1.299.000,00",
    "$1299999.00",
    "@rosa4155550132 hello",
    "@415-555-2671 hello",
    "#0171123456",
    "ticket #20261121001",
    "tracking 1Z999AA10123456784",
    "tracking 00340434161094042557",
    "invoice 2026 0004 1187",
    "version 10.0.19045.3693",
    "model RX-580-2048-SP",
    "ISBN 978-3-16-148410-0",
    "192.168.100.200",
    "from 9-17, 8:00-20:00",
    "2024 2025 2026",
    "order 1234567890",
    "20 30 40 50 60 70",
    "48.8566, 2.3522",
    "IBAN DE89 3704 0044 0532 0130 00",
    "part 0123-456-789",
    "100 000 000",
    "EAN 4006381333931",
    "article 06-12-34-56",
    "Auftrag 0815/4711-2026",
    "https://square.example/@rosa/110123456789012345",
    "see https://shop.example/call/0171-1234567",
]

# Test numbers that the card networks publish.
CARDS = [
    "4111 1111 1111 1111",
    "4111111111111111",
    "4111-1111-1111-1111",
    "my card is 5555 5555 5555 4444.",
    "2223 0031 2200 3222",
    "3782 822463 10005",
    "371449635398431",
    "6011 1111 1111 1117",
    "3530111333300000",
    "3056 9309 0259 04",
    "４１１１ １１１１ １１１１ １１１１",
]
NO_CARDS = [
    "4111 1111 1111 1112",
    "order 4111111111111112",
    "IBAN DE89 3704 0044 0532 0130 00",
    "1234 5678 9012 3456",
    "tracking 00340434161094042557",
    "EAN 4006381333931",
    "https://square.example/@rosa/4111111111111111",
    "#4111111111111111x",
    "ORD4111111111111111",
    "2026-11-21 14:30 2026-11-22",
    "card ending in 1111",
    "0.4111111111111111",
]

ADDRESSES = ["write to rosa@mail.example", "Rosa.B+x@mail.co.example", "mailto:rosa@mail.example"]
NO_ADDRESSES = [
    "@rosa@square.example thanks",
    "see https://square.example/@rosa@mail.example",
    "at home @ 5",
    "a@b",
    "rosa @ mail.example",
]

SURVEYS = [
    "How did we do? https://www.surveymonkey.com/r/ABC",
    "https://forms.gle/abc",
    "https://docs.google.com/forms/d/e/1/viewform",
    "https://acme.zendesk.com/requests/x/satisfaction/new/y?intention=4",
    "https://shop.example/survey?id=4",
    "https://acme.typeform.com/to/abc",
]
NO_SURVEYS = [
    "https://shop.example/help",
    "https://docs.google.com/document/d/1",
    "https://shop.example/surveyor-tools",
    "our survey says thanks",
]


@pytest.mark.parametrize("words", PHONES)
def test_a_phone_number_raises_a_doubt(words: str) -> None:
    assert doubts.found(words, public=True) == [doubts.PHONE]


@pytest.mark.parametrize("words", NO_PHONES)
def test_what_only_looks_like_a_phone_number_raises_none(words: str) -> None:
    assert doubts.found(words, public=True) == []


@pytest.mark.parametrize("words", CARDS)
def test_a_card_number_raises_a_doubt(words: str) -> None:
    assert doubts.CARD in doubts.found(words, public=True)


@pytest.mark.parametrize("words", NO_CARDS)
def test_what_only_looks_like_a_card_number_raises_none(words: str) -> None:
    assert doubts.CARD not in doubts.found(words, public=True)


@pytest.mark.parametrize("words", ADDRESSES)
def test_an_email_address_raises_a_doubt(words: str) -> None:
    assert doubts.found(words, public=True) == [doubts.EMAIL]


@pytest.mark.parametrize("words", NO_ADDRESSES)
def test_a_handle_is_no_email_address(words: str) -> None:
    assert doubts.found(words, public=True) == []


@pytest.mark.parametrize("words", SURVEYS)
def test_a_link_to_a_survey_raises_a_doubt(words: str) -> None:
    assert doubts.found(words, public=True) == [doubts.SURVEY]


@pytest.mark.parametrize("words", NO_SURVEYS)
def test_another_link_raises_none(words: str) -> None:
    assert doubts.found(words, public=True) == []


@pytest.mark.parametrize("words", ["Hi {{ticket.requester.name}}", "{{\nx\n}}", "{% if x %}"])
def test_a_placeholder_raises_a_doubt_in_private_too(words: str) -> None:
    assert doubts.found(words, public=False) == [doubts.PLACEHOLDER]


@pytest.mark.parametrize("words", ["use {curly} braces", "}} first {{", "100 % sure {"])
def test_single_braces_are_no_placeholder(words: str) -> None:
    assert doubts.found(words, public=True) == []


@pytest.mark.parametrize("words", [*PHONES, *CARDS, *ADDRESSES, *SURVEYS])
def test_in_private_people_may_give_each_other_what_they_like(words: str) -> None:
    assert doubts.found(words, public=False) == []


def test_the_companys_own_contacts_may_be_told_to_all() -> None:
    contacts = ("help@shop.example", "shop.test", "+44 20 7946 0958")
    words = "Write to Help@shop.example or jobs@shop.test, or call +44 (20) 7946-0958."
    assert doubts.found(words, public=True, contacts=contacts) == []
    assert doubts.found(words, public=True) == [doubts.EMAIL, doubts.PHONE]
    others = "jobs@shop.example"
    assert doubts.found(others, public=True, contacts=contacts) == [doubts.EMAIL]


def test_every_doubt_is_told_and_none_repeats_what_was_found() -> None:
    words = "{{name}} rosa@mail.example 4111 1111 1111 1111 +44 20 7946 0958 https://forms.gle/abc"
    told = doubts.found(words, public=True)
    assert len(told) == 5
    assert not any(one in sentence for sentence in told for one in ("rosa", "4111", "7946", "gle"))
    assert all(sentence.endswith(".") for sentence in told)


@given(st.integers(0, 10**15 - 1), st.sampled_from(["", " ", "-"]))
def test_a_visa_number_is_found_however_it_is_grouped(rest: int, between: str) -> None:
    digits = f"4{rest:015d}"[:15]
    check = next(n for n in range(10) if luhn(f"{digits}{n}"))
    whole = f"{digits}{check}"
    written = between.join(whole[i : i + 4] for i in range(0, 16, 4))
    assert doubts.card_number(f"It is {written}, thanks") == doubts.CARD
    wrong = f"{digits}{(check + 1) % 10}"
    assert doubts.card_number(f"It is {wrong}, thanks") is None


def luhn(digits: str) -> bool:
    """Written another way than the engine's."""
    doubled = [int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits))]
    return sum(n // 10 + n % 10 for n in doubled) % 10 == 0


@given(st.dates(), st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y/%m/%d", "%d-%m-%Y"]))
def test_no_date_is_taken_for_a_number_of_somebody(day: object, form: str) -> None:
    words = f"It arrives on {day:{form}} at 10:30."
    assert doubts.found(words, public=True) == []


@given(st.integers(0, 10**8), st.sampled_from(["EUR {:,}.00", "${:,.2f}", "{:,.2f} €", "£{}"]))
def test_no_price_is_taken_for_a_number_of_somebody(price: int, form: str) -> None:
    assert doubts.found(f"It costs {form.format(price)} in all.", public=True) == []


@given(st.text(max_size=300))
def test_whatever_is_written_is_looked_at_without_a_fall(words: str) -> None:
    assert set(doubts.found(words, public=False)) <= set(doubts.found(words, public=True))


@pytest.mark.parametrize(
    "piece",
    ["a", "1 ", "{{", "http://", "(", "+1(2)", "a@", "a.", "-", "1-1.", "call ", "0 (", "@"],
)
def test_long_answers_are_looked_at_in_little_time(piece: str) -> None:
    words = (piece * 64_000)[:64_000]
    began = time.process_time()
    doubts.found(words, public=True)
    assert time.process_time() - began < 2.0
