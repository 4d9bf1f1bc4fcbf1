"""Pin every package, with hashes, for each kind of machine: `make lock`.

uv's own lock file names the registry that packages came from. These requirement files hold
versions and hashes only, so each machine fetches them from wherever it is set up to look
(docs/decisions/0002-locks-without-addresses.md). Each file carries a digest of what was asked for
in pyproject.toml; `--check` compares the digests and needs no network.
"""

import hashlib
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "locks"
EVERYTHING = LOCKS / "development.txt"
MACHINES = {"gate": "gate", "collector": "collector", "provision": "provision", "camera": "pi"}
"""Lock file -> extra. `camera` is for the Debian tree of tools/tree: on a Raspberry Pi its own
archive brings those packages."""
OLDEST_PYTHON = "3.11"
MADE_BY = "# Made by `make lock` from pyproject.toml; do not edit.\n"
COMPILE = (
    "pip",
    "compile",
    "--quiet",
    "--universal",
    "--generate-hashes",
    "--no-header",
    f"--python-version={OLDEST_PYTHON}",
)


def main(arguments: list[str]) -> int:
    """Make the locks again, or only check that they belong to pyproject.toml."""
    asked = digest(tomllib.loads((ROOT / "pyproject.toml").read_text()))
    if arguments == ["--check"]:
        return _check(asked)
    LOCKS.mkdir(exist_ok=True)
    # Not the camera's packages: they are not tested here, and one has to be compiled.
    extras = [f"--extra={extra}" for name, extra in MACHINES.items() if name != "camera"]
    _compile(EVERYTHING, asked, [*extras, "--group=dev", *arguments])
    for name, extra in MACHINES.items():
        # Held to the versions that were tested together.
        constraint = f"--constraints={EVERYTHING.relative_to(ROOT)}"
        _compile(LOCKS / f"{name}.txt", asked, [f"--extra={extra}", constraint])
    _pin_uv()
    return 0


def digest(project: dict[str, object]) -> str:
    """Return a digest of everything in a pyproject.toml that says which packages are wanted."""
    about = project["project"]
    assert isinstance(about, dict)  # noqa: S101 - pyproject.toml is a form, not an input
    wanted = [
        about["requires-python"],
        about["dependencies"],
        about["optional-dependencies"],
        project["dependency-groups"],
        project["build-system"],
    ]
    return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()


def _compile(target: Path, asked: str, options: list[str]) -> None:
    """Write one lock. Versions already in it stay, unless the options ask for newer ones."""
    scratch = target.with_suffix(".new")
    if target.exists():
        scratch.write_bytes(target.read_bytes())
    _uv([*options, f"--output-file={scratch.relative_to(ROOT)}", "pyproject.toml"])
    pins = scratch.read_text().splitlines(keepends=True)
    head = [MADE_BY, _mark(asked)]
    target.write_text("".join([*head, *(line for line in pins if not line.startswith("#"))]))
    scratch.unlink()


def _pin_uv() -> None:
    """Pin uv itself, for machines that have none."""
    wanted = LOCKS / "uv.in"
    wanted.write_text("uv\n")
    _uv([f"--output-file={(LOCKS / 'uv.txt').relative_to(ROOT)}", "--no-annotate", "locks/uv.in"])
    wanted.unlink()


def _uv(options: list[str]) -> None:
    command = [os.environ.get("UV", "uv"), *COMPILE, *options]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603


def _check(asked: str) -> int:
    """Say which locks were made from another pyproject.toml."""
    names = [EVERYTHING, *(LOCKS / f"{name}.txt" for name in MACHINES)]
    stale = [path for path in names if not path.exists() or _mark(asked) not in path.read_text()]
    for path in stale:
        print(f"{path.relative_to(ROOT)} does not belong to this pyproject.toml: run `make lock`")
    return 1 if stale else 0


def _mark(asked: str) -> str:
    return f"# asked for: sha256:{asked}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
