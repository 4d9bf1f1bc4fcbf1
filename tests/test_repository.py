"""What holds for every file that is kept, whoever wrote it."""

import ast
import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
REGISTRIES = tuple(
    ".".join(parts)  # spelled so that this file does not hold what it looks for
    for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("debian", "org"))
)
LOCAL_PATHS = re.compile(r"(?<![\w.])/(?:work|tmp)/")
SECRETS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
RUN = re.MULTILINE | re.DOTALL
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


def tracked() -> list[Path]:
    """Return the files of the repository, as git knows them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    files = (ROOT / name for name in listed.stdout.split("\0") if name)
    return [path for path in files if path.is_file() and not path.is_symlink()]


def texts() -> list[tuple[Path, str]]:
    """Return every tracked file that is text, with its content."""
    read = ((path, path.read_bytes()) for path in tracked())
    return [(path, data.decode(errors="replace")) for path, data in read if b"\0" not in data]


def holding(wanted: re.Pattern[str]) -> list[str]:
    """Return file:line of each place that matches."""
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if wanted.search(line)
    ]


def test_no_file_names_a_package_registry() -> None:
    assert holding(re.compile("|".join(map(re.escape, REGISTRIES)))) == []


def test_no_file_names_a_folder_of_the_machine_it_was_written_on() -> None:
    assert holding(LOCAL_PATHS) == []


def test_no_private_key_is_kept() -> None:
    assert holding(SECRETS) == []


def test_every_python_file_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path, text in texts()
        if path.suffix == ".py" and len(ast.get_docstring(ast.parse(text)) or "") < len("A word.")
    ]
    assert silent == []


def test_no_file_promises_work_instead_of_doing_it() -> None:
    assert holding(re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")) == []


def test_the_licence_is_apache_2_to_the_letter() -> None:
    text = (ROOT / "LICENSE").read_bytes()
    assert hashlib.sha256(text).hexdigest() == (
        "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
    )


def test_the_locks_belong_to_the_project_file() -> None:
    check = subprocess.run(
        [sys.executable, "tools/lock.py", "--check"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (check.stdout, check.returncode) == ("", 0)


@pytest.mark.parametrize("machine", ["gate", "collector", "provision"])
def test_a_machine_gets_the_versions_that_were_tested(machine: str) -> None:
    tested = set(PIN.findall((ROOT / "locks" / "development.txt").read_text()))
    installed = set(PIN.findall((ROOT / "locks" / f"{machine}.txt").read_text()))
    assert installed
    assert installed <= tested


def test_every_pinned_package_is_known_by_its_hash() -> None:
    for path in (ROOT / "locks").iterdir():
        for pin in re.split(r"\n(?=[a-z])", path.read_text()):
            if PIN.match(pin):
                assert "--hash=sha256:" in pin, f"{path.name}: {pin.splitlines()[0]}"


def test_every_catalogue_has_its_compiled_half_and_both_languages() -> None:
    catalogues = {path for path in tracked() if path.suffix == ".po"}
    for path in catalogues:
        assert path.with_suffix(".mo").exists()
        other = {"vi": "en", "en": "vi"}[path.parts[-3]]
        assert path.parents[2] / other / path.parts[-2] / path.name in catalogues


def test_shell_scripts_can_be_run() -> None:
    plain = [
        str(path.relative_to(ROOT))
        for path, text in texts()
        if text.startswith("#!") and not path.stat().st_mode & 0o100
    ]
    assert plain == []


def test_every_decision_has_a_number_of_its_own_and_says_whether_it_is_in_force() -> None:
    paths = sorted((ROOT / "docs/decisions").glob("*.md"))
    numbers = [int(path.name.partition("-")[0]) for path in paths]
    begins = re.compile(r"# (\d+)\. .+\n\n\*(?:In force|Replaced by \d+)\.")
    heads = [begins.match(path.read_text(encoding="utf-8")) for path in paths]
    assert len(set(numbers)) == len(numbers)
    assert [int(each[1]) for each in heads if each] == numbers


def test_each_test_is_run_once() -> None:
    parts = re.search(
        r"^beside=\(.*?^tested\(\) \{.*?^\}$", (ROOT / "tools/lanes").read_text(), RUN
    )
    assert parts is not None
    tell = 'for name in "${beside[@]}" "${alone[@]}"; do tested "$name"; done'
    told = subprocess.run(
        ["bash", "-c", f"{parts[0]}\n{tell}"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    runs = [
        (re.findall(r"--ignore=(\S+)", each), re.findall(r"(?:^| )(t\S+)", each)) for each in told
    ]
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if re.fullmatch(r"tests/(.*/)?test_\w+\.py", name):
            by = [
                given
                for ignored, given in runs
                if any(map(name.startswith, given)) and not any(map(name.startswith, ignored))
            ]
            assert len(by) == 1, f"{name}: {by}"
