"""`gate journal`: what a gate still holds, whether it is whole, and how it goes on foot.

After weeks without network a technician exports the records to a file, and brings the district's
receipts back. They go where the uplink lays its own and are checked in the same way by the
scanner, which alone writes the journal; so all of this works beside a running scanner.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from device import believed, clock, config, enrol, plainfile
from device.enrol import Enrolled
from device.errors import ProofRefused, StorageUnusable
from device.i18n import N_, _
from device.journal import carried, retired, stocktaking
from device.journal.reader import JournalReader
from device.journal.stocktaking import Fault, Held
from device.plainfile import becoming, sync_folder
from wire import batch, export, receipt
from wire.errors import WireError
from wire.keys import Keyring, Use, entry, kid_of, raw_public
from wire.receipt import Receipt

PROOF_LIMIT = 4 * 1024 * 1024


def _names() -> dict[str, str]:
    """Return what is wrong with a journal, in words."""
    return {
        "damaged": _("cannot be read"),
        "gone": _("are not on the card"),
        "chain": _("do not follow from the records before them"),
        "head": _("hold a signature that does not fit"),
        "declared": _("were lost before, and the gate has declared it"),
    }


class Holdings:
    """One gate's journals, the present one and those that were given up."""

    def __init__(self, found: config.Config) -> None:
        """Read where things are, and who this gate is; raise NotEnrolled if it is nobody."""
        self._folders = found.folders
        root = enrol.root_key(found.folders.keys / enrol.ROOT)
        self._gate: Enrolled = enrol.load(found.folders.keys, root)
        folders = found.folders.inbox, found.folders.accepted
        self._ring = believed.told(self._gate.enrolment, root, *folders)
        self._name = self._gate.enrolment.gate

    @property
    def _held(self) -> list[Held]:
        return stocktaking.held(self._folders.journal, self._folders.run)

    def listed(self, *, as_json: bool) -> Iterator[str]:
        """Yield a line for each journal."""
        kid = kid_of(raw_public(self._gate.records_key))
        held = self._held
        for one in held:
            if as_json:
                yield json.dumps(
                    {**msgspec.to_builtins(one, enc_hook=str), "waiting": one.waiting, "key": kid}
                )
            else:
                yield _told(one)
        if not as_json:
            if not held:
                yield nothing_held()
            yield _("Signed with key {kid}, sealed to key {seal}.").format(
                kid=kid, seal=self._gate.enrolment.seal.kid
            )

    def faults(self) -> Iterator[tuple[Held, Fault | None]]:
        """Yield every fault of every journal; a journal that is whole once, with None."""
        public = self._gate.records_key.public_key()
        ring = Keyring([entry(public, Use.RECORDS)])
        for one in self._held:
            is_whole = True
            for fault in stocktaking.faults(one, self._name, ring):
                is_whole = False
                yield one, fault
            if is_whole:
                yield one, None

    def export(self, out: Path, *, everything: bool) -> int:
        """Write what is not confirmed, or all there is, to `out`; return how many records.

        How far it came is noted: a card that ends this gate's records asks for it. Raises
        StorageUnusable, also for a device: a file in its place would be in memory, not on a stick.
        """
        if out.exists() and not out.is_file():
            msg = f"{out}: {N_('not a file')}"
            raise StorageUnusable(msg)
        made = clock.SystemClock(vouched=False).now().wall_ms
        count, held = 0, self._held

        def batches() -> Iterator[bytes]:
            nonlocal count
            for one in held:
                start = one.first if everything else max(one.first, one.confirmed + 1)
                for last, spelled in _batches(one, start):
                    count += last
                    yield spelled

        new = out.with_name(out.name + ".new")
        with becoming(out, new):
            fd = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(fd, "wb") as file:
                header = export.Header(self._name, made)
                file.writelines(export.lines(header, batches(), self._gate.records_key))
                file.flush()
                os.fsync(file.fileno())
            self._read_back(new)
            new.replace(out)
        sync_folder(out.absolute().parent)
        carried.note(self._folders.carried, held)
        return count

    def _read_back(self, path: Path) -> None:
        """Raise StorageUnusable unless what was written can be read again, from where it lies."""
        ring = Keyring([entry(self._gate.records_key.public_key(), Use.RECORDS)])
        try:
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                export.check(iter(lambda: file.readline(export.LINE), b""), ring)
        except (OSError, WireError) as error:
            path.unlink()
            msg = N_("what was exported could not be read back")
            raise StorageUnusable(msg) from error

    def take(self, proof: Path) -> list[Receipt]:
        """Lay the receipts in `proof` where the scanner looks; return those that are for us.

        Raises ProofRefused, and lays none, unless all are signed by the district and at least one
        is for a journal that is here and fits it.
        """
        ours: dict[str, tuple[Receipt, bytes]] = {}
        folders = {one.journal: one for one in self._held}
        for data in _lines(proof):
            found = self._checked(data)
            one = folders.get(found.journal)
            if found.gate != self._name or one is None:
                continue
            chain = retired.chain_at(one.folder, found.high)
            if chain is not None and chain.hex() != found.hash:
                msg = N_("a receipt is for other records than this gate has")
                raise ProofRefused(msg)
            ours[found.journal] = found, data
        if not ours:
            msg = N_("no receipt in it is for a journal of this gate")
            raise ProofRefused(msg)
        for name, (_receipt, data) in ours.items():
            _lay(self._folders.inbox / f"receipt-{name}.json", data)
        return [each for each, _data in ours.values()]

    def _checked(self, data: bytes) -> Receipt:
        try:
            return receipt.unpack(data, self._ring)
        except WireError as error:
            msg = N_("it holds a receipt that this gate's district has not signed")
            raise ProofRefused(msg) from error


def _told(one: Held) -> str:
    whole = _("journal {journal}: records {first} to {last}, {waiting} not confirmed").format(
        journal=one.journal, first=one.first, last=one.last, waiting=one.waiting
    )
    size = _("{count} segments, {size} kB").format(count=one.segments, size=one.size // 1000)
    parts = [whole, size]
    if one.set_aside:
        parts.append(_("{count} damaged files set aside").format(count=one.set_aside))
    if one.why:
        parts.append(_("given up ({why})").format(why=one.why))
    if one.disputed:
        parts.append(_("the district has other records under its numbers"))
    return "; ".join(parts)


def nothing_held() -> str:
    """Say that there is no journal, so that silence is not taken for a good answer."""
    return _("nothing is stored here yet")


def told_fault(one: Held, fault: Fault | None) -> str:
    """Say in a line where a journal is not whole, or that it is."""
    if fault is None:
        return _("journal {journal} is whole: records {first} to {last}").format(
            journal=one.journal, first=one.first, last=one.last
        )
    what = _names()[fault.what]
    return _("journal {journal}: records {first} to {last} {what}").format(
        journal=one.journal, first=fault.first, last=fault.last, what=what
    ) + (f" ({fault.detail})" if fault.detail else "")


def _batches(one: Held, start: int) -> Iterator[tuple[int, bytes]]:
    """Yield how many records a batch has, and the batch, up to the durable end."""
    if start > one.last:
        return
    with JournalReader(one.folder) as reader:
        reader.seek(start)
        while (taken := reader.take(one.last, batch.MAX_RECORDS)).spelled:
            spelled = batch.splice(one.journal, taken.spelled, taken.prev, historical=True)
            yield len(taken.spelled), spelled


def _lines(proof: Path) -> list[bytes]:
    try:
        data = plainfile.read(proof, PROOF_LIMIT)
    except IsADirectoryError:
        data = None
    if data is None:
        msg = f"{proof}: {N_('not a file, or far too long')}"
        raise ProofRefused(msg)
    try:
        return export.receipts(data)
    except WireError as error:
        msg = N_("it holds far too many receipts")
        raise ProofRefused(msg) from error


def _lay(path: Path, data: bytes) -> None:
    """Put a receipt where the scanner may read it, whoever asks for it here."""
    plainfile.write(path, data)
    path.chmod(0o644)
