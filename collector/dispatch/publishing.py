"""What the dispatch signs, on its way to the gates: the folder that `collector publish` fills too.

Intake keeps the broker in step with it, so whatever the broker forgets is published again.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from collector.dispatch.keys import Keys
from collector.errors import FileUnusable, SigningKeyUnfit
from collector.outgoing import COMMAND, POLICY, Outgoing, Parcel, checked, fetched, ring
from collector.roster import Roster
from wire import command, policy
from wire.canonical import parse, read
from wire.command import Command
from wire.errors import SignatureInvalid, WireError
from wire.keys import Signed
from wire.policy import Policy, same_site, understood


class Publisher:
    """Signs, and lays where intake takes it from."""

    def __init__(
        self, keys: Keys, authority: Path, outgoing: Path, roster: Callable[[], Roster]
    ) -> None:
        """Take the keys, the authority's public file, the folder, and the roster as it stands."""
        self._keys, self._authority, self._folder = keys, authority, outgoing
        self._outgoing, self._roster = Outgoing(outgoing), roster

    def gates_of(self, site: str) -> tuple[str, ...]:
        """Return the gates that stand at a place now."""
        gates = self._roster().gates
        return tuple(sorted(each.gate for each in gates if same_site(each.place, site)))

    def held(self, gate: str) -> Policy | None:
        """Return the policy that is published to a gate; its signature was checked before."""
        path = self._folder / gate / POLICY
        if not path.is_file():
            return None
        try:
            return understood(read(Signed, parse(fetched(path))).doc)
        except (FileUnusable, WireError):
            return None

    def goes_by(self, gate: str, version: int) -> Policy | None:
        """Return the rules that a gate has; None where they are not known here.

        Those that are published to it for the place where it stands. A gate that enrolled since
        was handed the place's own, and was published none: it goes by what others of the place
        were given under the `version` that it has told.
        """
        place = next((each.place for each in self._roster().gates if each.gate == gate), "")
        held = self.held(gate)
        if held is not None and same_site(held.site, place):
            return held
        others = self.published().values() if version else ()
        mine = (each for each in others if each.version == version)
        return next((each for each in mine if same_site(each.site, place)), None)

    def published(self) -> dict[str, Policy]:
        """Return the policy that is published to each gate, also to one that has left."""
        gates = sorted(path.parent.name for path in self._folder.glob(f"*/{POLICY}"))
        return {gate: found for gate in gates if (found := self.held(gate)) is not None}

    def sign_policy(self, rules: Policy, now_ms: int) -> bytes:
        """Return the signed document. Raises SigningKeyUnfit if gates would not believe it.

        What was signed in time stays good, as at the gates: only here is the key's end asked for.
        """
        data = policy.pack(rules, self._keys.policy)
        with _believed():
            policy.unpack(data, ring(self._authority, now_ms), rules.site)
        return data

    def sign_command(self, asked: Command, now_ms: int) -> bytes:
        """Return the signed document. Raises SigningKeyUnfit if gates would not believe it."""
        data = command.pack(asked, self._keys.command)
        with _believed():
            command.unpack(data, ring(self._authority, now_ms), asked.gate)
        return data

    def publish(self, data: bytes, gates: Iterable[str]) -> None:
        """Publish a signed document to some of the gates it is for; doing it again is harmless.

        Raises DocumentRefused, as for an older version.
        """
        keys, roster, wanted = ring(self._authority), self._roster(), frozenset(gates)
        parcels: tuple[Parcel, ...] = checked(data, keys, roster)
        fresh = [each for each in parcels if each.gate in wanted and not self._has(each)]
        if fresh:
            self._outgoing.put(tuple(fresh), keys, roster)

    def withdraw(self, gate: str) -> None:
        """Keep a command no longer: it was answered."""
        self._outgoing.drop(gate, COMMAND)

    def _has(self, parcel: Parcel) -> bool:
        try:
            return (self._folder / parcel.gate / parcel.leaf).read_bytes() == parcel.payload
        except OSError:
            return False


@contextmanager
def _believed() -> Iterator[None]:
    try:
        yield
    except SignatureInvalid as error:
        raise SigningKeyUnfit from error
