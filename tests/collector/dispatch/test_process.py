"""`collector dispatch` for real: a socket for its users, and keys that nobody else reads."""

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from collector.dispatch import client
from collector.dispatch.keys import held
from collector.errors import CommandOpen, DispatchAway, DispatchUnset, KeyUnreadable
from tests.collector.dispatch.conftest import COMMAND, OFFICER, SITE, District
from tests.device.doorstep import KEYS
from tests.waiting import until
from wire.keys import Use


def lay(folder: Path, name: str, key: Ed25519PrivateKey) -> None:
    folder.mkdir(exist_ok=True)
    form = Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    (folder / name).write_bytes(key.private_bytes(*form))


def running(home: District) -> "subprocess.Popen[bytes]":
    lay(home.folder / "keys", "command.pem", COMMAND)
    lay(home.folder / "keys", "policy.pem", KEYS[Use.POLICY])
    command = [str(Path(sys.executable).with_name("collector")), "dispatch", "--config"]
    return subprocess.Popen([*command, str(home.folder / "collector.toml")])


def test_it_answers_over_its_socket_publishes_and_goes_on_after_a_kill(tmp_path: Path) -> None:
    home = District(tmp_path, 'path = "ledger.db"', 2)
    home.open()
    asked = client.dispatching(tmp_path / "dispatch/socket")
    with pytest.raises(DispatchAway):
        asked.sites(OFFICER)

    def answers() -> bool:
        try:
            return len(asked.sites(OFFICER)) == 1
        except DispatchAway:
            return False

    for turn in range(2):
        process = running(home)
        until(answers)
        if not turn:
            asked.order(OFFICER, "g1", "identify")
            draft = asked.draft(OFFICER, SITE)
            rules = {**draft.document, "open_once": True}
            asked.save(OFFICER, SITE, draft.revision, rules)
        with pytest.raises(CommandOpen):
            asked.order(OFFICER, "g1", "restart")
        assert asked.draft(OFFICER, SITE).document["open_once"] is True
        assert (home.config.outgoing / "g1/command").exists()
        process.terminate() if turn else process.kill()
        assert process.wait(60) == (0 if turn else -9)
    home.close()


def test_without_keys_or_a_table_it_is_one_sentence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(KeyUnreadable):
        held(tmp_path)
    home = District(tmp_path, 'path = "ledger.db"', 1)
    text = home.folder / "collector.toml"
    text.write_text(text.read_text().partition("[dispatch]")[0])
    assert running(home).wait(60) == 2
    assert DispatchUnset.code in capfd.readouterr().err
