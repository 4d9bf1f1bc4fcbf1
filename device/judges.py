"""How a code is judged away from the door: at a desk, with the door's own judge.

Whose passes are believed is named by the caller: a gate's configuration (then also its policy, its
lists and its signers are those in force there), an authority's public file, or nobody.
"""

from pathlib import Path

import msgspec

from device import clock, config, enrol
from device.accepted import Accepted
from device.cards import deeds
from device.cards.orders import Heeded, Orders, heeded
from device.cards.posts import Posts, posted
from device.cards.used import UsedCards
from device.credential import control_card
from device.credential.dcc_trust import TrustList
from device.errors import IssuersUnreadable, PolicyUnreadable
from device.flow import Credential, Instant, Verdict
from device.i18n import N_, _
from device.journal import carried
from device.mandate import Mandate
from device.verdict.judge import judge
from device.verdict.policy import at_gate, default
from device.verdict.reasons import TABLE
from device.verdict.standing import NOTHING
from device.verdict.trust import Finding, NoStatuses, Trust
from wire import complaint, controlcard, gatepass, policy, policydraft
from wire.canonical import parse, read
from wire.enrolment import LIMIT
from wire.errors import SignatureInvalid, WireError
from wire.keys import KeyEntry, Keyring, Signed, Use, opened
from wire.policy import Policy
from wire.record import Direction, Identity, Outcome, Reason, Signature


class Judge(msgspec.Struct, frozen=True):
    """Judges as the door would that has never seen this person."""

    trust: Trust
    policy: Policy
    """The rules in force; those of a site without a policy if no gate was named."""
    directions: tuple[Direction, ...]
    vouched: bool
    """This machine's clock is to be trusted."""
    orders: Orders | None = None
    """What the gate answers to control cards; None if no gate was named."""

    def judge(self, credential: Credential, by: Policy | None = None) -> Verdict:
        """Return the answer to a code, by the rules in force or by others.

        A control card has the same answer by all rules: that of a gate whose service button was
        not pressed.
        """
        rules = self.policy if by is None else at_gate(by, self.directions)
        now = clock.SystemClock(vouched=self.vouched).now()
        if isinstance(credential.content, controlcard.Parsed):
            return self._of_card(credential.content, now)
        return judge(credential, self.directions[0], rules, self.trust, NOTHING, now)

    def _of_card(self, shown: controlcard.Parsed, now: Instant) -> Verdict:
        """Judge a card as the gate that was named, or else as one that it is for."""
        ring, way = self.trust.issuers, self.directions[0]
        if self.orders is not None:
            return self.orders.judge(shown, way, now)
        if ring.use_of(shown.kid) is not None:
            scope = shown.claims.scope
            anywhere = Heeded(ring, scope, frozenset({scope}), self.trust.statuses)
            return Orders(anywhere, UsedCards(Path()), deeds.readable(), int).judge(shown, way, now)
        return Verdict(
            kind=control_card.KIND,
            signature=Signature.NOT_CHECKED,
            identity=Identity.UNKNOWN,
            outcome=Outcome.REJECTED,
            reason=Reason.UNKNOWN_ISSUER,
            direction=way,
            signal=TABLE[Reason.UNKNOWN_ISSUER].signal,
        )

    def word(self, credential: Credential) -> Finding | None:
        """Return what its issuer's list says of a pass, and how old that is; None otherwise."""
        shown = credential.content
        if not isinstance(shown, gatepass.Parsed):
            return None
        try:
            shown.verify(self.trust.issuers)
        except SignatureInvalid:
            return None
        now_s = clock.SystemClock(vouched=self.vouched).now().wall_ms / 1000
        return self.trust.statuses.of(shown.kid, shown.claims.status, now_s)


def of(configuration: Path | None, authority: Path | None) -> Judge:
    """Return the judge of a gate, of an authority's gates, or one who knows no issuer.

    Raises ConfigInvalid, NotEnrolled or IssuersUnreadable.
    """
    if configuration is None:
        ring = issuers(authority) if authority else Keyring(())
        trust = Trust(ring, TrustList(()), NoStatuses())
        return Judge(trust, default(""), (Direction.IN,), vouched=True)
    found = config.load(configuration)
    keys, folders = found.folders.keys, found.folders
    root = enrol.root_key(keys / enrol.ROOT)
    enrolment = enrol.held(keys, root)
    posts = Posts(folders.accepted, enrolment)
    posts.begin()
    told = posted(enrolment, posts.lasting)
    held = Mandate(Accepted(folders.inbox, folders.accepted), told, root)
    return Judge(
        held.trust,
        held.policy,
        posts.lasting.directions,
        vouched=found.clock.vouched,
        orders=Orders(
            heeded(enrolment, posts.lasting, held.trust),
            _used(folders.accepted),
            deeds.readable(),
            lambda: held.past_ms,
            lambda: carried.unsent(folders.journal, folders.run, folders.carried),
        ),
    )


def _used(accepted: Path) -> UsedCards:
    """Return which cards a gate has obeyed; nothing is written."""
    used = UsedCards(accepted)
    used.look()
    return used


COMPLAINTS = (
    N_("classes: only passes of the authority have a class"),
    N_("zone: no such time zone is known here"),
    N_("takes: one kind is there twice"),
    N_("days are mon, tue, wed, thu, fri, sat, sun, or a range such as mon-fri"),
    N_("a time is written as 07:30, from 00:00 to 24:00"),
    N_("from and until are the same; a whole day is from 00:00 until 24:00"),
    N_("a day begins at 00:00; 24:00 is its end"),
    N_("a closed day is written as 2027-02-06"),
    N_("again.rule: hard needs direction button or alternate, and gates_of_place 1"),
    N_(
        "ceiling: one that keeps people out needs direction button or alternate, "
        "and gates_of_place 1"
    ),
    N_("signals: what is shown for a control card is fixed"),
    N_("signals: who may pass is shown green, and nobody else"),
)
"""What wire says of rules that no gate could keep, for the catalogues."""
UNSIGNED = {"version": 1, "issued": 0}
"""What a draft is given when it is signed."""


class Published(msgspec.Struct, frozen=True):
    """As much of an authority's public file as is needed here."""

    keys: tuple[KeyEntry, ...]


def issuers(path: Path) -> Keyring:
    """Return the keys in an authority's public file; raise IssuersUnreadable if it is none."""
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
        return Keyring(read(Published, parse(data, LIMIT)).keys)
    except OSError as error:
        msg = f"{path}: {error.strerror}"
        raise IssuersUnreadable(msg) from error
    except WireError as error:
        raise IssuersUnreadable(str(path)) from error


def policy_in(path: Path, ring: Keyring) -> tuple[Policy, bool]:
    """Return the policy in a file, and whether the authority of `ring` signed it.

    A draft, TOML or JSON, is a policy too; it is to be tried before it is signed. Raises
    PolicyUnreadable.
    """
    try:
        with path.open("rb") as file:
            document = policydraft.read(file.read(policy.LIMIT + 1))
        if "doc" not in document:
            return policy.understood({**UNSIGNED, **document}), False
        signed = read(Signed, document)
        return policy.understood(signed.doc), _is_good(signed, ring)
    except OSError as error:
        msg = f"{path}: {error.strerror}"
        raise PolicyUnreadable(msg) from error
    except WireError as error:
        msg = f"{path}: {_why(str(error))}"
        raise PolicyUnreadable(msg) from error


def _why(message: str) -> str:
    """Say in words what the readers of a policy say."""
    what, _at, where = message.partition(" - at ")
    if what == policydraft.NOT_TOML:
        return complaint.unparsed(f"(at {where})", _) if where else complaint.nested(_)
    return complaint.named(message, _)


def _is_good(signed: Signed, ring: Keyring) -> bool:
    try:
        opened(signed, policy.CONTEXT, Use.POLICY, ring)
    except SignatureInvalid:
        return False
    return True
