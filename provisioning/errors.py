"""What can go wrong at the authority's desk, in words for whoever sits there.

One tree under ProvisionError. Each error has a stable `code`, a `sentence` with places for its
details, and a `remedy`: what to do next. Both exist in Vietnamese and English; str() is English.
"""

from provisioning.i18n import marked

TEXT = marked("use {least} to {most} characters, all in one line")
NUMBER = marked("give a whole number from {least} to {most}")
MOMENT = marked("write a date such as 2027-02-06, or a time such as 2027-02-06T07:30")
"""What a value may be, for ValueInvalid."""


class ProvisionError(Exception):
    """Something that this program cannot do as asked. Details are given by name."""

    code = "provision-fault"
    sentence = marked("something went wrong: {detail}")
    remedy = marked("try again; if it comes back, call the help line")

    def __init__(self, **details: object) -> None:
        """Take the details that `sentence` has places for."""
        super().__init__(self.sentence.format(**details))
        self.details = details


class ArgumentsInvalid(ProvisionError):
    """A command line that cannot be understood."""

    code = "arguments-invalid"
    sentence = marked("the command cannot be understood: {detail}")
    remedy = marked("see `provision --help` for the commands and what they take")


class AuthorityExists(ProvisionError):
    """The folder already has something in it."""

    code = "authority-exists"
    sentence = marked("{folder} already exists and is not empty")
    remedy = marked("name a new folder: the keys of an authority are never overwritten")


class AuthorityMissing(ProvisionError):
    """The folder is not that of an authority."""

    code = "authority-missing"
    sentence = marked("{folder} is not the folder of an authority, or it is damaged")
    remedy = marked("name the folder made by `provision authority`, or restore its backup")


class KeyMissing(ProvisionError):
    """A private key that this needs is not here, or cannot be read as one."""

    code = "key-missing"
    sentence = marked("the key {path} is not here or is damaged")
    remedy = marked("do this where that part of the authority's folder is kept")


class RootAbsent(KeyMissing):
    """The root is not here: people hold it, in shares."""

    code = "root-absent"
    sentence = marked("this needs the authority's root, which people hold in shares")
    remedy = marked("bring together as many shares as it takes, and name each with --share")


class ShareInvalid(ProvisionError):
    """What was given as a share of the root is none, or has a mistake in it."""

    code = "share-invalid"
    sentence = marked("{path} shows no share of a root, or a word of it is wrong")
    remedy = marked("compare all 33 words with the page, or take a sharper picture of its code")


class SharesFew(ProvisionError):
    """Too few shares to bring the root back."""

    code = "shares-few"
    sentence = marked("{given} different shares were given, and it takes {needed}")
    remedy = marked("bring another holder's share; the same share twice counts once")


class ShareForeign(ProvisionError):
    """Shares that do not belong together, or not to this authority."""

    code = "share-foreign"
    sentence = marked("these shares do not belong together, or to another authority")
    remedy = marked("compare name, key and day at the head of each page")


class SheetUnreadable(ProvisionError):
    """A page that was just written and cannot be read back."""

    code = "sheet-unreadable"
    sentence = marked("the page {path} was written but cannot be read back")
    remedy = marked("check the free space, delete the pages and try again; nothing was changed")


class PassphraseMissing(ProvisionError):
    """Keys are closed with a passphrase, and there is nobody to ask for it."""

    code = "passphrase-missing"
    sentence = marked("the passphrase of the authority's keys was not given, or not twice the same")
    remedy = marked(
        "sit at a terminal, or give it to the service as the credential authority-passphrase"
    )


class PassphraseShort(ProvisionError):
    """A passphrase that could be guessed."""

    code = "passphrase-short"
    sentence = marked("the passphrase has fewer than {least} characters")
    remedy = marked("take five or six words that have nothing to do with one another")


class PassphraseWrong(ProvisionError):
    """A passphrase that does not open the key."""

    code = "passphrase-wrong"
    sentence = marked("the passphrase does not open the key {path}, or the file is damaged")
    remedy = marked("try again; if nobody knows it any more, replace the keys with `recover`")


class KeyEndsFirst(ProvisionError):
    """What was asked for would outlive the key that is to sign it: gates would refuse it then."""

    code = "key-ends-first"
    sentence = marked("the key that signs this ends on {date}, and this is to last longer")
    remedy = marked("make the next keys with `provision authority renew`, or let it end sooner")


class IssuerUnknown(ProvisionError):
    """No key of this authority issues passes under that name."""

    code = "issuer-unknown"
    sentence = marked("no key named {kid} issues passes here")
    remedy = marked("see `provision status` for the keys and their names")


class IssuerInUse(ProvisionError):
    """A key that still issues passes, waits for its turn, or has passes that are good."""

    code = "issuer-in-use"
    sentence = marked("the key {kid} is in use, in reserve, or has passes that are still good")
    remedy = marked("wait until they have ended; if the key was stolen, withdraw all its passes")


class WithdrawnForGood(ProvisionError):
    """A key of the desk's whose passes were all withdrawn: that is not taken back."""

    code = "withdrawn-for-good"
    sentence = marked("what the key {kid} of the desk has issued is withdrawn for good, or not")
    remedy = marked("turn to the key in reserve and issue the passes again")


class IssuerFull(ProvisionError):
    """A key has issued as many passes as its list has places."""

    code = "issuer-full"
    sentence = marked("this key has issued as many passes as its list has places")
    remedy = marked("turn to the next key with `provision issuer turn`")


class IssuerWithdrawn(ProvisionError):
    """Everything of that key is withdrawn, also what it would sign now."""

    code = "issuer-withdrawn"
    sentence = marked("all that key {kid} signs is withdrawn, so no gate would take this")
    remedy = marked(
        "take the key in reserve for passes (`provision issuer turn`); for cards make other keys"
        " (`provision authority recover`), or take the withdrawal back (`--every --restore`) and"
        " withdraw the cards by their numbers"
    )


class RegisterUnusable(ProvisionError):
    """The register of passes cannot be read or written."""

    code = "register-unusable"
    sentence = marked("the register of passes {path} cannot be used: {detail}")
    remedy = marked("check the free space and the permissions, or restore it from a backup")


class PassUnknown(ProvisionError):
    """No pass or control card, or more than one, has a number that ends so."""

    code = "pass-unknown"
    sentence = marked("{count} passes or cards have a number that ends in {number}; it must be one")
    remedy = marked(
        "compare it with the number on the pass or card, and give more of it, up to all sixteen "
        "characters"
    )


class SignerInvalid(ProvisionError):
    """A file that holds no certificate of a signer, or one that gates would refuse."""

    code = "signer-invalid"
    sentence = marked("{path} holds no certificate of a signer that gates take")
    remedy = marked("give certificates (PEM or DER) with keys of EC P-256, or RSA from 2048 bits")


class SignersTooMany(ProvisionError):
    """More signers than a list for gates has room for."""

    code = "signers-too-many"
    sentence = marked("{count} signers are more than a list for gates has room for")
    remedy = marked("leave out the signers whose certificates nobody here shows")


class PolicyInvalid(ProvisionError):
    """A file that is no policy, or one whose rules no gate could keep."""

    code = "policy-invalid"
    sentence = marked("the policy {path} cannot be used: {where}{detail}")
    remedy = marked("correct what is named here; docs/policy.en.md says what each field means")


class ReleaseInvalid(ProvisionError):
    """A folder of wheels that is no release for gates."""

    code = "release-invalid"
    sentence = marked("the wheels in {folder} are no release for gates: {detail}")
    remedy = marked("lay the gate's wheels there, all for its system, without picamera2 and lgpio")


class ClockWrong(ProvisionError):
    """This machine's clock cannot be right."""

    code = "clock-wrong"
    sentence = marked("the clock of this machine says {when}, which cannot be right")
    remedy = marked("set the clock and try again: certificates and passes carry dates")


class RequestInvalid(ProvisionError):
    """A gate's request that is none, or that its own key did not sign."""

    code = "request-invalid"
    sentence = marked("the gate's request cannot be used: {detail}")
    remedy = marked("make the request again on the gate with `gate keys` and copy the whole file")


class CertificateUnknown(ProvisionError):
    """A name or a number under which no client's certificate is known here."""

    code = "certificate-unknown"
    sentence = marked("no certificate of a client that is still good is known here as {what}")
    remedy = marked(
        "carry `certificates` of the enrolment machine here, or give a file with the certificate; "
        "`collector gates revoke` keeps a gate away meanwhile"
    )


class RequestUsed(ProvisionError):
    """The request of a gate that is already enrolled under another name."""

    code = "request-used"
    sentence = marked("this request belongs to the gate {gate}, which is already enrolled")
    remedy = marked("use the request of the new gate: each gate makes keys of its own")


class GateKnown(ProvisionError):
    """A gate of that name is enrolled with another key."""

    code = "gate-known"
    sentence = marked("a gate named {gate} is already enrolled with other keys")
    remedy = marked("choose another name; or, if this gate takes its place, add --replace")


class GateUnknown(ProvisionError):
    """A card for a gate or a place that is not in the roster: no gate would obey it."""

    code = "gate-unknown"
    sentence = marked("no gate of that name is enrolled, and no place: {name}")
    remedy = marked("see roster.json in the authority's folder for the names of gates and places")


class CardUnusable(ProvisionError):
    """A memory card, or an image, that no gate could start from."""

    code = "card-unusable"
    sentence = marked("{path} cannot become a gate's memory card: {detail}")
    remedy = marked("write Raspberry Pi OS Lite (64 bit) onto a card, or give its image")


class ToolMissing(ProvisionError):
    """A tool of the system is not installed."""

    code = "tool-missing"
    sentence = marked("this machine has no {name}")
    remedy = marked("install mtools and e2fsprogs with apt")


class TechnicianKeyInvalid(ProvisionError):
    """A file that holds no public key of a technician."""

    code = "technician-key-invalid"
    sentence = marked("{path} holds no public SSH key that gates take")
    remedy = marked("make one with `ssh-keygen -t ed25519` and give its .pub file")


class CardTooWide(ProvisionError):
    """A card that gates would refuse: for too many of them, or for too long."""

    code = "card-too-wide"
    sentence = marked("no gate would obey this card ({does}): it is for too many, or for too long")
    remedy = marked("name one gate with --gate, and let it end after a few days (--until)")


class CardTooLong(ProvisionError):
    """A card whose code would be too fine to be read from paper."""

    code = "card-too-long"
    sentence = marked("the code of this card would have {chars} characters; gates read {most}")
    remedy = marked("shorten the names on it: of the place, of the area or of the network")


class NotConfirmed(ProvisionError):
    """Something that cannot be taken back, and nobody has said yes to it."""

    code = "not-confirmed"
    sentence = marked("nothing was done: this cannot be taken back and was not confirmed")
    remedy = marked("read what it means above, and do it again with --yes")


class RosterDamaged(ProvisionError):
    """The list of gates cannot be read."""

    code = "roster-damaged"
    sentence = marked("the list of gates {path} cannot be read")
    remedy = marked("restore roster.json from a backup of the authority's folder")


class ValueInvalid(ProvisionError):
    """A value that cannot be used."""

    code = "value-invalid"
    sentence = marked("{name} cannot be “{value}”")
    remedy = marked("see `provision --help` for what it takes")

    def __init__(self, *, takes: str = "", **details: object) -> None:
        """Take the details, and what this value may be: the remedy, with places for details."""
        super().__init__(**details)
        self.remedy = takes or self.remedy


class NameInvalid(ValueInvalid):
    """A gate's name that would not fit into topics."""

    code = "name-invalid"
    remedy = marked(
        "use 1 to 40 of the letters a to z, the digits and the hyphen; not “{reserved}”"
    )


class FileUnusable(ProvisionError):
    """A file that cannot be read or written."""

    code = "file-unusable"
    sentence = marked("{path} cannot be used: {detail}")
    remedy = marked("check the name, the free space and the permissions")


class FontMissing(ProvisionError):
    """No font with Vietnamese letters is installed."""

    code = "font-missing"
    sentence = marked("no font with Vietnamese letters is installed, so a pass cannot be drawn")
    remedy = marked("install one with `apt install fonts-dejavu-core`")
