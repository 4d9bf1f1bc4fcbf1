"""A shift that begins is let through; a script has to work, and who cannot work has to wait."""

import itertools
import threading

import msgspec
import pytest

from collector.public import rates
from collector.public.rates import (
    ALL_BURST,
    BURST,
    DRAWN_BURST,
    DRAWN_PER_S,
    GOOD_S,
    MORE_BITS,
    PATIENCE_S,
    PATIENT_BURST,
    PATIENT_PER_S,
    PER_S,
    WORKED_BURST,
    WORKED_PER_S,
    Gatekeeper,
    Spent,
    Ticket,
    network,
    worked,
)
from collector.stores import KNOWN, Stores

SECRET = b"s" * 32
FORM = "ab" * 16
HERE = "10.0.0.1"
EASY = 3
"""Bits of work, so that thousands can be done for a test."""


def emptied(address: str = HERE) -> Gatekeeper:
    gate = Gatekeeper(SECRET, EASY)
    assert all(gate.admits(FORM, address, None, 0) for _ in range(BURST))
    return gate


def solved(ticket: Ticket) -> Ticket:
    tries = (msgspec.structs.replace(ticket, work=str(n)) for n in itertools.count())
    return next(each for each in tries if worked(each))


def unsolved(ticket: Ticket) -> Ticket:
    tries = (msgspec.structs.replace(ticket, work=str(n)) for n in itertools.count())
    return next(each for each in tries if not worked(each))


def name(number: int) -> str:
    return f"{number:032x}"


def test_a_shift_that_begins_is_let_through_at_once() -> None:
    gate = emptied()
    assert not gate.admits(FORM, HERE, None, 0)
    assert gate.admits(FORM, "10.0.0.2", None, 0)
    assert gate.admits(FORM, HERE, None, 1 / PER_S)


def test_two_thousand_workers_behind_one_address_pass_within_five_minutes() -> None:
    gate, worst = Gatekeeper(SECRET, EASY), 0
    for number in range(2000):
        now_s, form = number * 300 / 2000, name(number)
        if not gate.admits(form, HERE, None, now_s):
            ticket = solved(gate.ask(form, HERE, now_s))
            worst = max(worst, ticket.bits - EASY)
            assert gate.admits(form, HERE, ticket, now_s + 1)
    assert worst <= 1  # nobody worked more than twice as long as the first


def test_a_script_without_work_is_slowed_to_the_stated_rate() -> None:
    gate, seconds, let, waiting = Gatekeeper(SECRET), 3600, 0, dict[str, Ticket]()
    for second in range(seconds):
        for lane in range(5):  # five a second, each form again until it is taken
            form = name(second * 5 + lane)
            if gate.admits(form, HERE, None, second):
                let += 1
            elif len(waiting) < 500:
                waiting[form] = gate.ask(form, HERE, second)
        for form, ticket in [*waiting.items()][:5]:
            if gate.admits(form, HERE, ticket, second):
                let += 1
                del waiting[form]
    most = BURST + PATIENT_BURST + seconds * (PER_S + PATIENT_PER_S)
    assert most * 0.8 < let <= most + 1


def test_a_script_that_works_pays_more_and_more_and_then_gets_the_stated_rate() -> None:
    gate, bits, let = emptied(), [], 0
    for number in range(2 * WORKED_BURST):
        ticket = gate.ask(name(number), HERE, 0)
        bits.append(ticket.bits - EASY)
        let += gate.admits(name(number), HERE, solved(ticket), 0)
    assert let == WORKED_BURST
    assert bits == sorted(bits)
    assert {*bits} == {*range(MORE_BITS + 1)}
    later = 600
    again = [solved(gate.ask(name(10_000 + n), HERE, later)) for n in range(later)]
    forms = [name(10_000 + n) for n in range(later)]
    pairs = zip(forms, again, strict=True)
    let = sum(gate.admits(form, HERE, ticket, later) for form, ticket in pairs)
    assert let <= later * (WORKED_PER_S + PER_S)


def test_work_is_taken_once() -> None:
    gate = emptied()
    ticket = solved(gate.ask(FORM, HERE, 0))
    assert gate.admits(FORM, HERE, ticket, 0)
    assert not gate.admits(FORM, HERE, ticket, 0)
    fresh = gate.ask(FORM, HERE, 1, ticket)
    assert fresh.mark != ticket.mark


def test_patience_is_taken_once() -> None:
    gate = emptied()
    ticket = unsolved(gate.ask(FORM, HERE, 0))
    gate._free = Stores(0, 0)
    assert [gate.admits(FORM, HERE, ticket, PATIENCE_S) for _ in range(2)] == [True, False]


def test_work_for_one_form_is_none_for_another() -> None:
    gate = emptied()
    assert not gate.admits(name(7), HERE, solved(gate.ask(FORM, HERE, 0)), 0)


def test_work_asked_for_by_another_process_is_none_here() -> None:
    foreign = Gatekeeper(b"o" * 32, EASY).ask(FORM, HERE, 0)
    assert not emptied().admits(FORM, HERE, solved(foreign), 0)


def test_work_is_good_for_a_while_and_can_be_done_again_after_that() -> None:
    gate = emptied()
    gate._free = Stores(0, 0)
    ticket = solved(gate.ask(FORM, HERE, 0))
    assert not gate.admits(FORM, HERE, ticket, GOOD_S + 1)
    fresh = gate.ask(FORM, HERE, GOOD_S + 1, ticket)
    assert fresh.made_s == GOOD_S + 1
    assert gate.admits(FORM, HERE, solved(fresh), GOOD_S + 1)


def test_work_done_before_it_was_asked_for_is_none() -> None:
    gate = emptied()
    gate._free = Stores(0, 0)
    ahead = gate.ask(FORM, HERE, 500)
    assert not gate.admits(FORM, HERE, solved(ahead), 499)


def test_less_work_than_was_asked_for_is_none() -> None:
    gate = emptied()
    asked = gate.ask(FORM, HERE, 0)
    for bits in (1, EASY - 1):
        easier = solved(msgspec.structs.replace(asked, bits=bits))
        assert not gate.admits(FORM, HERE, easier, 0)


def test_a_telephone_whose_address_changes_while_it_works_is_let_through() -> None:
    gate = emptied()
    ticket = solved(gate.ask(FORM, HERE, 0))
    gate._free = Stores(0, 0)
    assert gate.admits(FORM, "10.9.9.9", ticket, 2)


@pytest.mark.parametrize(
    "ticket",
    [
        Ticket(0, "0" * 32, EASY, "1"),
        Ticket(0, "", EASY, ""),
        Ticket(10**9, "", EASY, ""),
        Ticket(-5, "x", EASY, "x"),
        Ticket(0, "\u0663" * 32, EASY, "1"),
    ],
)
def test_tickets_of_nobody_are_none(ticket: Ticket) -> None:
    assert not emptied().admits(FORM, HERE, ticket, 0)


def test_who_cannot_work_waits_and_so_many_at_a_time() -> None:
    gate = emptied()
    gate._free = Stores(0, 0)
    forms = [name(number) for number in range(PATIENT_BURST + 1)]
    tickets = [unsolved(gate.ask(form, HERE, 0)) for form in forms]
    assert not gate.admits(forms[0], HERE, tickets[0], PATIENCE_S - 1)
    pairs = zip(forms, tickets, strict=True)
    let = [gate.admits(form, HERE, ticket, PATIENCE_S) for form, ticket in pairs]
    assert let == [True] * PATIENT_BURST + [False]
    assert gate.admits(forms[-1], HERE, tickets[-1], PATIENCE_S + 1 / PATIENT_PER_S)


def test_pressing_the_button_early_does_not_begin_the_wait_again() -> None:
    gate = emptied()
    ticket = gate.ask(FORM, HERE, 0)
    assert gate.ask(FORM, HERE, 30, msgspec.structs.replace(ticket, work="5")) == ticket


def test_many_addresses_together_have_to_work_too() -> None:
    gate = Gatekeeper(SECRET)
    let = sum(gate.admits(name(n), f"10.{n // 250}.{n % 250}.1", None, 0) for n in range(7000))
    assert let == ALL_BURST


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("", "unknown", False),
    ],
)
def test_what_counts_as_one_address(one: str, other: str, *, same: bool) -> None:
    assert (network(one) == network(other)) is same


def test_a_number_that_is_none_is_no_work() -> None:
    ticket = Gatekeeper(SECRET, 1).ask(FORM, HERE, 0)
    for work in ("", "x", "-1", "9" * 13, "\u0663", "1 "):
        assert not worked(msgspec.structs.replace(ticket, work=work))


def test_addresses_without_end_fill_no_memory() -> None:
    stores = Stores(1, 0)
    for number in range(KNOWN + 10):
        stores.take(str(number), 0)
    assert len(stores._known) == KNOWN


def test_tickets_without_end_fill_no_memory_and_none_counts_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rates, "SPENT", 50)
    spent = Spent()
    tickets = [Ticket(second, name(second)) for second in range(200)]
    for ticket in tickets:
        spent.add(ticket, 200)
    assert len(spent._marks) == 50
    assert all(spent.has(ticket) for ticket in tickets)
    assert not spent.has(Ticket(199, name(999)))


def test_tickets_that_are_good_no_longer_are_forgotten() -> None:
    spent = Spent()
    spent.add(Ticket(0, name(1)), 0)
    spent.add(Ticket(GOOD_S + 5, name(2)), GOOD_S + 5)
    assert [*spent._marks] == [name(2)]


def test_a_clock_that_goes_back_gives_nothing_and_takes_nothing() -> None:
    stores = Stores(2, 1)
    assert stores.take("a", 100)
    assert stores.take("a", 0)
    assert not stores.take("a", 0)


def test_asking_from_many_threads_at_once_gives_no_more() -> None:
    gate, let = Gatekeeper(SECRET), list[bool]()

    def ask() -> None:
        let.extend(gate.admits(FORM, HERE, None, 0) for _ in range(BURST))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(let) == BURST


def test_what_an_address_has_drawn_is_bounded_and_comes_back() -> None:
    gate = Gatekeeper(SECRET)
    assert sum(gate.draws(HERE, 0) for _ in range(2 * DRAWN_BURST)) == DRAWN_BURST
    assert gate.draws("10.0.0.2", 0)
    assert gate.draws(HERE, 1 / DRAWN_PER_S)
    assert not gate.draws(HERE, 1 / DRAWN_PER_S)
