"""A real Mosquitto with an authority's certificates."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from broker.launch import Broker, free_port, from_folder, launch
from provisioning import authority
from tests.broker.speaker import NOW, District, Identity, Join, Speaker, identity


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory) -> District:
    """Make keys for a broker, two gates, intake, and a gate of another authority."""
    folder = tmp_path_factory.mktemp("district")
    home = authority.create(folder / "home", "Xã Mẫu", now=NOW)
    other = authority.create(folder / "other", "Xã Khác", now=NOW)
    return District(
        home,
        from_folder(home.folder / "broker", port=free_port()),
        identity(folder, home, "g1"),
        identity(folder, home, "g2"),
        Identity(home.folder / "collector/certificate.pem", home.folder / "collector/tls.pem"),
        identity(folder, other, "g9"),
    )


@pytest.fixture(scope="session")
def broker(district: District, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Run one broker for all tests that only talk to it."""
    with launch(district.settings, tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture
def join(district: District, broker: Broker) -> Iterator[Join]:
    """Connect clients to the broker that all tests share; they leave at the end."""
    with ExitStack() as stack:

        def joined(who: Identity, client_id: str = "any") -> Speaker:
            assert broker.settings.port == district.settings.port
            speaker = Speaker(broker.settings, who, client_id)
            stack.callback(speaker.close)
            return speaker.connect()

        yield joined
