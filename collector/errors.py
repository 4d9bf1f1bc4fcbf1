"""What can go wrong at the collector, in words for whoever runs it.

One tree under CollectorError. Each error has a stable `code`, which log and handbook key on, and
a `remedy`: what to do next. No message quotes a record's content or a secret.
"""


class CollectorError(Exception):
    """A collector that cannot do its work. `code` is stable; `remedy` is one sentence."""

    code = "collector-fault"
    remedy = "start it again; if it comes back, keep the log and call the help line"


class ConfigInvalid(CollectorError):
    """A configuration file that cannot be read as one."""

    code = "config-invalid"
    remedy = "correct the named key of the configuration file and start again"


class RosterInvalid(CollectorError):
    """The list of gates cannot be read as one."""

    code = "roster-invalid"
    remedy = "write the roster again with `provision`, and do not edit it by hand"


class KeyUnreadable(CollectorError):
    """A key or certificate file is missing or not what it should be."""

    code = "key-unreadable"
    remedy = "point the named key of the configuration to the file that `provision` made"


class CertificateExpired(CollectorError):
    """A certificate of the link has run out, or is not valid yet."""

    code = "certificate-expired"
    remedy = "check this machine's clock; if it is right, renew the certificate with `provision`"


class BrokerUnreachable(CollectorError):
    """Nothing answers at the broker's address."""

    code = "broker-unreachable"
    remedy = "check that the broker runs and that broker.host and broker.port are right"


class BrokerUntrusted(CollectorError):
    """The broker's certificate is not the authority's, or it does not believe ours."""

    code = "broker-untrusted"
    remedy = "check broker.ca, broker.certificate and broker.key: all come from one authority"


class LinkRefused(CollectorError):
    """The broker answered and does not let us in, or not to our topics."""

    code = "link-refused"
    remedy = "check that the broker knows this certificate's name and runs with our access list"


class LedgerMissing(CollectorError):
    """There is no ledger yet."""

    code = "ledger-missing"
    remedy = "start `collector intake` once: it makes the ledger"


class LedgerFull(CollectorError):
    """The disk of the ledger is full; nothing is confirmed until there is room."""

    code = "ledger-full"
    remedy = "make room on the ledger's disk; gates keep their records until then"


class LedgerBusy(CollectorError):
    """Another program keeps the ledger locked."""

    code = "ledger-busy"
    remedy = "stop whatever else writes to the ledger; intake tries again by itself"


class LedgerBroken(CollectorError):
    """The ledger cannot be read or written, or is not one of ours."""

    code = "ledger-broken"
    remedy = "stop the collector, keep the file, and restore the last backup beside it"


class PortBusy(CollectorError):
    """Another program listens on the port of the pages."""

    code = "port-busy"
    remedy = "stop the other program, or choose another web.port in the configuration"


class AddressUnusable(CollectorError):
    """The pages cannot be offered at the configured address."""

    code = "address-unusable"
    remedy = "set web.host to an address of this machine, such as 127.0.0.1"


class StateUnwritable(CollectorError):
    """The directory of the pages' own state cannot be used."""

    code = "state-unwritable"
    remedy = "make the directory web.state writable for the user who runs `collector web`"


class UserExists(CollectorError):
    """An account of that name is there already."""

    code = "user-exists"
    remedy = "choose another name, or give it a new password with `collector user password`"


class UserUnknown(CollectorError):
    """No account of that name."""

    code = "user-unknown"
    remedy = "check the name, or make the account with `collector user add`"


class UserInvalid(CollectorError):
    """A user name or a password that cannot be taken."""

    code = "user-invalid"
    remedy = "choose a name of letters, digits and -_.@+ and a password that is hard to guess"
