"""`collector case` and `collector trace`, each a process of its own: the shell is no way round."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest

from collector import clock
from collector.cases.entries import Act
from collector.cases.register import Opening
from collector.cases.roles import Role
from collector.grants import Grants
from tests.collector.vault.conftest import DAY, HOUR, town
from tests.collector.vault.test_desk import AT, LAN, Office, found, number, office
from tests.collector.vault.test_referring import elsewhere
from tests.collector.web.conftest import CONFIG, PASSWORD

__all__ = ["office", "town"]  # the vault's own fixtures

ONSET = (AT + 7 * HOUR) // DAY
REACH = {
    "lan": (Role.DISTRICT, Grants()),
    "xa": (Role.COMMUNE, Grants(areas=("a-g1",))),
    "xa-g1": (Role.COMMUNE, Grants(areas=("a-g1",), places=("p-g1",))),
    "xa-khac": (Role.COMMUNE, Grants(areas=("a-g2",))),
    "auditor": (Role.AUDITOR, Grants()),
    "worker": (Role.OPERATOR, Grants()),
    "moi": (Role.DISTRICT, Grants()),
}
UNREADY = "moi"
HASHER = "django.contrib.auth.hashers.PBKDF2PasswordHasher"
REFUSED = "login-refused: Tên, mật khẩu hoặc mã này không cho vào được"
COMMAND = (str(Path(sys.executable).with_name("collector")),)

pytestmark = [
    pytest.mark.parametrize("town", ["sqlite"], indirect=True),
    pytest.mark.timeout(180),  # many processes, on a busy machine
]


class Shell:
    """A terminal at which officers with accounts, and others, type commands."""

    def __init__(self, office: Office, site: Path) -> None:
        self.office, self.codes = office, dict[str, list[str]]()
        office.now = clock.wall_ms()
        self.config = site / "shell.toml"
        self.config.write_text(f'{CONFIG}[vault]\nsocket = "{office.path}"\n', encoding="utf-8")

    def enrol(self) -> None:
        """Make the accounts, and set all but one up as their holders do on the pages."""
        from collector.web import accounts, factors  # noqa: PLC0415  # needs the settings
        from collector.web.models import Officer  # noqa: PLC0415  # the same

        now_ms = clock.wall_ms()
        for name, (role, reach) in REACH.items():
            accounts.add(name, PASSWORD, role, reach)
            officer, secret = Officer.objects.get(username=name), factors.fresh()
            if name != UNREADY:
                officer.must_change = False
                officer.save()
                code = pyotp.TOTP(secret).at(now_ms // 1000)
                self.codes[name] = [*factors.install(officer, secret, code, now_ms)]

    def type(
        self, name: str, *words: str, lines: tuple[str, ...] | None = None, language: str = "vi"
    ) -> tuple[int, str]:
        """Return how a command in that account's name ends, and what it says."""
        typed = (PASSWORD, self.codes[name].pop()) if lines is None else lines
        done = subprocess.run(
            [*COMMAND, *words, "--officer", name, "--config", str(self.config)],
            input="".join(f"{line}\n" for line in typed),
            env={"GATE_LANG": language, "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def unlocked(self, *, locked: bool = False) -> None:
        """Let every account try again, or none."""
        from collector.web.models import Officer  # noqa: PLC0415  # needs the settings

        Officer.objects.update(otp_wrong=0, locked=locked)

    def case(self) -> int:
        """Open a case on the pages, with one index person."""
        said = Opening(
            "BN 12", "Quyết định 5", "a-g1", self.office.now + DAY, ONSET, ONSET, {"min_minutes": 1}
        )
        case = self.office.vault.open_case(LAN, said).number
        self.office.vault.add_index(LAN, case, (found(self.office, case, number(1)),))
        return case


@pytest.fixture
def shell(office: Office, site: Path) -> Iterator[Shell]:
    from django.test import override_settings  # noqa: PLC0415  # needs the settings

    from collector.web.models import Officer  # noqa: PLC0415  # the same

    made = Shell(office, site)
    with override_settings(PASSWORD_HASHERS=[HASHER]):
        made.enrol()
    yield made
    Officer.objects.all().delete()


def commands(case: int) -> dict[str, tuple[str, ...]]:
    return {
        "list": ("case", "list"),
        "show": ("case", "show", str(case)),
        "open": ("case", "open", "--ref", "BN 13", "--ground", "QĐ 6", "--area", "a-g1"),
        "refer": ("case", "refer", str(case)),
        "take-up": ("case", "take-up", str(case)),
        "close": ("case", "close", str(case)),
        "trace": ("trace", str(case)),
    }


def test_without_an_account_its_password_and_its_code_no_command_answers(shell: Shell) -> None:
    case = shell.case()
    before, code = shell.office.acts(), shell.codes["lan"][0]
    wrong: list[tuple[str, tuple[str, ...]]] = [
        ("nobody", (PASSWORD, code)),
        ("lan", ("mat-khau-khac-2026", code)),
        ("xa", (PASSWORD, code)),  # another's
    ]
    tries = [(words, *each) for words in commands(case).values() for each in wrong]
    for words, name, lines in (*tries, (("case", "list"), "lan", ())):
        shell.unlocked()
        status, said = shell.type(name, *words, lines=lines)
        assert (status, said.splitlines()[0]) == (2, REFUSED)
        assert "BN 12" not in said
    assert shell.office.acts() == before


def test_a_role_that_may_not_and_a_case_of_another_area_are_refused(shell: Shell) -> None:
    case = shell.case()
    before = len(shell.office.acts())
    for which, words in commands(case).items():
        for name in ("worker", "auditor", "xa-khac"):
            status, said = shell.type(name, *words)
            if (name, which) == ("xa-khac", "list"):
                assert (status, said.strip()) == (0, "bạn không có hồ sơ nào")
            else:
                assert (status, said.split(":")[0] in ("not-allowed", "case-unknown")) == (2, True)
            assert "BN 12" not in said
    assert set(shell.office.acts()[before:]) == {Act.REFUSED}
    assert len(shell.office.vault.cases(LAN)) == 1
    assert not shell.office.vault.case(LAN, case).closed_ms


def test_an_officer_opens_shows_traces_and_closes_a_case_in_their_own_name(shell: Shell) -> None:
    case, office = shell.case(), shell.office
    status, said = shell.type("xa", "case", "show", str(case))
    assert status == 0
    assert f"hồ sơ {case}: BN 12, địa bàn a-g1, mở đến" in said
    assert "1 người bệnh, 0 người tiếp xúc trong danh sách" in said
    status, said = shell.type("lan", "trace", str(case))
    assert (status, "1 người tiếp xúc" in said) == (0, True)
    assert "F1 " in said
    assert "Mẫu" not in said
    status, said = shell.type("lan", "trace", str(case), "--json")
    (contact,) = json.loads(said)["contacts"]
    assert 58 * 60_000 <= contact["most_ms"] <= 60 * 60_000
    status, said = shell.type("lan", *commands(case)["open"], "--json")
    made = json.loads(said)["case"]
    assert (status, made["opened_by"], made["is_open"]) == (0, "lan", True)
    status, said = shell.type("lan", *commands(case)["close"], language="en")
    assert (status, f"case {case}: BN 12, area a-g1, closed since" in said) == (0, True)
    status, said = shell.type("lan", "trace", str(case))
    assert (status, said.split(":")[0]) == (2, "case-closed")
    rows = office.casework.audit.rows()
    acts = [Act.TRACED, Act.TRACED, Act.CASE_OPENED, Act.CASE_CLOSED]
    assert [row.act for row in rows][-4:] == acts
    assert {row.officer for row in rows[-4:]} == {"lan"}


def test_what_lies_beyond_is_handed_over_and_taken_up(shell: Shell) -> None:
    case = shell.case()
    elsewhere(shell.office, 1, 4, 5)
    status, said = shell.type("lan", "case", "refer", str(case))
    assert (status, said.splitlines()[0].split(":")[0]) == (2, "referral-refused")
    assert "không có gì ngoài phạm vi của bạn" in said
    told = f"đã bàn giao cho huyện: hồ sơ {case}, 1 địa điểm, 2 người, bởi xa-g1 lúc "
    status, said = shell.type("xa-g1", "case", "refer", str(case))
    assert (status, said.startswith(told), "chưa có ai nhận" in said) == (0, True, True)
    assert shell.type("xa-g1", "case", "take-up", str(case))[0] == 2
    assert told not in shell.type("xa-g1", "case", "list")[1]
    assert shell.type("lan", "case", "list")[1].startswith(told)
    (waits,) = json.loads(shell.type("lan", "case", "list", "--json")[1])["waiting"]
    assert (waits["case"], waits["people"], waits["taken_ms"]) == (case, 2, 0)
    status, said = shell.type("lan", "case", "take-up", str(case), "--json")
    assert (status, json.loads(said)["referral"]["taken_by"]) == (0, "lan")
    said = shell.type("xa-g1", "case", "show", str(case), language="en")[1]
    assert f"handed over to the district: case {case}, 1 places, 2 people, by xa-g1 on" in said
    assert "; taken up by lan on" in said
    assert json.loads(shell.type("lan", "case", "list", "--json")[1])["waiting"] == []
    assert Act.OPENED not in shell.office.acts()


def test_a_code_counts_once_and_who_is_locked_or_not_set_up_is_not_let_in(shell: Shell) -> None:
    code, other = shell.codes["lan"][:2]
    assert shell.type("lan", "case", "list", lines=(PASSWORD, code))[0] == 0
    assert shell.type("lan", "case", "list", lines=(PASSWORD, code))[0] == 2
    shell.unlocked(locked=True)
    status, said = shell.type("lan", "case", "list", lines=(PASSWORD, other))
    assert (status, said.splitlines()[0]) == (2, REFUSED)
    status, said = shell.type(UNREADY, "case", "list", lines=(PASSWORD, ""))
    assert (status, said.split(":")[0]) == (2, "login-unready")
