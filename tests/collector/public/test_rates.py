"""A shift that begins is let through; a script has to work, and who cannot work has to wait."""

import itertools

import msgspec

from collector.public.rates import (
    ADDRESSES,
    BURST,
    GOOD_S,
    PATIENCE_S,
    PATIENT_BURST,
    PER_S,
    Gatekeeper,
    Stores,
    Ticket,
    worked,
)

SECRET = b"s" * 32
FORM = "ab" * 16


def emptied(address: str = "10.0.0.1") -> Gatekeeper:
    gate = Gatekeeper(SECRET)
    assert all(gate.admits(FORM, address, None, 0) for _ in range(BURST))
    return gate


def solved(ticket: Ticket) -> Ticket:
    tries = (msgspec.structs.replace(ticket, work=str(n)) for n in itertools.count())
    return next(each for each in tries if worked(each))


def test_a_shift_that_begins_is_let_through_at_once() -> None:
    gate = emptied()
    assert not gate.admits(FORM, "10.0.0.1", None, 0)
    assert gate.admits(FORM, "10.0.0.2", None, 0)
    assert gate.admits(FORM, "10.0.0.1", None, 1 / PER_S)


def test_a_browser_that_works_is_let_through_however_many_there_are() -> None:
    gate = emptied()
    ticket = solved(gate.ask(FORM, 0))
    assert all(gate.admits(FORM, "10.0.0.1", ticket, second) for second in range(9))


def test_work_for_one_form_is_none_for_another_and_none_after_a_while() -> None:
    gate = emptied()
    ticket = solved(gate.ask(FORM, 0))
    assert not gate.admits("cd" * 16, "10.0.0.1", ticket, 0)
    late = emptied()
    assert not late.admits(FORM, "10.0.0.1", solved(late.ask(FORM, -GOOD_S - 1)), 0)


def test_tickets_of_nobody_are_none() -> None:
    gate = emptied()
    for ticket in (Ticket(0, "0" * 32, "1"), Ticket(10**9, "", ""), Ticket(-5, "x", "x")):
        assert not gate.admits(FORM, "10.0.0.1", ticket, 0)


def test_who_cannot_work_waits_and_so_many_at_a_time() -> None:
    gate = emptied()
    forms = [f"{number:032x}" for number in range(PATIENT_BURST + 1)]
    tickets = [gate.ask(form, 0) for form in forms]
    assert not gate.admits(forms[0], "10.0.0.1", tickets[0], PATIENCE_S - 1)
    pairs = zip(forms, tickets, strict=True)
    let = [gate.admits(form, "10.0.0.1", ticket, PATIENCE_S) for form, ticket in pairs]
    assert let == [True] * PATIENT_BURST + [False]


def test_a_number_that_is_none_is_no_work() -> None:
    ticket = Gatekeeper(SECRET).ask(FORM, 0)
    for work in ("", "x", "-1", "9" * 13, "\u0663"):
        assert not worked(msgspec.structs.replace(ticket, work=work))


def test_addresses_without_end_fill_no_memory() -> None:
    stores = Stores(1, 0)
    for number in range(ADDRESSES + 10):
        stores.take(str(number), 0)
    assert len(stores._known) == ADDRESSES


def test_a_clock_that_goes_back_gives_nothing_and_takes_nothing() -> None:
    stores = Stores(2, 1)
    assert stores.take("a", 100)
    assert stores.take("a", 0)
    assert not stores.take("a", 0)
