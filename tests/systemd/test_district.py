"""The district's units: one user each, walls between them, and a configuration that fits them."""

import configparser
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from collector import config
from collector.up import programs
from tests.conftest import left_out

FOLDER = Path(__file__).resolve().parents[2] / "systemd/district"
UNITS = {each.stem: each for each in FOLDER.glob("gate-*.service")}
OWNER = "gate-intake"
"""Of a ledger in a file: who deletes from it is the same user."""
WITHOUT_NETWORK = {"gate-vault", "gate-desk", "gate-dispatch", "gate-retention", "gate-backup"}
TIMED = {"gate-retention", "gate-backup"}
BACKUP = "gate-backup"
"""Runs as root, without a network: it reads what each of the others keeps for itself."""
ASKED = {"gate-vault", "gate-desk", "gate-dispatch"}
"""Who looks at the user of whoever asks."""


def settings(path: Path) -> configparser.ConfigParser:
    found = configparser.ConfigParser(strict=False, interpolation=None)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read_string(path.read_text())
    return found


def service(name: str) -> configparser.SectionProxy:
    return settings(UNITS[name])["Service"]


def words(name: str, key: str) -> set[str]:
    return set(service(name).get(key, "").split())


def test_each_process_of_a_district_has_a_unit() -> None:
    assert {f"gate-{each.name}" for each in programs.TABLE} == set(UNITS)
    target = (FOLDER / "gate-district.target").read_text()
    assert "WantedBy=multi-user.target" in target
    for name in set(UNITS) - TIMED:
        assert settings(UNITS[name])["Install"]["WantedBy"] == "gate-district.target"
        assert settings(UNITS[name])["Unit"]["PartOf"] == "gate-district.target"
    for name in TIMED:
        timer = settings(FOLDER / f"{name}.timer")
        assert timer["Timer"]["Persistent"] == "yes"
        assert timer["Install"]["WantedBy"] == "gate-district.target"


def test_each_unit_runs_the_command_of_its_row() -> None:
    for program in programs.TABLE:
        ran = " ".join(service(f"gate-{program.name}")["ExecStart"].split())
        if program.takes_config:
            _, *own = program.command(None)  # type: ignore[arg-type]  # ours ask nothing of it
            assert f"/bin/collector {' '.join(own)} --config " in ran
        else:
            assert "-m broker " in ran


def test_a_broker_for_a_home_assistant_is_the_same_with_a_word_more() -> None:
    path = FOLDER / "home-assistant.conf"
    more, usual = (
        [word for word in found["ExecStart"].split() if word != "\\"]  # which joins two lines
        for found in (settings(path)["Service"], service("gate-broker"))
    )
    assert more == [*usual, "--home-assistant"]
    # The unit's own command is taken away first: systemd runs no service with two.
    first, *_ = re.findall(r"^ExecStart=(.*)$", path.read_text(), re.MULTILINE)
    assert first == ""
    asked = subprocess.run(
        [sys.executable, "-m", "broker", "--help"], capture_output=True, text=True, check=True
    )
    assert "--home-assistant" in asked.stdout


def test_no_two_processes_are_one_user() -> None:
    users = [service(name)["User"] for name in UNITS if name not in TIMED]
    assert sorted(users) == sorted(set(UNITS) - TIMED)
    assert service("gate-retention")["User"] == OWNER
    assert settings(FOLDER / "postgres.conf")["Service"]["User"] == "gate-retention"
    known = set(re.findall(r"^[ug] (\S+)", _text("sysusers.d/gate-district.conf"), re.MULTILINE))
    for name in set(UNITS) - {BACKUP}:
        groups = words(name, "SupplementaryGroups") | words(name, "Group")
        assert groups | {service(name)["User"]} <= known


def test_no_folder_has_two_writers() -> None:
    owned = {
        name: words(name, "StateDirectory") for name in UNITS if service(name)["User"] != OWNER
    }
    folders = [folder for each in owned.values() for folder in each]
    assert len(folders) == len(set(folders))
    assert words("gate-intake", "StateDirectory") == words("gate-retention", "StateDirectory")
    assert "gate-ledger" not in folders


def test_retention_alone_says_by_which_time_is_deleted_and_all_who_delete_may_read_it() -> None:
    told = config.load(FOLDER / "collector.toml").believed
    row = re.search(rf"^d {told.parent}\s+(\d+) root\s+(\S+)", _tmpfiles(), re.MULTILINE)
    assert row is not None
    assert row.groups() == ("2775", "gate-retention")
    for name in UNITS:
        is_retention = name == "gate-retention"
        assert ("gate-retention" in words(name, "SupplementaryGroups")) is is_retention
        assert (f"-{told.parent}" in words(name, "ReadWritePaths")) is is_retention
        assert not {f"-{told.parent}", f"-{told.parent.parent}"} & words(name, "InaccessiblePaths")


@pytest.mark.parametrize("name", sorted(set(UNITS) - {"gate-vault", BACKUP}))
def test_nobody_sees_the_vaults_folder_nor_what_else_is_not_theirs(name: str) -> None:
    closed = words(name, "InaccessiblePaths")
    assert "-/var/lib/gate-vault" in closed
    own = words(name, "StateDirectory")
    assert not {f"-/var/lib/{each}" for each in own} & closed
    assert service(name)["ProtectSystem"] == "strict"
    readers = {"gate-web", "gate-intake", "gate-dispatch", "gate-retention", "gate-home-assistant"}
    if name not in readers:
        assert "-/var/lib/gate-ledger" in closed
        assert "gate-ledger" not in words(name, "SupplementaryGroups")
    if name != "gate-web":
        assert "-/var/lib/gate-web" in closed


@pytest.mark.parametrize("name", sorted(UNITS))
def test_who_needs_no_network_has_none(name: str) -> None:
    families = words(name, "RestrictAddressFamilies")
    assert (families == {"AF_UNIX"}) is (name in WITHOUT_NETWORK)
    assert (service(name).get("PrivateNetwork") == "yes") is (name in WITHOUT_NETWORK)
    # Whoever looks at who asks must see other users' names.
    assert ("PrivateUsers" in service(name)) is (name not in ASKED | {BACKUP})


def test_keys_are_read_by_their_process_alone() -> None:
    rows = re.findall(r"^d (/etc/gate-district/\S+)\s+(\d+) root (\S+)", _tmpfiles(), re.MULTILINE)
    folders = {path.rpartition("/")[2]: (mode, group) for path, mode, group in rows}
    own = ("broker", "intake", "enrol", "desk", "dispatch", "web", "public", "home-assistant")
    for name in own:
        assert folders[name] == ("2750", f"gate-{name}")
        others = [each for each in UNITS if each != f"gate-{name}"]
        others = [each for each in others if service(each)["User"] != f"gate-{name}"]
        assert all(f"gate-{name}" not in words(each, "SupplementaryGroups") for each in others)


def test_the_configuration_beside_the_units_fits_them(tmp_path: Path) -> None:
    found = config.load(FOLDER / "collector.toml")
    absent = [each.name for each in programs.absent(found)]
    assert absent == ["broker", "home-assistant"]  # a unit of its own; nobody's until asked for
    condition = settings(UNITS["gate-home-assistant"])["Unit"]["ConditionPathExists"]
    assert condition == "/etc/gate-district/keys/home-assistant/ca.pem"
    assert found.ledger.file.parent == Path("/var/lib/gate-ledger")
    assert found.vault_state == Path("/var/lib/gate-vault")
    assert found.vault_socket.parent == Path("/run/gate-vault")
    assert found.web.state == Path("/var/lib/gate-web")
    assert found.issuing is not None
    assert found.issuing.state == Path("/var/lib/gate-desk")
    assert found.dispatch is not None
    assert found.dispatch.state == Path("/var/lib/gate-dispatch")
    assert found.enrol is not None
    assert found.enrol.state == Path("/var/lib/gate-enrol")
    assert found.withdrawn == Path("/var/lib/gate-road/withdrawn")
    assert str(found.withdrawn) in service("gate-broker")["ExecStart"]
    # With every line that is there to be taken up, it is still one.
    text = (FOLDER / "collector.toml").read_text()
    whole = re.sub(r"^# (\w+ = )(?!\"host=)", r"\1", text, flags=re.MULTILINE)
    (tmp_path / "collector.toml").write_text(whole)
    taken = config.load(tmp_path / "collector.toml")
    assert taken.web.secure
    assert taken.public.secure
    assert taken.web.certificate == Path("/etc/gate-district/tls/web/fullchain.pem")


def test_it_is_laid_into_a_system_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    if os.geteuid() or not shutil.which("systemd-sysusers"):
        left_out("root and systemd are needed")
    (tmp_path / "etc").mkdir()
    own = tmp_path / "etc/gate-district/collector.toml"
    for _ in range(2):
        done = subprocess.run(
            [FOLDER / "install", tmp_path], check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        own.write_text(own.read_text() + "# ours\n")
    assert own.read_text().count("# ours") == 2
    users = (tmp_path / "etc/passwd").read_text()
    assert all(f"{name}:" in users for name in set(UNITS) - {BACKUP})
    wanted = tmp_path / "etc/systemd/system/gate-district.target.wants"
    assert {each.name for each in wanted.iterdir()} == {
        *(f"{name}.service" for name in set(UNITS) - TIMED),
        *(f"{name}.timer" for name in TIMED),
    }
    key = (tmp_path / "etc/gate-district/keys/desk").stat()
    assert stat.S_IMODE(key.st_mode) == 0o2750


class Tls:
    """The folders that take certificates, and the folder that a renewal leaves."""

    def __init__(self, folder: Path) -> None:
        self.tls, self.lineage = folder / "tls", folder / "live"
        for each in (self.tls / "web", self.tls / "public", self.lineage):
            each.mkdir(parents=True)
        self.renewed("1")

    def renewed(self, mark: str) -> None:
        for name in ("privkey.pem", "fullchain.pem"):
            (self.lineage / name).write_text(f"{name} {mark}")
            (self.lineage / name).chmod(0o600)

    def take(self, *pages: str) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "TLS": str(self.tls), "RENEWED_LINEAGE": str(self.lineage)}
        return subprocess.run(
            [FOLDER / "take-certificate", *pages],
            check=False,
            capture_output=True,
            text=True,
            env=environment,
        )

    def held(self, pages: str) -> dict[str, str]:
        return {path.name: path.read_text() for path in (self.tls / pages).iterdir()}


@pytest.fixture
def tls(tmp_path: Path) -> Tls:
    return Tls(tmp_path)


def test_a_renewed_certificate_is_handed_to_the_pages_named_and_readable_by_them(tls: Tls) -> None:
    assert tls.take("web").returncode == 0
    pair = {"privkey.pem": "privkey.pem 1", "fullchain.pem": "fullchain.pem 1"}
    assert tls.held("web") == pair
    assert tls.held("public") == {}
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tls.tls / "web").iterdir()}
    assert modes == {0o640}
    tls.renewed("2")
    assert tls.take("web", "public").returncode == 0
    assert tls.held("web") == tls.held("public") != pair


@pytest.mark.parametrize("pages", [(), ("nobody",), ("web", "nobody")])
def test_pages_that_are_not_there_get_nothing_and_it_says_so(
    tls: Tls, pages: tuple[str, ...]
) -> None:
    done = tls.take(*pages)
    assert done.returncode != 0
    assert "take-certificate: " in done.stderr
    assert tls.held("web") == {}


def test_a_renewal_without_its_files_leaves_what_is_there(tls: Tls) -> None:
    tls.take("web")
    before = tls.held("web")
    (tls.lineage / "privkey.pem").unlink()
    assert tls.take("web").returncode != 0
    assert tls.held("web") == before


def _text(name: str) -> str:
    return (FOLDER / name).read_text()


def _tmpfiles() -> str:
    return _text("tmpfiles.d/gate-district.conf")
