"""Carries what a network would, on a USB stick: for gates where there is none.

    gate/<gate>/request.json        leaves: the gate's request, as on the boot partition
    gate/<gate>/export-<n>.jsonl    leaves: what the district has not confirmed, sealed and signed
    gate/<gate>/result.txt          leaves: what came of it, in words
    gate/<gate>/enrolment.json      arrives, and so does what follows
    gate/<gate>/policy.json  gate/<gate>/site.json  gate/<gate>/proof.jsonl
    gate/all/signers.json    gate/all/list-<key>

A stick may hold anything: links, devices, files without end. Only these names are looked at, only
plain files of a bounded size are read, and none is believed here: what arrives is laid where the
uplink lays it, and the scanner checks every signature.
"""

import itertools
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog

from device import config, plainfile
from device.enrol import held, root_key
from device.errors import GateError, ProofRefused
from device.flow import Instant
from device.holdings import Holdings
from device.i18n import _, detail
from device.setup import admission
from wire import policy as policies
from wire import signers, site, statuslist

log = structlog.get_logger()

TOP, ALL, RESULT, PROOF = "gate", "all", "result.txt", "proof.jsonl"
OWN = {"policy.json": policies.LIMIT, "site.json": site.LIMIT}
COMMON = {"signers.json": signers.MAX_BYTES}
LIST = re.compile("list-[0-9a-f]{16}")
MOST_FILES, MOST_LISTS = 1000, 32
"""Looked at in a folder that somebody may have filled, and taken from it."""


@dataclass(frozen=True)
class Stick:
    """A stick that is mounted at `root`."""

    found: config.Config
    root: Path
    now: Instant

    def carry(self) -> str:
        """Write what leaves, take what arrives; return what came of it, which is written too.

        Raises NotEnrolled if this gate is nobody, OSError for a stick that cannot be written.
        """
        keys = self.found.folders.keys
        gate = held(keys, root_key(keys / "root.json")).gate
        own, common = self._folder(gate), self.root / TOP / ALL
        told = [self._leaves(own), *self._receipts(own / PROOF)]
        laid = [*self._arrives(own, OWN), *self._arrives(common, COMMON), *self._lists(common)]
        told.append(
            _("{count} documents were taken: {names}.").format(
                count=len(laid), names=", ".join(laid) or "-"
            )
        )
        if _is_plain(own / admission.ENROLMENT) or not _there(own / admission.ENROLMENT):
            admission.admit(keys, own)
        said = "\n".join(told) + "\n"
        plainfile.write(own / RESULT, said.encode())
        return said

    def _folder(self, gate: str) -> Path:
        """Return the gate's folder; raise OSError for one that leads away from the stick."""
        own = self.root / TOP / gate
        for each in (own.parent, own):
            each.mkdir(exist_ok=True)
            if each.is_symlink() or not each.is_dir():
                raise NotADirectoryError(20, "leads away from the stick", str(each))
        return own

    def _leaves(self, own: Path) -> str:
        out = own / f"export-{self.now.wall_ms}.jsonl"
        count = Holdings(self.found).export(out, everything=False)
        return _("{count} records are in {file}.").format(count=count, file=out.name)

    def _receipts(self, proof: Path) -> Iterator[str]:
        if not _is_plain(proof):
            return
        try:
            for each in Holdings(self.found).take(proof):
                yield _(
                    "journal {journal}: confirmed up to record {high}; the scanner frees the room"
                ).format(journal=each.journal, high=each.high)
        except (ProofRefused, OSError) as error:
            code = error.code if isinstance(error, GateError) else "storage-unusable"
            yield f"{code}: {detail(str(error))}"

    def _lists(self, common: Path) -> list[str]:
        try:
            with os.scandir(common) as found:
                names = [each.name for each in itertools.islice(found, MOST_FILES)]
        except OSError:
            return []
        lists = sorted(each for each in names if LIST.fullmatch(each))[:MOST_LISTS]
        return self._arrives(common, dict.fromkeys(lists, statuslist.MAX_BYTES))

    def _arrives(self, folder: Path, limits: dict[str, int]) -> list[str]:
        """Lay the files of these names into the inbox; return those that were there."""
        if folder.is_symlink():
            return []
        laid = []
        for name, limit in limits.items():
            try:
                data = plainfile.read(folder / name, limit)
            except FileNotFoundError:
                continue
            except OSError as error:
                log.error("stick.refused", name=name, detail=error.strerror)  # noqa: TRY400
                continue
            if not data:
                log.error("stick.refused", name=name, detail="no plain file, or too long")
                continue
            path = self.found.folders.inbox / name
            plainfile.write(path, data)
            path.chmod(0o644)
            laid.append(name)
        return laid


def _there(path: Path) -> bool:
    return os.path.lexists(path)


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
