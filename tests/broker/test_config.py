"""The text that Mosquitto is given."""

from pathlib import Path

import pytest

from broker.config import MAX_PACKET_BYTES, BrokerSettings, render, render_acl
from broker.errors import ConfigRefused
from wire.batch import MAX_BYTES

ACL = Path("/run/broker/acl")


def settings(**changes: object) -> BrokerSettings:
    plain: dict[str, object] = {
        "address": "192.0.2.1",
        "port": 8883,
        "certificate": Path("/keys/certificate.pem"),
        "key": Path("/keys/tls.pem"),
        "ca": Path("/keys/ca.pem"),
    }
    return BrokerSettings(**(plain | changes))  # type: ignore[arg-type]


def rules(text: str) -> list[str]:
    """Return the lines that say something."""
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_the_access_list_is_exactly_this() -> None:
    assert rules(render_acl()) == [
        "user intake",
        "topic read gq/v1/+/scan",
        "topic read gq/v1/+/state",
        "topic read gq/v1/+/health",
        "topic write gq/v1/+/ack",
        "topic readwrite gq/v1/+/policy",
        "topic readwrite gq/v1/+/site",
        "topic readwrite gq/v1/+/command",
        "topic readwrite gq/v1/+/certificate",
        "topic readwrite gq/v1/all/+",
        "pattern write gq/v1/%u/scan",
        "pattern write gq/v1/%u/state",
        "pattern write gq/v1/%u/health",
        "pattern read gq/v1/%u/ack",
        "pattern read gq/v1/%u/policy",
        "pattern read gq/v1/%u/site",
        "pattern read gq/v1/%u/command",
        "pattern read gq/v1/%u/certificate",
        "pattern read gq/v1/all/+",
    ]


def test_a_withdrawn_gate_may_do_nothing() -> None:
    said = rules(render_acl(withdrawn=("g7",)))
    assert said[said.index("user g7") + 1] == "topic deny #"


def test_what_follows_the_listener_is_exactly_this() -> None:
    said = rules(render(settings(), ACL))
    assert said[said.index("listener 8883 192.0.2.1") :] == [
        "listener 8883 192.0.2.1",
        "max_connections 10000",
        "certfile /keys/certificate.pem",
        "keyfile /keys/tls.pem",
        "cafile /keys/ca.pem",
        "tls_version tlsv1.2",
        "require_certificate true",
        "use_identity_as_username true",
        "use_username_as_clientid true",
        "allow_anonymous false",
        "acl_file /run/broker/acl",
    ]


def test_rights_belong_to_listeners_from_the_first_line_on() -> None:
    assert rules(render(settings(), ACL))[0] == "per_listener_settings true"


def test_a_revocation_list_is_used_if_there_is_one() -> None:
    said = rules(render(settings(), ACL, lists=Path("/keys/revoked.pem")))
    assert said[-1] == "crlfile /keys/revoked.pem"


def test_the_largest_batch_fits_into_a_packet() -> None:
    assert MAX_PACKET_BYTES >= MAX_BYTES


@pytest.mark.parametrize(
    "changes",
    [
        {"address": "127.0.0.1\nallow_anonymous true"},
        {"address": ""},
        {"address": "127.0.0.1 "},
        {"port": 0},
        {"port": 65536},
        {"key": Path("/keys/a\rb.pem")},
        {"user": "x\x00y"},
    ],
)
def test_no_value_can_add_a_line_of_its_own(changes: dict[str, object]) -> None:
    with pytest.raises(ConfigRefused):
        render(settings(**changes), ACL)


def test_no_name_of_an_intake_can_add_a_line_of_its_own() -> None:
    with pytest.raises(ConfigRefused):
        render_acl(("intake\ntopic readwrite #",))
