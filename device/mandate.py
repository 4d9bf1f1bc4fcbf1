"""What the authority has told this gate, and is in force: keys, policy, signers, lists, siblings.

Each is the newest that was signed; without any there is a safe default, so a gate that hears
nothing for a year goes by what it heard last. One document is looked for at a time, when no one is
waiting. What they mean is for the judge.

A new ring of keys comes before all else: what was held is read again by it, so that nothing stays
in force that was signed by a key which the root has taken back, not even over a restart.
"""

from functools import partial
from itertools import cycle

import msgspec

from device import believed
from device.accepted import Accepted, Newest
from device.believed import Believed
from device.credential.dcc_trust import TrustList
from device.flow import Instant
from device.statuses import HeldLists, Lists
from device.verdict.policy import at_gate, default
from device.verdict.trust import Trust
from wire import certificate, gatepass, keyring, policy, signers, site, statuslist
from wire.certificate import Certificate
from wire.enrolment import Enrolment
from wire.errors import WireError
from wire.keyring import KeyList
from wire.keys import KeyEntry, Keyring, Use
from wire.policy import Policy, same_site
from wire.record import ClockState
from wire.signers import Signers
from wire.site import Summary
from wire.statuslist import StatusList

CERTIFICATE = "certificate.json"
POLICY, SIGNERS, SITE, LIST = "policy.json", "signers.json", "site.json", "list-"
"""Names in inbox/ and accepted/; `list-` is followed by the kid of the issuer."""

HOUR_S = 3600
LISTED = (*gatepass.PASS_USES, Use.CARD)
"""Of what these keys have signed, lists say what was withdrawn."""


class News(msgspec.Struct, frozen=True):
    """What has come into force."""

    policy: bool = False
    """The rules are others than before."""
    siblings: Summary | None = None
    arrived_ns: int | None = None
    """When the summary came, by the boot clock; None if it was here before this process."""


NO_NEWS = News()


class Mandate:
    """One gate's; it never raises for what others have written."""

    def __init__(
        self, accepted: Accepted, enrolment: Enrolment, root: KeyEntry | None = None
    ) -> None:
        """Believe what the keys in `enrolment` have signed, for its place and gate.

        Or the keys in a ring that `root` signed later.
        """
        self._accepted, self._enrolment = accepted, enrolment
        self.gate = enrolment.gate
        self.ring = ring = Believed(enrolment, root)
        """The keys that count, for every part of this process."""
        self._held = HeldLists()
        self._keyring: Newest[KeyList] = accepted.newest(
            believed.NAME, ring.opened, lambda found: found.version, keyring.LIMIT
        )
        if self._keyring.held is not None:
            ring.take(self._keyring.held)
        self._certificate: Newest[Certificate] = accepted.newest(
            CERTIFICATE,
            lambda data: certificate.unpack(data, ring.root, enrolment.gate),
            lambda found: found.issued,
            certificate.LIMIT,
        )
        self._hold()

    @property
    def certificate(self) -> str:
        """Return the newest certificate for the link, PEM; the uplink shows it by itself."""
        held = self._certificate.held
        newer = held is not None and held.issued > self._enrolment.issued
        return held.certificate if held is not None and newer else self._enrolment.certificate

    def _hold(self) -> None:
        """Read what is kept, by the keys that count."""
        accepted, enrolment, ring = self._accepted, self._enrolment, self.ring
        self._policy: Newest[Policy] = accepted.newest(
            POLICY,
            lambda data: policy.unpack(data, ring, enrolment.place),
            lambda found: found.version,
            policy.LIMIT,
            lambda data: policy.unpack(data, ring.ever, enrolment.place),
        )
        self._signers: Newest[Signers] = accepted.newest(
            SIGNERS,
            lambda data: signers.unpack(data, ring),
            lambda found: found.version,
            signers.MAX_BYTES,
            lambda data: signers.unpack(data, ring.ever),
        )
        self._site: Newest[Summary] = accepted.newest(
            SITE,
            partial(self._siblings, ring=ring),
            lambda found: found.time,
            site.LIMIT,
            partial(self._siblings, ring=ring.ever),
        )
        issuers = [key.kid for key in ring.entries if key.use in LISTED]
        self._lists: list[Newest[StatusList]] = [
            accepted.newest(
                LIST + kid,
                partial(statuslist.unpack, ring=ring, issuer=kid),
                lambda found: found.order,
                statuslist.MAX_BYTES,
                partial(statuslist.unpack, ring=ring.ever, issuer=kid),
            )
            for kid in issuers
        ]
        self._held.begin(each.held for each in self._lists if each.held is not None)
        self.policy = self._in_force()
        """The rules, as they hold at this gate."""
        self.trust = self._trusted()
        """What signatures are held against."""
        self._documents = [self._look_rules, self._look_signers, self._look_site]
        self._documents += [partial(self._look_list, each) for each in self._lists]
        self._looks = cycle(self._documents)

    @property
    def past_ms(self) -> int:
        """Return a wall time that is surely past: that of the newest thing somebody signed."""
        times = [self._enrolment.issued, self.ring.issued, self.policy.issued]
        times += [each.held.issued for each in (self._signers,) if each.held]
        times += [each.held.time for each in (self._site,) if each.held]
        times += [each.held.issued * 1000 for each in self._lists if each.held]
        return max(times)

    def lists(self, wall_ms: int) -> Lists:
        """Return how far what is known here of withdrawn passes can be trusted."""
        return self._held.aged(wall_ms / 1000, self.policy.stale_after_h * HOUR_S)

    def takes(self, kind: str) -> bool:
        """Say whether codes of that kind are what people show here."""
        return any(each.kind == kind for each in self.policy.takes)

    def begin(self, now: Instant) -> News:
        """Say what the siblings' summary was; what lies in the inbox came nobody knows when."""
        self._tell(now)
        self._site.renew(now.up_ns)
        return News(siblings=self._site.held)

    def refresh(self, now: Instant) -> News:
        """Look for one document, the next in turn; a look at a file's times if nothing changed."""
        self._tell(now)
        return next(self._looks)(now)

    def _tell(self, now: Instant) -> None:
        """Let the ring know the time, as far as it is sure: an unsure clock ends no key."""
        sure_ms = now.wall_ms if now.clock is not ClockState.UNSYNCED else 0
        self.ring.at_ms = max(sure_ms, self.past_ms)

    def _look_rules(self, now: Instant) -> News:
        """Look for keys, and for a policy signed with them."""
        self._certificate.renew(now.up_ns)
        found = self._keyring.renew(now.up_ns)
        return self._look_policy(now) if found is None else self._turn_to(found, now)

    def _turn_to(self, found: KeyList, now: Instant) -> News:
        self.ring.take(found)
        self._hold()
        # What was signed with the new keys may have come first, and was refused then.
        heard = [look(now) for look in self._documents]
        sums = [each for each in heard if each.siblings is not None]
        return msgspec.structs.replace(sums[0] if sums else NO_NEWS, policy=True)

    def _look_policy(self, now: Instant) -> News:
        if self._policy.renew(now.up_ns) is None:
            return NO_NEWS
        self.policy = self._in_force()
        return News(policy=True)

    def _look_signers(self, now: Instant) -> News:
        if self._signers.renew(now.up_ns) is not None:
            self.trust = self._trusted()
        return NO_NEWS

    def _look_site(self, now: Instant) -> News:
        found = self._site.renew(now.up_ns)
        return News(siblings=found, arrived_ns=now.up_ns) if found is not None else NO_NEWS

    def _look_list(self, keeper: Newest[StatusList], now: Instant) -> News:
        found = keeper.renew(now.up_ns)
        if found is not None:
            self._held.take(found)
        return NO_NEWS

    def _siblings(self, data: bytes, ring: Keyring) -> Summary:
        found = site.unpack(data, ring)
        mine = found.gate == self._enrolment.gate
        if not mine or not same_site(found.place, self._enrolment.place):
            msg = "the summary of another gate's siblings"
            raise WireError(msg)
        return found

    def _in_force(self) -> Policy:
        rules = self._policy.held or default(self._enrolment.place)
        return at_gate(rules, self._enrolment.directions)

    def _trusted(self) -> Trust:
        held = self._signers.held
        certificates = held.certificates() if held else ()
        return Trust(self.ring, TrustList(certificates), self._held)
