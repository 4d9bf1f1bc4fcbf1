"""What can go wrong with a gate, in words for whoever stands before it.

One tree under GateError. Each error has a stable `code`, which lamp pattern, log, board and
handbook key on, and a `remedy`: what to do next. Both sentences exist in Vietnamese and English
(device/i18n.py). A refusal at the door is no error but a verdict.
"""

from device.i18n import N_


class GateError(Exception):
    """A gate that cannot do its work.

    `code` is stable; `says` and `remedy` are one sentence each, in the catalogues. The message
    adds the detail of the moment and never quotes a code's text.
    """

    code = "gate-fault"
    says = N_("The gate cannot do its work")
    remedy = N_("restart the gate; if it comes back, call the help line")


class ConfigInvalid(GateError):
    """A configuration file that cannot be read as one."""

    code = "config-invalid"
    says = N_("The configuration file is not right")
    remedy = N_("correct what is named here and start again")


class ConfigMissing(ConfigInvalid):
    """A configuration file that is not there, or that this user may not read."""

    code = "config-missing"
    says = N_("The configuration file cannot be read")
    remedy = N_("name the gate's configuration file after --config")


class ScriptInvalid(ConfigInvalid):
    """The file that says who comes to a drawn doorway cannot be read as one."""

    code = "script-invalid"
    says = N_("The script of the drawn doorway is not right")
    remedy = N_("docs/passes.en.md shows a script that works, and says what may stand in one")


class ArgumentsInvalid(GateError):
    """A command line that cannot be understood."""

    code = "arguments-invalid"
    says = N_("The command cannot be understood")
    remedy = N_("see `gate --help` for the commands and what they take")


class StorageUnusable(GateError):
    """A file or folder that the gate needs cannot be made, read or written."""

    code = "storage-unusable"
    says = N_("A file or folder that the gate needs cannot be used")
    remedy = N_("check the free space, the owner and the permissions of what is named")


class IssuersUnreadable(GateError):
    """A file that was named as an authority's public keys and is none."""

    code = "issuers-unreadable"
    says = N_("This file does not hold an authority's public keys")
    remedy = N_("give the file public.json from the authority's folder")


class PolicyUnreadable(GateError):
    """A file that was named as a site's policy and is none."""

    code = "policy-unreadable"
    says = N_("This file does not hold a site's policy")
    remedy = N_("correct what is named here, or give the file that `provision policy` made")


class NotEnrolled(GateError):
    """The gate has no keys or no enrolment, or one that the authority did not sign."""

    code = "not-enrolled"
    says = N_("This gate is not enrolled")
    remedy = N_("make the gate's keys with `gate keys` and enrol it with `provision gate`")


class RootMissing(NotEnrolled):
    """The authority's public root, which lies on every memory card, is not there or is none."""

    remedy = N_("copy root.json from the authority's folder into the folder folders.keys")


class EnrolmentRefused(NotEnrolled):
    """An enrolment that somebody brings and that is not one for this gate."""

    code = "enrolment-refused"
    says = N_("This enrolment cannot be taken")
    remedy = N_("bring the whole file that `provision gate` made from this gate's own request")


class EnrolmentUnreadable(NotEnrolled):
    """The gate is somebody, or may be, but its files are not given to this user: nobody else's."""


class CameraMissing(GateError):
    """No camera is there, or it cannot be opened."""

    code = "camera-missing"
    says = N_("No camera is there, or it cannot be opened")
    remedy = N_("check the camera's ribbon cable and the package python3-picamera2")


class CameraLost(GateError):
    """The camera stopped delivering frames."""

    code = "camera-lost"
    says = N_("The camera stopped delivering frames")
    remedy = N_("check the camera's ribbon cable; the gate restarts by itself")


class PictureUnreadable(GateError):
    """A file that is no picture this program can read."""

    code = "picture-unreadable"
    says = N_("This file is not a picture that can be read")
    remedy = N_("give a JPEG, PNG, WebP or TIFF picture, or a video file")


class DecoderMissing(GateError):
    """A library that reads codes is not on this machine."""

    code = "decoder-missing"
    says = N_("A library that reads codes is not on this machine")
    remedy = N_("install Debian's package libzbar0 and start the gate again")


class PinsMissing(GateError):
    """The board's pins cannot be used."""

    code = "pins-missing"
    says = N_("The board's pins cannot be used")
    remedy = N_('on a machine without pins set panel.board = "mock" in the configuration')


class PinsBusy(PinsMissing):
    """Another program has a pin that the gate needs."""

    code = "pins-busy"
    says = N_("Another program is using the board's pins")
    remedy = N_("stop what else uses the pins; the gate itself: systemctl stop gate-scanner")


class JournalFull(GateError):
    """The store reached its limit with nothing safe to drop."""

    code = "journal-full"
    says = N_("The memory card is full of scans that are not sent yet")
    remedy = N_("reconnect the gate to the network so that it can send its scans")


class JournalBroken(GateError):
    """The store cannot be written, or cannot be believed after a failed write."""

    code = "journal-broken"
    says = N_("The scans on the memory card cannot be written or read")
    remedy = N_("replace the memory card and keep the old one: its scans are still on it")


class JournalNewer(GateError):
    """The records on the card were written by a newer version of this program."""

    code = "journal-newer"
    says = N_("The scans on the memory card were written by a newer version of the gate's program")
    remedy = N_("install the newer version on this gate again; nothing on the card was changed")


class JournalForeign(GateError):
    """The records on the card belong to another gate."""

    code = "journal-foreign"
    says = N_("The scans on the memory card belong to another gate")
    remedy = N_("put this card back into its own gate, and give this gate one of its own")


class ProofRefused(GateError):
    """A file of receipts that cannot be taken."""

    code = "proof-refused"
    says = N_("These receipts cannot be taken")
    remedy = N_("bring the file that the district made from this gate's own export")


class JournalBusy(GateError):
    """Another scanner writes this journal."""

    code = "journal-busy"
    says = N_("Another scanner is already running for this gate")
    remedy = N_("stop the other scanner of this gate; only one may write")


class LinkDown(GateError):
    """The broker cannot be reached, or the connection broke."""

    code = "link-down"
    says = N_("The district's broker cannot be reached")
    remedy = N_("nothing to do: the gate goes on by itself and sends when the network is back")


class BrokerForeign(GateError):
    """What answers at the broker's address is not the broker of this gate's authority."""

    code = "broker-foreign"
    says = N_("What answers is not the broker of this gate's district")
    remedy = N_("check host and port of link.brokers in the configuration")


class LinkRefused(GateError):
    """The broker answered and does not let the gate in."""

    code = "link-refused"
    says = N_("The district's broker does not let this gate in")
    remedy = N_("check that this gate's certificate is known at the district and not withdrawn")


class CertificateExpired(GateError):
    """A certificate of the link has run out, or is not valid yet."""

    code = "certificate-expired"
    says = N_("A certificate has run out or is not valid yet")
    remedy = N_(
        "check the gate's clock; if it is right, renew the certificate with `provision gate`"
    )


class IdentityShared(GateError):
    """Another client came with this gate's certificate, and the broker let that one in."""

    code = "identity-shared"
    says = N_("Another gate uses this gate's identity")
    remedy = N_("find the other gate of this name, and enrol one of the two anew")


class BrokerBusy(GateError):
    """The broker answered and has no room for this gate now."""

    code = "broker-busy"
    says = N_("The district's broker has no room for this gate now")
    remedy = N_("nothing to do: the gate goes on by itself and tries again later")


class BrokerOld(GateError):
    """The broker speaks MQTT 3.1.1 only, so it does not say why it drops a message."""

    code = "broker-old"
    says = N_("The district's broker is too old to say why it refuses something")
    remedy = N_("ask the district for a broker that speaks MQTT 5")


class ReleaseRefused(GateError):
    """Another release of the program was brought, and it is none for this gate."""

    code = "release-refused"
    says = N_("The release that was brought is not taken")
    remedy = N_("bring the newest release that the authority has signed, all of its folder")


class ReleaseFailed(GateError):
    """A release that the authority signed does not work on this gate."""

    code = "release-failed"
    says = N_("The new release does not work on this gate")
    remedy = N_("nothing to do at the door; tell the help line which release it was")


class AttendantUnknown(GateError):
    """A name of an attendant that is not there, or cannot be one."""

    code = "attendant-unknown"
    says = N_("There is no attendant of this name, or it cannot be a name")
    remedy = N_("see `gate attendant ls`; a name has at most 40 characters")


class PasswordWeak(GateError):
    """A password for a desk that is too easily guessed."""

    code = "password-weak"
    says = N_("This password is too easily guessed")
    remedy = N_("choose at least 8 characters, not the same few again and again")


class KeyUnusable(GateError):
    """A key for passes at a desk that is damaged, or is none."""

    code = "key-unusable"
    says = N_("A key for this desk's passes cannot be used")
    remedy = N_("carry the folder that `provision desk` has made here again")


class DeskBusy(GateError):
    """The address of a desk's page is taken, or its certificate cannot be used."""

    code = "desk-busy"
    says = N_("The desk's page cannot be opened at its address")
    remedy = N_("see that no other desk runs here, and check desk.port and desk.certificate")


class PrinterLost(GateError):
    """A thermal printer that cannot be written to."""

    code = "printer-lost"
    says = N_("The printer does not answer")
    remedy = N_("check its cable, its power and its paper, or print the PDF on another printer")


class FontMissing(GateError):
    """No font that has the letters of Vietnamese."""

    code = "font-missing"
    says = N_("No font with the letters of Vietnamese is installed")
    remedy = N_("install the package fonts-dejavu-core")
