"""What can keep a broker from running, in words for whoever starts it."""

from wire.words import N_


class BrokerError(Exception):
    """A broker that does not run. `code` is stable; `remedy` is one sentence."""

    code = "broker-fault"
    remedy = N_("read the broker's log and start it again")


class BrokerMissing(BrokerError):
    """Mosquitto is not installed."""

    code = "broker-missing"
    remedy = N_("install it with `apt install mosquitto`, version 2.0.11 or newer")


class PortBusy(BrokerError):
    """Another program has the port."""

    code = "port-busy"
    remedy = N_("stop the other program, or give the broker another port")


class StateUnwritable(BrokerError):
    """The folder of the broker's own files cannot be written."""

    code = "broker-state"
    remedy = N_(
        "make room there and make it writable for this user; its disk may be mounted read-only"
    )


class ConfigRefused(BrokerError):
    """The broker's settings, keys or certificates cannot be used."""

    code = "broker-refused-config"
    remedy = N_("correct what is named and start the broker again")
