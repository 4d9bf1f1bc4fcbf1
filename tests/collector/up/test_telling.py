"""What programs say, in one line each, whatever they say."""

from hypothesis import given
from hypothesis import strategies as st

from collector.up.process import called
from collector.up.telling import MOST, event, spelled, told


def test_an_event_is_read_as_a_person_reads_it() -> None:
    line = (
        '{"listed": ["a"], "url": "http://x/", "why": "two words", "event": "web.listening",'
        ' "level": "warning", "timestamp": "2026-11-28T00:00:00Z"}'
    )
    assert spelled(line) == 'warning: web.listening listed=["a"] url=http://x/ why="two words"'
    assert spelled('{"event": "vault.started", "level": "info"}') == "vault.started"
    assert spelled("broker: listening") == "broker: listening"


@given(st.text(max_size=4000))
def test_whatever_is_said_becomes_one_line(text: str) -> None:
    for line in (told("web", spelled(text)), told("web", text)):
        assert line.isprintable()
        assert line.startswith("web       ")
        assert len(line) <= MOST + 10


@given(st.text() | st.sampled_from(["{" * 5000, "[1]", '{"event": 1}', "{}", '{"a": "b"}']))
def test_what_is_no_event_is_none(text: str) -> None:
    assert event(text) == {} or isinstance(event(text)["event"], str)


def test_all_addresses_of_a_machine_are_told_by_its_names() -> None:
    names = ("trang.example.vn", "192.0.2.1")
    assert called("https://0.0.0.0:8443/", names) == (
        "https://trang.example.vn:8443/",
        "https://192.0.2.1:8443/",
    )
    for url in ("https://0.0.0.0:8443/", "http://[::]:8080/"):
        assert called(url, ()) == (url,)
    assert called("http://127.0.0.1:8080/", names) == ("http://127.0.0.1:8080/",)
