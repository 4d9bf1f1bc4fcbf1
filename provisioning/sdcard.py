"""Memory cards: a boot partition that is mounted, or a whole image made from Raspberry Pi OS's own.

An image is made without root and without mounting anything: files are put into its FAT partition
by mtools, and a partition for what the gate keeps is appended behind a gap, into which Raspberry Pi
OS grows its root at the first start. The Pi's own kernel and firmware are those of the image.
"""

import lzma
import os
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

from provisioning import files
from provisioning.bootfiles import Tree
from provisioning.errors import CardUnusable, FileUnusable, ToolMissing
from provisioning.i18n import marked

SECTOR = 512
FAT = frozenset({0x0B, 0x0C, 0x0E})
LINUX = 0x83
FAR = b"\xfe\xff\xff"
"""A place that heads and cylinders cannot tell; nobody reads them any more."""
ENTRY = struct.Struct("<B3sB3sII")
TABLE, SIGNATURE = 446, b"\x55\xaa"
ROOT_ENDS = 8 * 2**30
"""Where the root stops growing: four times what Raspberry Pi OS Lite takes."""
STATE_BYTES = 256 * 2**20
"""Small in the image; it takes the rest of the card at the first start."""
LABEL = "gate-state"
CMDLINE = "cmdline.txt"
SERIAL = ("console=serial0", "console=ttyAMA", "console=ttyS")


def prepare(folder: Path, tree: Tree) -> None:
    """Write the files onto a boot partition that is mounted at `folder`.

    Raises CardUnusable if it is none of a Pi's, FileUnusable.
    """
    if not (folder / CMDLINE).is_file() or not (folder / "config.txt").is_file():
        raise CardUnusable(path=folder, detail=marked("it is no boot partition of a Raspberry Pi"))
    try:
        shutil.rmtree(folder / "gate", ignore_errors=True)
        for name, data in tree.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        line = folder / CMDLINE
        line.write_text(quiet(line.read_text()))
    except OSError as error:
        raise FileUnusable(path=folder, detail=error.strerror) from error


def build(base: Path, out: Path, tree: Tree) -> None:
    """Make the image `out` from a Raspberry Pi OS image (.img or .img.xz), whole or not at all.

    Raises CardUnusable for an image of another kind, ToolMissing, FileUnusable, also for the device
    of a memory card: an image is a file, and another program writes it onto cards.
    """
    files.spare(out)
    try:
        with files.workshop(out) as folder:
            new = folder / "image"
            _copy(base, new)
            boot = _boot_partition(new)
            _append_state(new)
            _put(new, boot, tree)
            new.replace(out)
    except OSError as error:
        path = base if error.filename == str(base) else out
        raise FileUnusable(path=path, detail=error.strerror) from error


def quiet(line: str) -> str:
    """Return the kernel's command line without a console at the serial line."""
    kept = [word for word in line.split() if not word.startswith(SERIAL)]
    return " ".join(kept) + "\n"


def partitions(image: Path) -> list[tuple[int, int, int]]:
    """Return kind, first sector and sectors of each entry of the table; raise CardUnusable."""
    with image.open("rb") as file:
        first = file.read(SECTOR)
    if len(first) < SECTOR or first[510:] != SIGNATURE:
        raise CardUnusable(path=image, detail=marked("it is no image of a memory card"))
    entries = [ENTRY.unpack_from(first, TABLE + number * ENTRY.size) for number in range(4)]
    return [(kind, start, count) for _flag, _from, kind, _to, start, count in entries]


def _copy(base: Path, new: Path) -> None:
    unpack = lzma.open if base.suffix == ".xz" else Path.open
    try:
        with unpack(base, "rb") as source, new.open("wb") as target:
            shutil.copyfileobj(source, target, 2**20)
    except (lzma.LZMAError, EOFError) as error:  # EOFError: it was not fetched to its end
        raise CardUnusable(path=base, detail=marked("it cannot be unpacked")) from error


def _boot_partition(image: Path) -> int:
    """Return where the boot partition begins, in bytes; raise CardUnusable for no Pi's image."""
    (kind, start, _count), (root, *_), third, fourth = partitions(image)
    if kind not in FAT or root != LINUX or third[0] or fourth[0]:
        detail = marked("it is no image of Raspberry Pi OS: a FAT and a Linux partition, no more")
        raise CardUnusable(path=image, detail=detail)
    _tool("mcopy")
    at = f"{image}@@{start * SECTOR}"
    if _run("mtype", "-i", at, f"::{CMDLINE}").returncode != 0:
        raise CardUnusable(path=image, detail=marked("it is no boot partition of a Raspberry Pi"))
    return start * SECTOR


def _append_state(image: Path) -> None:
    """Append the partition for what the gate keeps, behind a gap."""
    _kind, start, count = partitions(image)[1]
    begins = max(ROOT_ENDS // SECTOR, -(-(start + count) // 8192) * 8192)
    with tempfile.NamedTemporaryFile(dir=image.parent) as made:
        os.truncate(made.name, STATE_BYTES)
        _must("mkfs.ext4", "-q", "-L", LABEL, "-m", "0", made.name)
        with image.open("r+b") as file:
            file.truncate(begins * SECTOR + STATE_BYTES)
            file.seek(begins * SECTOR)
            _copy_sparse(Path(made.name), file.fileno(), begins * SECTOR)
            entry = ENTRY.pack(
                0, b"\xfe\xff\xff", LINUX, b"\xfe\xff\xff", begins, STATE_BYTES // SECTOR
            )
            os.pwrite(file.fileno(), entry, TABLE + 2 * ENTRY.size)
            os.fsync(file.fileno())


def _copy_sparse(source: Path, target: int, at: int) -> None:
    """Copy what is not zero."""
    with source.open("rb") as file:
        while chunk := file.read(2**16):
            if chunk.strip(b"\0"):
                os.pwrite(target, chunk, at)
            at += len(chunk)


def _put(image: Path, boot: int, tree: Tree) -> None:
    """Put the files into the FAT partition that begins at `boot`."""
    at = f"{image}@@{boot}"
    line = _run("mtype", "-i", at, f"::{CMDLINE}").stdout.decode("ascii", "replace")
    with tempfile.TemporaryDirectory(dir=image.parent) as name:
        folder = Path(name)
        for path, data in (tree | {CMDLINE: quiet(line).encode()}).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        _run("mdeltree", "-i", at, "::gate")
        for each in sorted(folder.iterdir()):
            _must("mcopy", "-i", at, "-s", "-o", str(each), "::")


def _must(*command: str) -> None:
    done = _run(*command)
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise CardUnusable(path=command[-1], detail=said[-1] if said else command[0])


def _run(*command: str) -> "subprocess.CompletedProcess[bytes]":
    program = _tool(command[0])
    return subprocess.run(  # noqa: S603  (tools of the system, and names from above)
        [program, *command[1:]], check=False, stdin=subprocess.DEVNULL, capture_output=True
    )


def _tool(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        raise ToolMissing(name=name)
    return found
