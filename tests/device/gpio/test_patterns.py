"""The table of signals."""

import itertools
from collections.abc import Callable

import pytest

from device.flow import Signal
from device.gpio.patterns import (
    LENGTHENED,
    MINIMUM_MS,
    PATTERNS,
    Pattern,
    Step,
    hushed,
    length_ms,
    speaks_ms,
)

LONG_MS = 250
"""From here on a light or tone is taken for a long one."""

every = pytest.mark.parametrize("signal", list(Signal))


def lit(step: Step) -> bool:
    return step.green or step.red or step.amber


def rhythm(on: list[tuple[bool, int]]) -> str:
    """Return the short and long times for which something was on without a break."""
    runs = [(key, sum(ms for _, ms in run)) for key, run in itertools.groupby(on, lambda x: x[0])]
    return "".join("L" if ms >= LONG_MS else "s" for key, ms in runs if key)


def light(signal: Signal) -> str:
    return rhythm([(lit(step), step.ms) for step in PATTERNS[signal]])


def sound(signal: Signal) -> str:
    return rhythm([(step.hz > 0, step.ms) for step in PATTERNS[signal]])


def begins(pattern: Pattern) -> list[int]:
    """Return when each light begins, in ms."""
    found, since, was = [], 0, False
    for step in pattern:
        if lit(step) and not was:
            found.append(since)
        since, was = since + step.ms, lit(step)
    return found


def test_every_signal_has_a_pattern() -> None:
    assert PATTERNS.keys() == set(Signal)


@every
def test_every_pattern_ends(signal: Signal) -> None:
    assert all(0 < step.ms <= 2000 for step in PATTERNS[signal])
    assert length_ms(signal) <= 3000


def test_green_is_lit_for_what_is_stored_and_for_nothing_else() -> None:
    assert {s for s in Signal if any(step.green for step in PATTERNS[s])} == {Signal.ACCEPT}
    assert not any(step.red or step.amber for step in PATTERNS[Signal.ACCEPT])


def test_green_comes_with_the_first_step() -> None:
    assert PATTERNS[Signal.ACCEPT][0].green


def test_the_relay_opens_for_the_accepted_alone() -> None:
    assert {s for s in Signal if any(step.relay for step in PATTERNS[s])} == {Signal.ACCEPT}


def test_signals_differ_in_the_rhythm_of_their_lights_without_any_colour() -> None:
    rhythms = [light(signal) for signal in Signal if light(signal)]
    assert len(set(rhythms)) == len(rhythms) == len(Signal) - 2  # rest is dark, read is a tick


def test_signals_differ_in_the_rhythm_of_their_tones_without_any_pitch() -> None:
    rhythms = [sound(signal) for signal in Signal if sound(signal)]
    assert len(set(rhythms)) == len(rhythms)


def runs(
    signal: Signal, how: Callable[[Pattern], Pattern] = lambda pattern: pattern
) -> list[tuple[bool, int]]:
    """Return how long it is lit, dark, lit..."""
    steps = itertools.groupby(how(PATTERNS[signal]), lit)
    return [(on, sum(step.ms for step in run)) for on, run in steps]


@every
def test_nobody_has_to_guess_whether_a_light_was_short_or_long(signal: Signal) -> None:
    """Nor whether it was one light or two: the dark between them can be seen."""
    lights = [ms for on, ms in runs(signal) if on]
    assert all(ms <= 180 or ms >= 300 for ms in lights)
    assert all(ms >= 90 for on, ms in runs(signal) if not on and lights)


def test_a_door_that_waits_is_not_dark_before_the_attendant_is_called() -> None:
    assert length_ms(Signal.WAIT) == 3000 - 300


def test_rhythms_are_as_the_table_says() -> None:
    assert {signal.name: (light(signal), sound(signal)) for signal in Signal} == {
        "REST": ("", ""),
        "READ": ("", "s"),
        "ACCEPT": ("L", "L"),
        "REJECT": ("ssL", "sss"),
        "RETRY": ("ss", "ss"),
        "ATTENDANT": ("LsL", "LsL"),
        "OUT_OF_ORDER": ("ssssL", "ssss"),
        "STARTING": ("LLL", ""),
        "WAIT": ("sLsLsL", "sL"),
        "UNENROLLED": ("LL", ""),
        "ENROLLING": ("Lss", "Lss"),
        "IDENTIFY": ("s" * 10, "s" * 10),
        "JOIN_BUTTON": ("LLs", "LLs"),
        "JOIN_FOREIGN": ("LLss", "LLss"),
        "JOIN_EXPIRED": ("LLsss", "LLsss"),
        "JOIN_USED": ("LLssss", "LLssss"),
        "JOIN_PASSPHRASE": ("LLLs", "LLLs"),
        "JOIN_NO_WIFI": ("LLLss", "LLLss"),
        "JOIN_NO_NETWORK": ("LLLsss", "LLLsss"),
        "JOIN_PORTAL": ("LLLssss", "LLLssss"),
        "JOIN_SERVER": ("LLLsssss", "LLLsssss"),
        "JOIN_SILENT": ("LLLssssss", "LLLssssss"),
        "JOIN_FAULT": ("LLLLs", "LLLLs"),
    }


def test_accepted_and_refused_sound_high_and_low() -> None:
    accept = {step.hz for step in PATTERNS[Signal.ACCEPT] if step.hz}
    reject = {step.hz for step in PATTERNS[Signal.REJECT] if step.hz}
    assert min(accept) > 2 * max(reject)


@pytest.mark.parametrize("signal", [Signal.ACCEPT, Signal.REJECT, Signal.RETRY])
def test_an_answer_begins_all_its_lights_before_the_next_person_is_answered(
    signal: Signal,
) -> None:
    assert begins(PATTERNS[signal])[0] == 0
    assert begins(PATTERNS[signal])[-1] < speaks_ms(signal)


@every
def test_the_door_speaks_no_longer_than_its_signal(signal: Signal) -> None:
    assert 0 <= speaks_ms(signal) <= min(MINIMUM_MS, length_ms(signal))


@every
def test_in_quiet_hours_nothing_sounds_and_every_light_is_longer(signal: Signal) -> None:
    quiet = hushed(PATTERNS[signal])
    assert not any(step.hz for step in quiet)
    assert [step.ms for step in quiet] == [int(step.ms * 1.5) for step in PATTERNS[signal]]
    looks = [(step.green, step.red, step.amber, step.relay) for step in quiet]
    assert looks == [(s.green, s.red, s.amber, s.relay) for s in PATTERNS[signal]]


def test_in_quiet_hours_signals_differ_in_rhythm_as_ever() -> None:
    """What was short by day stays far from what was long."""
    lights = {
        signal: tuple(ms > LONG_MS * LENGTHENED for on, ms in runs(signal, hushed) if on)
        for signal in Signal
    }
    by_day = {signal: tuple(each == "L" for each in light(signal)) for signal in Signal}
    assert lights == by_day


@pytest.mark.parametrize("signal", [Signal.ACCEPT, Signal.REJECT, Signal.RETRY])
def test_in_quiet_hours_too_an_answer_begins_all_its_lights_in_time(signal: Signal) -> None:
    assert begins(hushed(PATTERNS[signal]))[-1] < speaks_ms(signal)
