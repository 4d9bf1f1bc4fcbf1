"""How wrong passwords are slowed down; time is stepped."""

from collector.web.throttle import LIMITS, REMEMBERED, WINDOW_S, Throttle

ME = ("officer", "192.0.2.1")


def guess(throttle: Throttle, times: int, guesser: tuple[str, str] = ME, at: float = 0.0) -> None:
    for _ in range(times):
        throttle.failed(guesser, at)


def test_a_few_slips_cost_nothing() -> None:
    throttle = Throttle()
    guess(throttle, LIMITS["pair"] - 1)
    assert throttle.wait_s(ME, 0.0) == 0


def test_too_many_wrong_passwords_must_wait_until_the_window_has_passed() -> None:
    throttle = Throttle()
    guess(throttle, LIMITS["pair"])
    assert throttle.wait_s(ME, 1.0) == WINDOW_S - 1
    assert throttle.wait_s(ME, WINDOW_S) == 0


def test_the_same_name_from_elsewhere_is_not_locked_out_by_a_stranger() -> None:
    throttle = Throttle()
    guess(throttle, LIMITS["pair"])
    assert throttle.wait_s(("officer", "192.0.2.2"), 1.0) == 0


def test_one_address_cannot_try_many_names() -> None:
    throttle = Throttle()
    for number in range(LIMITS["address"]):
        throttle.failed((f"name{number}", "192.0.2.1"), 0.0)
    assert throttle.wait_s(("another", "192.0.2.1"), 1.0) > 0


def test_a_right_password_forgets_the_slips() -> None:
    throttle = Throttle()
    guess(throttle, LIMITS["pair"] - 1)
    throttle.succeeded(ME)
    guess(throttle, 1)
    assert throttle.wait_s(ME, 0.0) == 0


def test_guessing_cannot_fill_the_memory() -> None:
    throttle = Throttle()
    for number in range(REMEMBERED):
        throttle.failed((f"name{number}", f"address{number}"), 0.0)
    assert len(throttle._wrong) == REMEMBERED
