"""What can go wrong at the vault, in words for custodians and operators. No secret is quoted."""

from collector.errors import CollectorError
from collector.i18n import N_


class VaultLocked(CollectorError):
    """What was asked needs the keys, and the custodians have not unlocked them."""

    code = "vault-locked"
    says = N_("The vault is locked: traces wait")
    remedy = N_("ask the custodians to run `collector vault unlock`; doors and intake go on")


class VaultAway(CollectorError):
    """Nothing answers at the vault's socket."""

    code = "vault-away"
    says = N_("The vault does not answer")
    remedy = N_("start `collector vault run` and check vault.socket in the configuration")


class VaultRefused(CollectorError):
    """The vault answers this user of the machine nothing."""

    code = "vault-refused"
    says = N_("The vault does not answer this user of the machine")
    remedy = N_("run it as the vault's user, or as one that vault.users names")


class VaultBusy(CollectorError):
    """Another vault works with the same folder."""

    code = "vault-busy"
    says = N_("A vault is running already")
    remedy = N_("stop the other `collector vault run` first")


class VaultExists(CollectorError):
    """The keys are wrapped already."""

    code = "vault-exists"
    says = N_("The keys of this vault are wrapped already")
    remedy = N_("keep them: whoever wraps again cannot open what is stored")


class VaultMissing(CollectorError):
    """No custodian has a share yet."""

    code = "vault-missing"
    says = N_("This vault has no custodians yet")
    remedy = N_("run `collector vault init` with the authority's vault/seal.pem")


class VaultUnusable(CollectorError):
    """The vault's folder cannot be used, or is open to others."""

    code = "vault-unusable"
    says = N_("The folder of the vault cannot be used")
    remedy = N_(
        "make the folder vault.state the vault user's own, with mode 0700, on a disk that can be"
        " written and has room"
    )


class CustodyBroken(CollectorError):
    """The file with the wrapped keys is damaged, or its parts are not of one set."""

    code = "custody-broken"
    says = N_("The file with the wrapped keys is damaged")
    remedy = N_("put back the copy of `custody.json` that was kept when the keys were wrapped")


class CustodianUnknown(CollectorError):
    """Nobody of that name has a share."""

    code = "custodian-unknown"
    says = N_("There is no custodian of that name")
    remedy = N_("`collector vault status` shows the names")


class CustodiansInvalid(CollectorError):
    """Names or numbers of custodians that cannot be taken."""

    code = "custodians-invalid"
    says = N_("The keys cannot be given to these custodians")
    remedy = N_("name at least two who are asked for, each once; one alone only with --demo")


class PassphraseWrong(CollectorError):
    """A passphrase that does not open this custodian's share."""

    code = "passphrase-wrong"
    says = N_("This passphrase does not open the custodian's share")
    remedy = N_("type it again; switch the Vietnamese input method off")


class PassphraseWeak(CollectorError):
    """A passphrase that could be guessed by who steals the disk."""

    code = "passphrase-weak"
    says = N_("This passphrase could be guessed")
    remedy = N_("take one of at least 16 characters, or let `collector vault init` make them")


class UnlockPaused(CollectorError):
    """Too many wrong passphrases."""

    code = "unlock-paused"
    says = N_("Too many wrong passphrases: the vault takes none for a while")
    remedy = N_("wait five minutes; if nobody of you typed them, tell the operator")


class RegistrationInvalid(CollectorError):
    """Somebody cannot be registered so."""

    code = "registration-invalid"
    says = N_("Nobody can be registered like this")
    remedy = N_("scan the pass again: without its number nothing is stored")
