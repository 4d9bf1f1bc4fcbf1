"""Mosquitto's configuration, as text: who may connect, who may say what, and how much.

Everything that decides about rights is here and nothing else is: this module starts no program
and writes no file. The settings are those measured for this system; each that is not obvious
says why.
"""

from pathlib import Path

import msgspec

from broker.errors import ConfigRefused
from wire import topics
from wire.words import N_

INTAKE = "intake"
"""Common name of the collector's client certificate."""

HOME_ASSISTANT, HOME_READER = "home_assistant", "home_assistant_reader"
"""Common names of who tells a Home Assistant how gates fare, and of the Home Assistant itself. No
gate can be called so: its name has no underscore."""

NOTHING = "acl-nothing"
"""An access list without a line: it refuses everything."""

MAX_PACKET_BYTES = 262_144
"""The largest batch is 256 KiB before its header; whoever sends more is cut off, nobody else."""

FIXED = f"""\
# Made by the program; changes made here are overwritten at its next start.
# Who may do what is decided for each listener; this must stand before the first of them.
per_listener_settings true

# A scan and its receipt are small packets: with Nagle's algorithm they wait 40 ms a hop.
set_tcp_nodelay true

# The collector acknowledges after its commit, in batches of up to 1,000: with the default of 20
# messages under way it would wait for itself.
max_inflight_messages 500
max_queued_messages 10000
max_queued_bytes 67108864
max_packet_size {MAX_PACKET_BYTES}

# Nothing is lost with the broker: gates drop a scan only on the collector's receipt. So it keeps
# no file that could be read, torn or filled up.
persistence false
persistent_client_expiration 1d

# Who came and went and what failed. Types that would name topics of messages stay off, and no
# type ever writes a payload.
log_dest stderr
log_type error
log_type warning
log_type notice
log_type information
log_timestamp true
log_timestamp_format %Y-%m-%dT%H:%M:%S
"""


class BrokerSettings(msgspec.Struct, frozen=True):
    """What differs between one broker and another."""

    address: str
    """The one address to listen on."""
    port: int
    certificate: Path
    """PEM of the broker's certificate."""
    key: Path
    ca: Path
    """PEM of the authority's certificate; clients must come from it."""
    revoked: Path | None = None
    """PEM of the authority's revocation lists, one of each CA whose clients come; it may come and
    change later. Lists that would keep good gates away are not used (broker/revocation.py)."""
    issuers: Path | None = None
    """PEM of every CA whose clients come, if those in `ca` are not all."""
    withdrawn: Path | None = None
    """Names of gates that may do nothing any more, one a line; it may come and change later."""
    intakes: tuple[str, ...] = (INTAKE,)
    """Common names of the collector's client certificates."""
    home_assistant: bool = False
    """Whether a Home Assistant hears here how the gates fare."""
    max_connections: int = 10_000
    user: str = ""
    """The user Mosquitto becomes when root starts it; empty leaves its own default."""


def render(
    settings: BrokerSettings, acl: Path, door: Path | None = None, lists: Path | None = None
) -> str:
    """Return the text of mosquitto.conf; raise ConfigRefused for a value it cannot hold.

    `door` is a local socket through which a client is put off the line (broker/eviction.py);
    `lists` are revocation lists that Mosquitto can be given.
    """
    lines = [
        f"listener {_port(settings.port)} {_value(settings.address)}",
        f"max_connections {settings.max_connections}",
        f"certfile {_value(settings.certificate)}",
        f"keyfile {_value(settings.key)}",
        f"cafile {_value(settings.ca)}",
        "# The oldest version that is taken; 1.3 is taken too.",
        "tls_version tlsv1.2",
        "require_certificate true",
        "# Who a client is, is what its certificate says: also its client id, or one gate could",
        "# put another off the line, or take over what waits for it, by giving its id.",
        "use_identity_as_username true",
        "use_username_as_clientid true",
        "allow_anonymous false",
        f"acl_file {_value(acl)}",
    ]
    if lists is not None:
        lines.append(f"crlfile {_value(lists)}")
    if door is not None:
        lines += [
            "",
            "# Whoever connects here with a client's id takes its place; its connection then ends.",
            "# Nobody but our own user can reach it, and nothing can be said or heard through it.",
            f"listener 0 {_value(door)}",
            "allow_anonymous true",
            f"acl_file {_value(acl.with_name(NOTHING))}",
        ]
    head = FIXED + (f"\nuser {_value(settings.user)}\n" if settings.user else "")
    return head + "\n" + "\n".join(lines) + "\n"


def render_acl(
    intakes: tuple[str, ...] = (INTAKE,),
    withdrawn: tuple[str, ...] = (),
    *,
    home_assistant: bool = False,
) -> str:
    """Return the text of the access list.

    A gate, whatever its name, writes and reads its own leaves, and reads what is for all; `intakes`
    read what every gate writes, and write what every gate reads. What the broker keeps for them
    they read too, to see whether it has forgotten it. What is not listed is refused.

    `withdrawn` gates may do nothing any more, also on connections that are open.

    With `home_assistant`, one account may write what a Home Assistant finds devices by, and another
    read it and say when it has started; neither says or hears anything of the gates' own.
    """
    lines = ["# Made by the program; changes made here are overwritten at its next start."]
    for name in intakes:
        lines += ["", f"user {_value(name)}"]
        lines += [f"topic read {topics.of_every_gate(leaf)}" for leaf in topics.FROM_GATE]
        lines += [f"topic write {topics.of_every_gate(topics.ACK)}"]
        lines += [f"topic readwrite {topics.of_every_gate(leaf)}" for leaf in topics.KEPT]
        lines += [f"topic readwrite {topics.topic(topics.ALL, '+')}"]
    if home_assistant:
        every = topics.home_assistant("#")
        lines += ["", f"user {HOME_ASSISTANT}", f"topic deny {topics.ROOT}/#"]
        lines += [f"topic write {every}"]
        lines += ["", f"user {HOME_READER}", f"topic deny {topics.ROOT}/#", f"topic read {every}"]
        lines += [f"topic readwrite {topics.home_assistant('status')}"]
    for name in withdrawn:
        lines += ["", f"user {_value(name)}", "topic deny #"]
    lines += ["", "# %u is the common name of the client's certificate."]
    lines += [f"pattern write {topics.topic('%u', leaf)}" for leaf in topics.FROM_GATE]
    lines += [f"pattern read {topics.topic('%u', leaf)}" for leaf in topics.TO_GATE]
    lines += [f"pattern read {topics.topic(topics.ALL, '+')}"]
    return "\n".join(lines) + "\n"


def _port(port: int) -> int:
    if not 0 < port < 65536:
        msg = f"{port}: {N_('this is no port; a port is 1 to 65535')}"
        raise ConfigRefused(msg)
    return port


def _value(value: str | Path) -> str:
    """Return `value` if it can be said in one line of the configuration.

    A line break would let a file name add settings of its own; Mosquitto cuts spaces at the ends.
    """
    text = str(value)
    if not text or not text.isprintable() or text != text.strip():
        msg = f"{text!r}: {N_('this cannot be written into the configuration of the broker')}"
        raise ConfigRefused(msg)
    return text
