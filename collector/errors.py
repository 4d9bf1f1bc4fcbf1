"""What can go wrong at the collector, in words for whoever runs it.

One tree under CollectorError. Each error has a stable `code`, which log and handbook key on, what
it `says`, and a `remedy`: what to do next. Both sentences exist in Vietnamese and English
(collector/i18n.py). No message quotes a record's content or a secret.

One table, though many raise them: a process that is answered over a socket finds the error by its
code (asking/protocol.py), so it must know those that others raise. Only what never crosses a socket
stands elsewhere, and the vault's own, which its client brings along.
"""

from collector.i18n import N_


class CollectorError(Exception):
    """A collector that cannot do its work.

    `code` is stable; `says` and `remedy` are one sentence each, in the catalogues. The message adds
    the detail of the moment: a name, and behind a colon what is wrong with it.
    """

    code = "collector-fault"
    says = N_("The collector cannot do its work")
    remedy = N_("start it again; if it comes back, keep the log and call the help line")


class ArgumentsInvalid(CollectorError):
    """A command line that says nothing we know."""

    code = "arguments-invalid"
    says = N_("The command cannot be understood")
    remedy = N_("see `collector --help` for the commands and what they take")


class ConfigInvalid(CollectorError):
    """A configuration file that cannot be read as one."""

    code = "config-invalid"
    says = N_("The configuration file is not right")
    remedy = N_("correct the named key of the configuration file and start again")


class RosterInvalid(CollectorError):
    """The list of gates cannot be read as one."""

    code = "roster-invalid"
    says = N_("The list of gates is not right")
    remedy = N_("write the roster again with `provision`, and do not edit it by hand")


class KeyUnreadable(CollectorError):
    """A key or certificate file is missing or not what it should be."""

    code = "key-unreadable"
    says = N_("A key or certificate cannot be used")
    remedy = N_(
        "point the named key of the configuration to the file that `provision` made, and let this"
        " user read it"
    )


class CertificateExpired(CollectorError):
    """A certificate of the link has run out, or is not valid yet."""

    code = "certificate-expired"
    says = N_("A certificate is not valid today")
    remedy = N_("check the clock of this machine; if it is right, renew the certificate")


class BrokerUnreachable(CollectorError):
    """Nothing answers at the broker's address."""

    code = "broker-unreachable"
    says = N_("The broker does not answer")
    remedy = N_("check that the broker runs and that broker.host and broker.port are right")


class IntakeAway(CollectorError):
    """No intake runs that was ever let in by the broker."""

    code = "intake-away"
    says = N_("Nobody takes in what the gates send")
    remedy = N_(
        "start `collector intake` and see what its log says; gates keep their records until then"
    )


class BrokerUntrusted(CollectorError):
    """The broker's certificate is not the authority's, or it does not believe ours."""

    code = "broker-untrusted"
    says = N_("The broker and this collector do not trust each other")
    remedy = N_("check broker.ca, broker.certificate and broker.key: all come from one authority")


class LinkRefused(CollectorError):
    """The broker answered and does not let us in, or not to our topics."""

    code = "link-refused"
    says = N_("The broker does not let us in")
    remedy = N_("check that the broker knows this certificate's name and runs with our access list")


class LedgerMissing(CollectorError):
    """There is no ledger yet."""

    code = "ledger-missing"
    says = N_("There is no ledger yet")
    remedy = N_(
        "start `collector intake` once: it makes the ledger; in PostgreSQL"
        " `collector database setup` does"
    )


class LedgerFull(CollectorError):
    """The disk of a database is full; nothing is confirmed until there is room."""

    code = "ledger-full"
    says = N_("The disk is full: nothing was stored")
    remedy = N_(
        "make room on it; gates keep their records until then, and what was asked for can be asked"
        " again"
    )


class LedgerBusy(CollectorError):
    """Another program keeps the ledger locked."""

    code = "ledger-busy"
    says = N_("The ledger is locked by another program")
    remedy = N_("stop whatever else writes to the ledger; intake tries again by itself")


class DatabaseAway(LedgerBusy):
    """The server of the database does not answer."""

    code = "database-away"
    says = N_("The database does not answer")
    remedy = N_(
        "see that PostgreSQL runs and lets this user in (`collector database setup` makes its"
        " roles); what waits tries again by itself"
    )


class LedgerBroken(CollectorError):
    """The ledger cannot be read or written, or is not one of ours."""

    code = "ledger-broken"
    says = N_("The ledger cannot be used")
    remedy = N_("stop the collector, keep the file, and restore the last backup beside it")


class LedgerUnwritable(LedgerBroken):
    """The file of a database may not be opened or written; what is in it is whole."""

    code = "ledger-unwritable"
    says = N_("A database may not be opened or written")
    remedy = N_(
        "see that its disk is not mounted read-only, and that the file and its folder belong to the"
        " user of this process; what is in it is whole"
    )


class PortBusy(CollectorError):
    """Another program listens on the port of the pages, or of enrolment."""

    code = "port-busy"
    says = N_("The port is taken")
    remedy = N_("stop the other program, or choose another port in the configuration")


class AddressUnusable(CollectorError):
    """Pages or enrolment cannot be offered at the configured address."""

    code = "address-unusable"
    says = N_("Nothing can be offered at this address")
    remedy = N_("set host in that table to an address of this machine, such as 127.0.0.1")


class StateUnwritable(CollectorError):
    """The directory of a process's own state cannot be used."""

    code = "state-unwritable"
    says = N_("A folder of this district cannot be used")
    remedy = N_(
        "make what is named writable for the user of that process, and see that its disk is not"
        " mounted read-only"
    )


class UserExists(CollectorError):
    """An account of that name is there already."""

    code = "user-exists"
    says = N_("There is an account of that name already")
    remedy = N_("choose another name, or give it a new password with `collector user password`")


class UserUnknown(CollectorError):
    """No account of that name."""

    code = "user-unknown"
    says = N_("There is no account of that name")
    remedy = N_("check the name, or make the account with `collector user add`")


class LoginRefused(CollectorError):
    """No account of that name with that password, or the code was wrong. It does not say which."""

    code = "login-refused"
    says = N_("Nobody is let in by this name, password and code")
    remedy = N_("try again; after five wrong codes only the operator unlocks the account")


class LoginUnready(CollectorError):
    """An account whose holder has not yet chosen a password or set up the second step."""

    code = "login-unready"
    says = N_("This account is not set up yet")
    remedy = N_("log in on the pages once: choose a password and set up the second step")


class UserInvalid(CollectorError):
    """A user name or a password that cannot be taken."""

    code = "user-invalid"
    says = N_("This name or password cannot be taken")
    remedy = N_("choose a name of letters, digits and -_.@+ and a password that is hard to guess")


class FontMissing(CollectorError):
    """Prints need fonts that carry Vietnamese."""

    code = "font-missing"
    says = N_("The fonts for prints are not installed")
    remedy = N_("install the package fonts-dejavu-core on the server")


class PracticeMixed(CollectorError):
    """Practice and a real district in one."""

    code = "practice-mixed"
    says = N_("Practice and a real district must not be mixed")
    remedy = N_("use the configuration that was made with this ledger, and no other")


class PracticeThere(CollectorError):
    """A folder for practice that is not empty."""

    code = "practice-there"
    says = N_("This folder is not empty")
    remedy = N_("name a new folder: a district to practise in is made from nothing")


class DeskMissing(CollectorError):
    """The pages know no vault to ask."""

    code = "desk-missing"
    says = N_("These pages are not connected to a vault")
    remedy = N_("ask the operator to start the vault and to name its socket in the configuration")


class RoleUnbounded(CollectorError):
    """A role that reaches nothing, or everything, without a grant."""

    code = "role-unbounded"
    says = N_("This role needs to be told what it reaches")
    remedy = N_("name at least one, as in `--area NAME`, `--sector NAME` or `--place NAME`")


class GateUnknown(CollectorError):
    """No gate of that name is in the roster or the ledger."""

    code = "gate-unknown"
    says = N_("There is no gate of that name")
    remedy = N_("check the name: the page “Gates” shows the names of all gates")


class DocumentRefused(CollectorError):
    """A document for gates that must not be sent to them."""

    code = "document-refused"
    says = N_("This document cannot be sent to gates")
    remedy = N_("sign it again with `provision`, with this authority's keys, and try again")


class SigningKeyUnfit(CollectorError):
    """The dispatch's key has ended, or the authority's ring does not name it."""

    code = "signing-key-unfit"
    says = N_("Gates would not believe the key with which this is to be signed")
    remedy = N_(
        "tell the operator: renew the keys with `provision authority renew`, give the dispatch the"
        " new ones and the new public.json, and start it again"
    )


class StoreUnusable(CollectorError):
    """A file that this district keeps, whichever process does, cannot be read or written."""

    code = "store-unusable"
    says = N_("A file of this district cannot be read or written")
    remedy = N_(
        "make what is named, and its folder, writable for the user of that process, and see that"
        " its disk is neither full nor mounted read-only"
    )


class ExportRefused(CollectorError):
    """An exported journal that cannot be taken."""

    code = "export-refused"
    says = N_("This export of a gate's journal cannot be taken")
    remedy = N_("copy the whole file again from the gate, or export it again")


class FileUnusable(CollectorError):
    """A file named on the command line that cannot be read or written."""

    code = "file-unusable"
    says = N_("A file cannot be read or written")
    remedy = N_("check the name, the owner and the free space of what is named")


class NotAllowed(CollectorError):
    """An officer asked for what their role, or the area of their role, does not let them do."""

    code = "not-allowed"
    says = N_("Your role does not allow this")
    remedy = N_("ask an officer whose role does, or have the operator change what you were granted")


class NotOfCase(NotAllowed):
    """Somebody is wanted who does not belong to the case."""

    code = "not-of-case"
    says = N_("This person does not belong to the case")
    remedy = N_(
        "find them for this case by what they showed, or put them on its list from a trace;"
        " that you asked is in the audit"
    )


class QuestionTooWide(CollectorError):
    """A trace that would look at most of a district."""

    code = "question-too-wide"
    says = N_("This asks about more people than can be traced for one case")
    remedy = N_("ask about fewer places, fewer days or fewer people; several cases take several")


class CaseUnknown(CollectorError):
    """No case of that number, or none that is this officer's."""

    code = "case-unknown"
    says = N_("There is no such case in your area")
    remedy = N_("look at your list of cases; the case may belong to another area")


class CaseClosed(CollectorError):
    """The case is closed or its time is over."""

    code = "case-closed"
    says = N_("This case is closed, or its time is over")
    remedy = N_("open a new case on a ground of today, if people must still be looked at")


class CaseInvalid(CollectorError):
    """A case that cannot be opened or changed as was said."""

    code = "case-invalid"
    says = N_("The case cannot be kept like this")
    remedy = N_("correct what is named and send it again")

    EMPTY = N_("a reference and a ground are needed")
    EXPIRY = N_("the end must lie in the future, and at most 60 days away")
    DAYS = N_("isolation cannot begin before the first symptoms")
    INDEX = N_("a case has at most 50 index persons")


class ApprovalNeeded(CollectorError):
    """So many people are opened only with a second officer."""

    code = "approval-needed"
    says = N_("So many people are opened only with a second officer's word")
    remedy = N_("narrow the list, or ask a second officer on the page of the case")


class ApprovalRefused(CollectorError):
    """Nobody agrees to their own request, or to none."""

    code = "approval-refused"
    says = N_("This request cannot be agreed to by you")
    remedy = N_("have another officer of the case look at it")


class ContactUnknown(CollectorError):
    """The person is not on the list of this case."""

    code = "contact-unknown"
    says = N_("This person is not on the list of the case")
    remedy = N_("trace again and put the person on the list")


class ContactChanged(CollectorError):
    """Somebody else has changed the contact since it was shown."""

    code = "contact-changed"
    says = N_("Somebody else has changed this contact in the meantime")
    remedy = N_("look at what is there now, and change it again if that is still needed")


class ContactBusy(CollectorError):
    """Another officer is calling this person."""

    code = "contact-busy"
    says = N_("Another officer is calling this person")
    remedy = N_("take the next one on the list, or ask the officer who is named")


class MergeRefused(CollectorError):
    """Two rows that cannot be made one, or not be taken apart."""

    code = "merge-refused"
    says = N_("These two cannot be joined, or not be taken apart")
    remedy = N_("look at both again: someone else may have joined them or taken them apart")


class PersonUnknown(CollectorError):
    """No person row of that number: it may have been deleted."""

    code = "person-unknown"
    says = N_("There is no such person any more")
    remedy = N_("search again: what is older than the days of retention is deleted")


class HoldRefused(CollectorError):
    """Something that cannot be held beyond retention, or not so."""

    code = "hold-refused"
    says = N_("This cannot be held beyond retention")
    remedy = N_("give a reason, another officer who approves, and an end within a year")


class PagesAway(CollectorError):
    """Nothing answers where the pages are offered."""

    code = "pages-away"
    says = N_("The pages do not answer")
    remedy = N_("see that `collector web` and `collector public` run, and what their log says")


class PagesOther(CollectorError):
    """Something that is none of our pages answers in their place."""

    code = "pages-other"
    says = N_("Another program answers where the pages should be")
    remedy = N_(
        "see which one has that port (`ss -ltnp`), and stop it or choose another port; then start"
        " the pages"
    )


class PlainHttp(CollectorError):
    """The pages are offered beyond this machine without encryption."""

    code = "plain-http"
    says = N_("The pages are offered to other machines without HTTPS")
    remedy = N_(
        "give them certificate and key in their table, or put a proxy with a certificate before"
        " them and set https; or host = 127.0.0.1"
    )


class CertificateKept(CollectorError):
    """The files were renewed, and do not fit: the pages go on with what they had."""

    code = "certificate-kept"
    says = N_("The pages still show an earlier certificate: the new one and its key do not fit")
    remedy = N_(
        "lay certificate and key down again, both (`take-certificate`); they count at the next"
        " connection, and do not start the pages anew before"
    )


class HandoverUnknown(CollectorError):
    """No hand-over of that number, or of another file."""

    code = "handover-unknown"
    says = N_("There is no such hand-over, or it was another file")
    remedy = N_("compare the number on the file with the list of hand-overs of the case")


class ReferralRefused(CollectorError):
    """Nothing that could be handed to the district, or nobody who could take it up."""

    code = "referral-refused"
    says = N_("This cannot be handed over to the district, or taken up there")
    remedy = N_("trace the case: what lies beyond your scope is counted then")

    NOTHING = N_("nothing lies beyond your scope")
    UNTRACED = N_("you have not traced this case just now")
    NONE = N_("nothing of this case was handed over to the district")
    OWN = N_("another officer must take it up")


class ReferralTaken(CollectorError):
    """Another officer was first."""

    code = "referral-taken"
    says = N_("Another officer has taken this up already")
    remedy = N_("ask the officer who is named; the case and its list are there for both of you")


class EnrolmentAway(CollectorError):
    """The enrolment process does not answer at its counter."""

    code = "enrolment-away"
    says = N_("The enrolment of gates does not answer")
    remedy = N_("start `collector enrol`, and check that this user may open enrol.counter")


class OrderRefused(CollectorError):
    """An enrolment code that cannot be made."""

    code = "order-refused"
    says = N_("This enrolment code cannot be made")
    remedy = N_("check the gate's name, the place and the network, and ask again")


class EnrolmentUnset(CollectorError):
    """The configuration says nothing of enrolment."""

    code = "enrolment-unset"
    says = N_("This collector enrols no gates")
    remedy = N_("write a table `enrol` into the configuration, with address, keys and brokers")


class OrderInvalid(CollectorError):
    """Passes that cannot be issued as they were ordered."""

    code = "order-invalid"
    says = N_("Passes cannot be issued like this")
    remedy = N_("correct what is named and order them again; none was issued")

    COUNT = N_("from 1 to 10,000 passes at a time")
    TERM = N_("a pass ends after it begins and after now, and lasts at most a year")
    HOLDER = N_("there is no such class of holder")
    ENTRIES = N_("a pass is good for 1 to 99 entries")


class WayClosed(CollectorError):
    """There is no key for that way to a pass."""

    code = "way-closed"
    says = N_("Passes are not issued this way here")
    remedy = N_("put the key of that way into the folder issuing.keys, or choose another way")


class IssuerFull(CollectorError):
    """An issuer's list has no place left."""

    code = "issuer-full"
    says = N_("This key has issued as many passes as its list can hold")
    remedy = N_("turn to the key in reserve with `provision issuer turn`")


class PassesMany(CollectorError):
    """An institution was given more passes in a short time than any has people."""

    code = "passes-many"
    says = N_("This institution was given very many passes just now")
    remedy = N_(
        "see that nobody else uses its account or token; the same list can be sent again tomorrow"
    )


class DeclarationsMany(CollectorError):
    """More was declared in a short time than a district has people."""

    code = "declarations-many"
    says = N_("Very many declarations came just now, and no more are taken for a while")
    remedy = N_(
        "see at the proxy of the public page who sends them, and shut them out; it takes them again"
        " by itself"
    )


class PassUnknown(CollectorError):
    """No pass has that number, or several end so."""

    code = "pass-unknown"
    says = N_("There is no such pass, or the ending fits several")
    remedy = N_("give more of the number's last characters, as they are printed on the pass")


class ListRefused(CollectorError):
    """A list of people that cannot be given passes."""

    code = "list-refused"
    says = N_("This list cannot be given passes")
    remedy = N_("correct what is named and send the list again; nothing was issued")

    SIZE = N_("it is empty or far too long")
    TWICE = N_("somebody is on it twice")
    DIFFERS = N_("another list was sent under the same name")
    TURNED = N_("it was answered with an earlier key")
    WITHDRAWN = N_("this pass was withdrawn already")
    UNREAD = N_("a card was drawn that cannot be read")


class WorkFull(CollectorError):
    """Too many lists are being worked on."""

    code = "work-full"
    says = N_("Too many lists are being worked on")
    remedy = N_("wait until one of them is done, and send yours again")


class DeclarationRefused(CollectorError):
    """A declaration that cannot be kept."""

    code = "declaration-refused"
    says = N_("This declaration cannot be kept")
    remedy = N_("begin a new declaration")

    SIZE = N_("it is empty or far too long")
    SEAL = N_("it is not sealed to the authority")
    AREA = N_("there is no such commune")
    TASK = N_("there is no such task")
    TERM = N_("it would count longer than the rules say, or not at all")
    TURNED = N_("it was answered with an earlier key")


class RequestInvalid(CollectorError):
    """Something that another process of the district does not understand."""

    code = "request-invalid"
    says = N_("Another part of the district does not understand what it is asked")
    remedy = N_("run all parts of the district in one release")


class SocketUnusable(CollectorError):
    """Nobody can be answered at a socket, because it cannot be made."""

    code = "socket-unusable"
    says = N_("The socket by which other parts ask cannot be made")
    remedy = N_("make its folder one that the user of this process may write to")


class SocketTaken(SocketUnusable):
    """Another process answers there already, and goes on doing so."""

    code = "socket-taken"
    says = N_("Another process answers at this socket already")
    remedy = N_(
        "look which other one was started, by hand or by another `collector up`, and end it"
    )


class DeskUnset(CollectorError):
    """The configuration knows no desk that issues passes."""

    code = "desk-unset"
    says = N_("The configuration says nothing of the desk that issues passes")
    remedy = N_("add a table [issuing] with `keys` and `state` to the configuration")


class TaskUnknown(CollectorError):
    """There is no such task in the officer's areas."""

    code = "task-unknown"
    says = N_("There is no such task in your areas")
    remedy = N_("look at the list again")


class TaskChanged(CollectorError):
    """Somebody else has changed the task meanwhile, or it is not theirs."""

    code = "task-changed"
    says = N_("Somebody else has changed this task meanwhile")
    remedy = N_("look at the list again, and see who has it now")


class HomeAssistantUnset(CollectorError):
    """The configuration knows no Home Assistant."""

    code = "home-assistant-unset"
    says = N_("The configuration says nothing of a Home Assistant")
    remedy = N_("add a table [home_assistant] to the configuration: host, ca and state")


class DeskAway(CollectorError):
    """Nothing answers at the desk's socket."""

    code = "desk-away"
    says = N_("The desk that issues passes does not answer")
    remedy = N_("start `collector desk`; declarations can be sent again in a moment")


class DeskRefused(CollectorError):
    """The desk answers this user of the machine nothing."""

    code = "desk-refused"
    says = N_("The desk that issues passes does not answer this user of the machine")
    remedy = N_("name the user in issuing.public or issuing.officers")


class DispatchUnset(CollectorError):
    """The configuration knows no dispatch."""

    code = "dispatch-unset"
    says = N_("The configuration says nothing of the dispatch")
    remedy = N_("add a table [dispatch] with `keys` and `state` to the configuration")


class DispatchAway(CollectorError):
    """Nothing answers at the dispatch's socket."""

    code = "dispatch-away"
    says = N_("The dispatch does not answer")
    remedy = N_("start `collector dispatch`; gates go on by what they were told last")


class DispatchRefused(CollectorError):
    """The dispatch answers this user of the machine nothing."""

    code = "dispatch-refused"
    says = N_("The dispatch does not answer this user of the machine")
    remedy = N_("name the user in dispatch.users")


class CommandOpen(CollectorError):
    """A gate has not answered the last command, and its time is not over."""

    code = "command-open"
    says = N_("This gate has not answered the last command yet")
    remedy = N_("wait until it has answered or the command has expired, and ask again")


class CommandRefused(CollectorError):
    """A command that cannot be given."""

    code = "command-refused"
    says = N_("This command cannot be given")
    remedy = N_("see what the policy of the place allows, and whether the gate is in the roster")

    OPENS = N_("the policy of the place does not let the district open the door")
    NOTHING = N_("there is no such command")


class SiteUnknown(CollectorError):
    """No gate stands at a place of that name, or none that is this officer's."""

    code = "site-unknown"
    says = N_("No gate stands at a place of that name in your area")
    remedy = N_("look at the list of places; the gate may have moved to another one")


class DraftChanged(CollectorError):
    """Somebody else has saved the policy since it was opened."""

    code = "draft-changed"
    says = N_("Somebody else has changed this policy in the meantime")
    remedy = N_("look at what they changed, and make your change to that")


class DraftInvalid(CollectorError):
    """A policy that no gate could keep."""

    code = "draft-invalid"
    says = N_("This policy cannot be kept or signed like this")
    remedy = N_("correct the field that is named and save again")


class RolloutRunning(CollectorError):
    """A policy of this place is being rolled out."""

    code = "rollout-running"
    says = N_("Another policy of this place is on its way to the gates")
    remedy = N_("wait until it has reached all gates, or take it back first")


class RolloutWider(CollectorError):
    """It has gone on since the page was looked at, by itself or at another officer's word."""

    code = "rollout-wider"
    says = N_("This rollout has gone on to another ring meanwhile")
    remedy = N_("look at how it does there, then send it on again if it is to go on")


class RolloutOver(CollectorError):
    """There is no such rollout, or it is over."""

    code = "rollout-over"
    says = N_("This rollout is over")
    remedy = N_("look at the page of the place for what is in force now")
