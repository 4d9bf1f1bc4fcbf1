"""The table of what runs: whole, in order, and by what the configuration has."""

import argparse
from pathlib import Path

import msgspec
import pytest

from collector import config
from collector.commands import serving
from collector.config import Config
from collector.up import programs
from tests.collector.web.conftest import CONFIG

ALL = """
[vault]
state = "vault"
[enrol]
address = "localhost:8443"
keys = "enrolment"
brokers = [{ host = "localhost" }]
state = "enrol"
[issuing]
keys = "issuing"
state = "desk"
[dispatch]
keys = "signing"
state = "dispatch"
[home_assistant]
host = "localhost"
ca = "ca.pem"
state = "home-assistant"
[backup]
folder = "shelf"
key = "backup-public.pem"
[up]
broker = "broker"
"""


@pytest.fixture
def whole(tmp_path: Path) -> Config:
    path = tmp_path / "collector.toml"
    without = CONFIG.partition("[vault]")[0]
    path.write_text(without + ALL, encoding="utf-8")
    return config.load(path)


def test_a_whole_district_has_every_row_and_nothing_is_absent(whole: Config) -> None:
    names = [each.name for each in programs.wanted(whole)]
    assert names == [
        *(
            "broker",
            "intake",
            "vault",
            "web",
            "enrol",
            "desk",
            "dispatch",
            "public",
            "home-assistant",
            "retention",
            "backup",
        ),
    ]
    assert programs.absent(whole) == ()


def test_what_a_district_has_not_is_named_with_its_reason(whole: Config) -> None:
    plain = msgspec.structs.replace(
        whole,
        enrol=None,
        issuing=None,
        dispatch=None,
        home_assistant=None,
        backup=None,
        vault=config.VaultConfig(),
        up=config.UpConfig(),
    )
    assert [each.name for each in programs.wanted(plain)] == ["intake", "web", "retention"]
    absent = programs.absent(plain)
    assert [each.name for each in absent] == [
        "broker",
        "vault",
        "enrol",
        "desk",
        "dispatch",
        "public",
        "home-assistant",
        "backup",
    ]
    assert all(each.absent for each in absent)


def test_practice_never_speaks_to_a_broker_and_never_deletes(whole: Config) -> None:
    web = msgspec.structs.replace(whole.web, practice=True)
    practice = msgspec.structs.replace(whole, web=web)
    absent = {each.name for each in programs.absent(practice)}
    assert absent == {"broker", "intake", "home-assistant", "retention", "backup"}


def test_every_command_that_serves_is_in_the_table() -> None:
    offered: list[str] = []

    def command(_: object, name: str, *_rest: object) -> argparse.ArgumentParser:
        offered.append(name)
        return argparse.ArgumentParser()

    serving.offer(None, command)
    assert set(offered) <= {each.name for each in programs.TABLE}


def test_only_our_own_commands_are_given_the_configuration(whole: Config) -> None:
    found = {each.name: programs.command(each, whole, "c.toml") for each in programs.TABLE}
    assert found["vault"][-4:] == ("vault", "run", "--config", "c.toml")
    assert "--config" not in found["broker"]
    assert found["broker"][found["broker"].index("--withdrawn") + 1] == str(whole.withdrawn)


def test_what_has_gone_goes_into_no_backup(whole: Config) -> None:
    """As the timers of systemd have it: retention first, and a row that is above."""
    names = [each.name for each in programs.TABLE]
    waits = {each.name: each.after for each in programs.wanted(whole) if each.after}
    assert waits == {"backup": "retention"}
    assert names.index("retention") < names.index("backup")


def test_the_broker_ends_after_everybody_who_speaks_to_it() -> None:
    assert [each.name for each in programs.TABLE if each.last] == ["broker"]
