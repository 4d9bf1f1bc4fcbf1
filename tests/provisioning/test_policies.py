"""A site's policy: what a person wrote, what it means, and what is signed."""

import datetime as dt
import json
from pathlib import Path

import pytest

from provisioning import cli, policies, policywords
from provisioning.authority import Authority
from provisioning.errors import PolicyInvalid
from provisioning.i18n import catalogue
from provisioning.roster import Gate, enter
from tests.wire.samples import ENTRIES
from wire import policy
from wire.keys import KeyEntry, Keyring, Use
from wire.policy import Does, Policy
from wire.record import Direction, Reason

SITE = "Chợ Mẫu"
LEAST = f'site = "{SITE}"\n'
FULL = """\
site = "Chợ Mẫu"
direction = "button"
gates_of_place = 1
outside_hours = "attendant"
clock_unsure = "refuse"
stale_list = "accept"
stale_after_h = 48
retention_h = 96
open_once = true

[[takes]]
kind = "pass"
signature = "checked"
classes = ["staff", "visitor"]

[[takes]]
kind = "id-card"
identity = "seen"

[hours]
closed = [2027-02-06]
openings = [
    { days = ["mon-fri", "sun"], from = "07:00", until = 17:30:00 },
]

[again]
rule = "hard"
timeout_min = 720
min_interval_s = 5
too_soon = "refuse"

[ceiling]
people = 200

[signals]
unknown-issuer = "reject"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "policy.toml"


def sign(home: Authority, file: Path, text: str, now: dt.datetime) -> Policy:
    """Sign what a person wrote, and return it as a gate reads it."""
    file.write_text(text, encoding="utf-8")
    path = policies.publish(home, policies.draft(home, file, now))
    return policy.unpack(path.read_bytes(), Keyring(home.public.keys), SITE)


def test_what_a_person_wrote_is_what_a_gate_reads(
    home: Authority, file: Path, now: dt.datetime
) -> None:
    found = sign(home, file, FULL, now)
    assert (found.site, found.issued) == (SITE, int(now.timestamp() * 1000))
    assert found.hours.closed == ("2027-02-06",)
    assert (found.hours.openings[0].closes, found.outside_hours) == ("17:30", Does.ATTENDANT)
    assert found.takes[0].classes == ("staff", "visitor")
    assert found.signals == {Reason.UNKNOWN_ISSUER: "reject"}


def test_json_is_as_good_as_toml(home: Authority, file: Path, now: dt.datetime) -> None:
    document = {"site": SITE, "hours": {"closed": ["2027-02-06"]}}
    found = sign(home, file, "\ufeff" + json.dumps(document), now)
    assert found.hours.closed == ("2027-02-06",)


def test_a_version_grows_by_itself_and_never_falls(
    home: Authority, file: Path, now: dt.datetime
) -> None:
    first = sign(home, file, LEAST, now).version
    assert first == 20261122_01
    assert sign(home, file, LEAST, now).version == first + 1
    assert sign(home, file, LEAST + f"version = {first + 9}", now).version == first + 9
    for old in (first, first + 9):
        with pytest.raises(PolicyInvalid, match="version"):
            sign(home, file, LEAST + f"version = {old}", now)
    tomorrow = now + dt.timedelta(days=1)
    assert sign(home, file, LEAST, tomorrow).version == 20261123_01


def test_a_lost_record_of_versions_takes_back_nothing(
    home: Authority, file: Path, now: dt.datetime
) -> None:
    first = sign(home, file, LEAST, now).version
    for path in (home.folder / "published").iterdir():
        path.write_bytes(b"{}")
    assert sign(home, file, LEAST, now + dt.timedelta(days=1)).version > first


def test_each_site_has_a_file_of_its_own(home: Authority, file: Path, now: dt.datetime) -> None:
    names = set()
    for site in ("Chợ Mẫu", "Cho Mau", "Đò", "../../etc/x", "x" * 200, "文"):
        file.write_text(f'site = "{site}"', encoding="utf-8")
        path = policies.publish(home, policies.draft(home, file, now))
        assert path.parent == home.folder / "published"
        names.add(path.name)
    assert len(names) == 6
    assert any(name.startswith("policy-cho-mau-") for name in names)
    sign(home, file, 'site = "Cho\u031b\u0323 Mẫu"', now)
    assert len(list((home.folder / "published").iterdir())) == 6


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "site: this field is missing"),
        ("site = ", "not TOML"),
        ("{", "not JSON"),
        ("\0", "not TOML"),
        (LEAST + 'hour = "x"', "hour: there is no such field"),
        (LEAST + 'takes = [{kind = "zalo"}]', "takes[0].kind: a value that cannot be used here"),
        (LEAST + 'zone = "Asia/Nowhere"', "zone: no such time zone"),
        (LEAST + 'again = {rule = "hard"}', "again.rule: hard needs"),
        (LEAST + "ceiling = {people = 9}", "ceiling: one that keeps people out needs"),
        (LEAST + 'signals = {expired = "accept"}', "signals: who may pass is shown green"),
        (LEAST + 'version = "2"', "version: a value that cannot be used here"),
        (LEAST + "version = 0", "version"),
        (
            LEAST + 'hours = {openings = [{days = ["mon"], from = "1", until = "2"}]}',
            "hours.openings[0]: a time is written as 07:30",
        ),
        ("x" * (policy.LIMIT + 1), "far too long"),
    ],
)
def test_what_is_wrong_is_said_by_name_and_signs_nothing(
    home: Authority, file: Path, capsys: pytest.CaptureFixture[str], text: str, says: str
) -> None:
    file.write_text(text, encoding="utf-8")
    assert cli.main(["policy", "--authority", str(home.folder), str(file)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("policy-invalid: ")
    assert says in said
    assert not (home.folder / "published").exists()


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_LANG", "en")


def test_bytes_that_are_no_text_are_no_policy(
    home: Authority, file: Path, now: dt.datetime
) -> None:
    file.write_bytes(b"site = '\xff'")
    with pytest.raises(PolicyInvalid, match="UTF-8"):
        policies.draft(home, file, now)


def enrol(home: Authority, gate: str, use: Use) -> None:
    key = KeyEntry(ENTRIES[use].kid, Use.RECORDS, ENTRIES[use].public)
    enter(home.folder, Gate(gate, SITE, "Xã Mẫu", "economy", (Direction.IN,), key))


def test_a_rule_for_one_gate_is_not_signed_for_a_place_with_two(
    home: Authority, file: Path, now: dt.datetime
) -> None:
    enrol(home, "cho-1", Use.RECORDS)
    assert sign(home, file, FULL, now).again.rule == "hard"
    enrol(home, "cho-2", Use.CARD)
    with pytest.raises(PolicyInvalid, match="gates_of_place"):
        sign(home, file, FULL, now)
    assert sign(home, file, LEAST, now).again.rule == "off"


def test_the_meaning_is_told_before_anything_is_signed(
    home: Authority, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(FULL, encoding="utf-8")
    here = ["policy", "--authority", str(home.folder), str(file)]
    assert cli.main([*here, "--check"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Chợ Mẫu",
        (
            "  Taken: passes of the authority, with a signature that is checked, of "
            "anyone; only the classes staff, visitor."
        ),
        (
            "  Taken: identity cards, also without a checked signature, of people "
            "whom staff has seen; so who shows one is always sent to the attendant."
        ),
        "  A button at the gate turns the way for the next person.",
        "  It is open Monday to Friday, Sunday from 07:00 to 17:30.",
        "  It is closed on 2027-02-06.",
        (
            "  Days and times are those of Asia/Ho_Chi_Minh. Who comes in outside them: ask for "
            "the attendant."
        ),
        "  Who enters twice or leaves twice is refused.",
        "  An entry without an exit is forgotten after 720 minutes.",
        "  Who comes again within 5 seconds: refuse.",
        "  When 200 people are inside: refuse.",
        "  When the gate's clock is unsure: refuse.",
        (
            "  When the list of withdrawn passes is missing or older than 48 hours: let pass and "
            "mark the scan."
        ),
        "  For “unknown-issuer” the door shows: red.",
        "  What is confirmed stays at the gate for 96 hours at least.",
        "  The district may open the door for one person by a command.",
        "No gate of that place is enrolled yet.",
    ]
    assert not (home.folder / "published").exists()
    enrol(home, "cho-1", Use.RECORDS)
    assert cli.main(here) == 0
    told = capsys.readouterr().out.splitlines()[-1]
    assert told.endswith("01, signed.")
    assert "published/policy-cho-mau-" in told


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    "text", [LEAST, FULL, LEAST + "takes = []", LEAST + 'hours={closed=["2027-02-06"]}']
)
def test_every_policy_can_be_told_in_both_languages(
    home: Authority, file: Path, now: dt.datetime, language: str, text: str
) -> None:
    file.write_text(text, encoding="utf-8")
    told = policywords.described(policies.draft(home, file, now), catalogue(language).gettext)
    assert all(told)
    assert not any("{" in each for each in told)
