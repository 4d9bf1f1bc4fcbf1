"""The collector's configuration: TOML, read once, whole and strictly.

Knows which keys there are and what they may be. Whoever puts a process together, or looks at all of
one (`doctor`), reads it; the parts receive values. Relative paths are relative to the file.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from collector.errors import ConfigInvalid, FileUnusable
from collector.i18n import N_, _
from wire import complaint

Language = Literal["vi", "en"]
Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Host = Annotated[str, msgspec.Meta(min_length=1, max_length=253, pattern=r"^[^\s/]+$")]

LIMIT = 256 * 1024
"""Bytes that a configuration may have; what is longer is something else, a device maybe."""
LONGEST_DAYS = 30
"""No day outlives this, whatever is configured: not in the ledger, nor in a backup."""


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table in which every key must be known."""


class LedgerConfig(Strict, frozen=True):
    """Where the records are: in a file, or in PostgreSQL. One of both."""

    path: Path | None = None
    """A file of SQLite's."""
    postgres: Annotated[str, msgspec.Meta(min_length=1)] | None = None
    """How to reach a database, in libpq's words; each process adds its own role."""

    def __post_init__(self) -> None:
        """Refuse none and both."""
        if (self.path is None) == (self.postgres is None):
            msg = N_("one of path and postgres is expected")
            raise ValueError(msg)
        if "password" in (self.postgres or ""):
            msg = N_(
                "no password is expected here: roles come by their system user, or by ~/.pgpass"
            )
            raise ValueError(msg)

    @property
    def file(self) -> Path:
        """Return the file; only asked where there is one."""
        return self.path or Path()


class RetentionConfig(Strict, frozen=True):
    """How long records are kept."""

    days: Annotated[int, msgspec.Meta(ge=1, le=30)] = 21
    """Local days, the day of the record among them; none outlives 30."""


class RosterConfig(Strict, frozen=True):
    """Where the list of gates is."""

    path: Path


class BrokerConfig(Strict, frozen=True):
    """How to reach the broker."""

    host: Host
    ca: Path
    """PEM of the authority's TLS certificate."""
    certificate: Path
    key: Path
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 8883
    name: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]{1,64}$")] = "intake"
    """MQTT client id; the same as the common name of the certificate."""
    share: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]{1,64}$")] | None = None
    """Intakes of one share divide what the gates send among them; alone, each takes all."""


class ReceiptConfig(Strict, frozen=True):
    """Whose word a receipt is."""

    key: Path
    """PEM (PKCS8) of an Ed25519 private key."""


class RoadConfig(Strict, frozen=True):
    """What goes to the gates."""

    state: Path | None = None
    """A directory for signed documents; beside the ledger's file or the roster if left out."""
    withdrawn: Path | None = None
    """The file of withdrawn gates, which the broker's program reads too; in `state` if left out."""
    authority: Path | None = None
    """The authority's public.json; beside the roster if left out."""


class VaultConfig(Strict, frozen=True):
    """Where the vault keeps what it knows, and who may ask it."""

    state: Path | None = None
    """A directory of its own, for the wrapped keys, people and cases."""
    socket: Path | None = None
    """Where it listens; in `state` if left out."""
    users: tuple[str, ...] = ()
    """Users of this machine who may ask it, besides its own: the one who runs the pages."""


class EnrolBroker(Strict, frozen=True):
    """Where gates find the broker."""

    host: Host
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 8883


class EnrolConfig(Strict, frozen=True):
    """How gates are enrolled over the network."""

    address: Annotated[str, msgspec.Meta(pattern=r"^[^\s/]{1,120}$")]
    """Host and port by which gates reach this process; it stands in every code."""
    keys: Path
    """The authority's folder `enrolment`."""
    brokers: Annotated[tuple[EnrolBroker, ...], msgspec.Meta(min_length=1, max_length=8)]
    """What gates are told."""
    state: Path
    """A directory of its own, for the book of codes."""
    host: Host = "0.0.0.0"  # noqa: S104  # gates come from everywhere
    port: Port = 8443
    counter: Path | None = None
    """The socket for the pages and `collector enrol-code`; in `state` if left out."""


class Pages(Strict, frozen=True, kw_only=True):
    """What is said of pages, whoever they are for."""

    https: bool = False
    """True behind a proxy that speaks TLS and sets X-Forwarded-Proto: cookies are marked secure."""
    certificate: Path | None = None
    """PEM of the pages' own certificate, with its chain; left out behind a proxy."""
    key: Path | None = None
    """PEM of its private key, without a passphrase."""

    def __post_init__(self) -> None:
        """Refuse one without the other."""
        if (self.certificate is None) != (self.key is None):
            msg = N_("certificate and key are expected together")
            raise ValueError(msg)

    @property
    def secure(self) -> bool:
        """Say whether browsers come by TLS."""
        return self.https or self.certificate is not None

    @property
    def proxied(self) -> bool:
        """Say whether a proxy stands before the pages, and says who asks."""
        return self.https and self.certificate is None


class WebConfig(Pages, frozen=True):
    """Where the pages are offered."""

    state: Path
    """A directory of its own, for accounts and the secret of the sessions."""
    host: Host = "127.0.0.1"
    port: Port = 8080
    names: tuple[Host, ...] = ()
    """Further host names by which browsers reach the pages."""
    practice: bool = False
    """Everything in this district is made up; `collector practice` sets it, with a ledger to it."""
    demonstration: bool = False
    """A password alone lets in, and every page says so. Not for a district with people in it."""


class IssuingConfig(Strict, frozen=True):
    """The desk that issues passes and keeps declarations."""

    keys: Path
    """A folder of private keys, PEM: `self-service`, `attendant`, `institution` and `status`."""
    state: Path
    """A directory of its own, for the register of passes."""
    station: str = ""
    """Telephone of the health station that gives advice."""
    public: tuple[str, ...] = ()
    """Users of this machine who may bring declarations: the one who runs the public page."""
    officers: tuple[str, ...] = ()
    """Users who may issue and withdraw: the one who runs the pages of officers."""
    vault: tuple[str, ...] = ()
    """Users who may read sealed declarations: the one who runs the vault."""
    good_days: Annotated[int, msgspec.Meta(ge=1, le=30)] = 7
    """How long a declaration counts, and its pass."""
    worrying: Literal["none", "attendant"] = "attendant"
    """What pass follows from symptoms or a contact."""


class DispatchConfig(Strict, frozen=True):
    """Who tells the gates what to do and what to ask of people."""

    keys: Path
    """A folder of private keys, PEM: the authority's `command` and `policy`."""
    state: Path
    """A directory of its own, for commands, drafts and rollouts."""
    socket: Path | None = None
    """Where it listens; in `state` if left out."""
    users: tuple[str, ...] = ()
    """Users of this machine who may ask it, besides its own: the one who runs the pages."""


class PublicConfig(Pages, frozen=True):
    """Where people declare."""

    host: Host = "127.0.0.1"
    port: Port = 8090
    names: tuple[Host, ...] = ()
    """Further host names by which browsers reach the page."""


class UpConfig(Strict, frozen=True):
    """What `collector up` starts besides the collector's own processes."""

    broker: Path | None = None
    """The authority's folder `broker`; left out where the broker runs by itself."""
    address: Host = "0.0.0.0"  # noqa: S104  # gates come from everywhere
    """The one address on which the broker listens, at broker.port."""
    state: Path | None = None
    """A directory for the broker's own files; `broker-state` beside the ledger if left out."""


class HomeAssistantConfig(Strict, frozen=True):
    """A Home Assistant that is told how the gates fare; nobody is without this table."""

    host: Host
    """Of the broker that it hears: its own, or the district's."""
    ca: Path
    """PEM of the certificate from which the broker's comes."""
    state: Path
    """A directory of its own, for what that broker was told."""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 8883
    name: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]{1,64}$")] = "home_assistant"
    """MQTT client id; at the district's broker the common name of the certificate."""
    certificate: Path | None = None
    """Where the broker knows us by a certificate, and its key."""
    key: Path | None = None
    user: str = ""
    """Where it knows us by a password."""
    password: Path | None = None
    """A file with nothing else in it."""


class BackupConfig(Strict, frozen=True):
    """Where backups go, and how long they stay."""

    folder: Path
    """A directory of its own, best on another disk."""
    key: Path
    """PEM of the public half; the private half is kept offline (`collector backup key`)."""
    user: str = ""
    """As which role a database in PostgreSQL is read: its owner; the system's user if left out."""
    days: Annotated[int, msgspec.Meta(ge=1, le=29)] = 7
    """A backup so old is deleted; with the days of retention at most 30."""
    count: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 14
    """So many are kept, however young."""


class DisplayConfig(Strict, frozen=True):
    """How the pages speak until a reader chooses otherwise."""

    language: Language = "vi"


class Config(Strict, frozen=True):
    """The whole file."""

    ledger: LedgerConfig
    roster: RosterConfig
    broker: BrokerConfig
    receipt: ReceiptConfig
    web: WebConfig
    display: DisplayConfig = DisplayConfig()
    road: RoadConfig = RoadConfig()
    vault: VaultConfig = VaultConfig()
    retention: RetentionConfig = RetentionConfig()
    enrol: EnrolConfig | None = None
    issuing: IssuingConfig | None = None
    public: PublicConfig = PublicConfig()
    dispatch: DispatchConfig | None = None
    backup: BackupConfig | None = None
    home_assistant: HomeAssistantConfig | None = None
    up: UpConfig = UpConfig()

    def __post_init__(self) -> None:
        """Refuse backups that would keep a day longer than anything may be kept."""
        if self.backup is not None and self.retention.days + self.backup.days > LONGEST_DAYS:
            msg = N_("retention.days and backup.days must be 30 together, or less")
            raise ValueError(msg)

    @property
    def dispatching(self) -> Path | None:
        """Return the socket of the dispatch; None where there is none."""
        told = self.dispatch
        return None if told is None else told.socket or told.state / "socket"

    @property
    def counter(self) -> Path | None:
        """Return the socket of the enrolment process; None where there is none."""
        enrol = self.enrol
        return None if enrol is None else enrol.counter or enrol.state / "counter"

    @property
    def officers_desk(self) -> Path | None:
        """Return the socket at which officers' pages ask the desk; None where there is none."""
        return None if self.issuing is None else self.issuing.state / "officers"

    @property
    def declaring(self) -> Path | None:
        """Return the socket at which declarations are taken; None where there is no desk."""
        return None if self.issuing is None else self.issuing.state / "declaring"

    @property
    def declared(self) -> Path | None:
        """Return the socket at which the vault reads declarations; None without a desk."""
        return None if self.issuing is None else self.issuing.state / "declared"

    @property
    def outgoing(self) -> Path:
        """Return where the documents for the gates are."""
        return (self.road.state or self._beside.with_name("road")) / "outgoing"

    @property
    def _beside(self) -> Path:
        return self.ledger.path or self.roster.path

    @property
    def broker_state(self) -> Path:
        """Return where a broker that `collector up` starts keeps its own files."""
        return self.up.state or self._beside.with_name("broker-state")

    @property
    def tokens(self) -> Path:
        """Return the file of the tokens by which other programs ask."""
        return self.outgoing.with_name("tokens.json")

    @property
    def withdrawn(self) -> Path:
        """Return the file of withdrawn gates."""
        return self.road.withdrawn or self.outgoing.with_name("withdrawn")

    @property
    def opened(self) -> Path:
        """Return the file in which the vault says whose scans it has opened, for the board."""
        return self.outgoing.with_name("opened.json")

    @property
    def audit_head(self) -> Path:
        """Return the file in which the vault says where its audit stands, for the gates."""
        return self.outgoing.with_name("audit-head.json")

    @property
    def believed(self) -> Path:
        """Return the file in which retention says by which time others may delete.

        In a folder of its own: retention writes nothing else of what lies beside it.
        """
        return self.outgoing.with_name("clock") / "clock.json"

    @property
    def restored(self) -> Path:
        """Return the file that says that this district came out of a backup."""
        return self.outgoing.with_name("restored.json")

    @property
    def vault_state(self) -> Path:
        """Return the vault's folder; raise ConfigInvalid if none is named."""
        if self.vault.state is None:
            msg = f"vault.state: {N_('this key is missing')}"
            raise ConfigInvalid(msg)
        return self.vault.state

    @property
    def vault_socket(self) -> Path:
        """Return where the vault listens."""
        return self.vault.socket or self.vault_state / "socket"

    @property
    def authority(self) -> Path:
        """Return the authority's public file."""
        return self.road.authority or self.roster.path.with_name("public.json")


def load(path: Path) -> Config:
    """Read a configuration; raise ConfigInvalid naming the key that is wrong, FileUnusable."""
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
        if len(data) > LIMIT:
            msg = f"{path}: {N_('far too long')}"
            raise ConfigInvalid(msg)
        # With the mark of the byte order that editors on Windows write, too.
        document = tomllib.loads(data.decode("utf-8-sig"))
    except OSError as error:
        msg = f"{path}: {error.strerror or N_('cannot be read')}"
        raise FileUnusable(msg) from error
    except UnicodeDecodeError as error:
        msg = f"{path}: {N_('not UTF-8')}"
        raise ConfigInvalid(msg) from error
    except tomllib.TOMLDecodeError as error:
        msg = f"{path}: {complaint.unparsed(str(error), _)}"
        raise ConfigInvalid(msg) from error
    except RecursionError as error:
        msg = f"{path}: {complaint.nested(_)}"
        raise ConfigInvalid(msg) from error
    folder = path.resolve().parent
    try:
        return msgspec.convert(document, Config, dec_hook=lambda _, text: _path(folder, text))
    except msgspec.ValidationError as error:
        msg = f"{path}: {complaint.named(str(error), _)}"
        raise ConfigInvalid(msg) from error


def effective(config: Config) -> str:
    """Spell the configuration with every default filled in, one `table.key = value` a line."""
    tables = msgspec.to_builtins(config, enc_hook=str)
    return "\n".join(
        f"{table}.{key} = {msgspec.json.encode(value).decode()}"
        for table, keys in tables.items()
        for key, value in (keys or {}).items()
    )


def _path(folder: Path, text: object) -> Path:
    if not isinstance(text, str) or not text or "\0" in text:
        msg = N_("a path is expected")
        raise ValueError(msg)  # msgspec turns ValueError into a named key
    return folder / Path(text).expanduser()
