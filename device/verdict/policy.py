"""The rules that a gate goes by: its site's policy, or what holds without one.

What a policy can say is in wire/policy.py.
"""

import msgspec

from wire.policy import Policy, Way
from wire.record import Direction, Identity, Signature

NO_VERSION = 0
"""Of the rules of a site that has no policy; it is noted in the journal like any other."""


class Grade(msgspec.Struct, frozen=True):
    """How much is known: the two facts are kept apart, whatever they are used for."""

    signature: Signature
    identity: Identity


def default(site: str) -> Policy:
    """Return what holds at a site without a policy.

    Passes of the authority's are taken, whoever has seen the holder, at any hour and both again
    and again; what can't be judged is accepted and marked.
    """
    return Policy(site=site, version=NO_VERSION, issued=0)


def at_gate(policy: Policy, directions: tuple[Direction, ...]) -> Policy:
    """Return `policy` as it holds at one gate, enrolled for `directions`.

    Its direction is then what decides at this gate, and never "as enrolled".
    """
    if policy.direction is not Way.AS_ENROLLED:
        return policy
    way = Way(directions[0].value) if len(directions) == 1 else Way.ALTERNATE
    return msgspec.structs.replace(policy, direction=way)
