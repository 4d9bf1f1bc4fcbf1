"""What can go wrong with backups."""

from collector.errors import CollectorError
from collector.i18n import N_


class BackupUnset(CollectorError):
    """Nothing says where backups go."""

    code = "backup-unset"
    says = N_("No backups are set up")
    remedy = N_("make a key with `collector backup key`, and add [backup] to the configuration")


class BackupKeyUnusable(CollectorError):
    """The public or private key of backups is none."""

    code = "backup-key-unusable"
    says = N_("The key of the backups cannot be used")
    remedy = N_("name the file that `collector backup key` made: public to back up, private else")


class BackupUnwritable(CollectorError):
    """The backup could not be written, or did not read back as it was written."""

    code = "backup-unwritable"
    says = N_("The backup could not be made")
    remedy = N_("make room in the folder of the backups and see to its disk; then try again")


class BackupDamaged(CollectorError):
    """The file is not what was written."""

    code = "backup-damaged"
    says = N_("This backup is damaged or was changed")
    remedy = N_("take another copy of it, or the backup before it; nothing was changed here")


class BackupCut(CollectorError):
    """The file ends too early."""

    code = "backup-cut"
    says = N_("This backup is not whole: its end is missing")
    remedy = N_("copy it again, or take the backup before it; nothing was changed here")


class BackupForeign(CollectorError):
    """A file of something else, or of another district, or for another key."""

    code = "backup-foreign"
    says = N_("This is no backup of this district, or it is for another key")
    remedy = N_("see that the file, the key and the authority's public file belong together")


class BackupNewer(CollectorError):
    """Made by a release that knows more than this one."""

    code = "backup-newer"
    says = N_("This backup was made by a newer release")
    remedy = N_("install that release or a later one, and restore with it")


class BackupBusy(CollectorError):
    """Somebody else makes a backup in the same folder."""

    code = "backup-busy"
    says = N_("Another backup is being made just now")
    remedy = N_("wait until it has ended: `collector backup ls` shows it then")


class BackupUnplaced(CollectorError):
    """Something of the backup goes nowhere by this configuration."""

    code = "backup-unplaced"
    says = N_("The configuration has no place for a part of this backup")
    remedy = N_(
        "restore with the configuration of the server that made it: the same parts, and the ledger"
        " in a file or in PostgreSQL as there; nothing was changed here"
    )


class DistrictRunning(CollectorError):
    """Somebody still writes where a restore would delete, and would go on writing into nothing."""

    code = "district-running"
    says = N_("Something of this district is still running")
    remedy = N_(
        "stop all of it (`systemctl stop gate-district.target`, or Ctrl-C where `collector up`"
        " runs), and restore again; nothing was changed here"
    )


class PlaceTaken(CollectorError):
    """There is something where the backup would be laid out."""

    code = "place-taken"
    says = N_("There is something already where the backup would go")
    remedy = N_(
        "restore into an empty place; `--replace` deletes what is there, once the backup has"
        " proved whole"
    )


class RestoreFull(CollectorError):
    """A disk is full before all of a backup was laid out."""

    code = "restore-full"
    says = N_("The disk is full: nothing of this backup is here")
    remedy = N_(
        "make room, or have a larger disk in that place, and give the same `collector restore`"
        " again"
    )


class RoomLacking(CollectorError):
    """What is to be laid out is larger than the room for it; seen before anything was deleted."""

    code = "restore-room"
    says = N_("There is too little room on a disk for this backup")
    remedy = N_(
        "make as much room there as is named, or have a larger disk in that place, and give the"
        " same `collector restore` again; nothing was changed here"
    )


class PostgresRoomLacking(CollectorError):
    """What is in PostgreSQL and what is to come do not fit beside each other."""

    code = "restore-postgres-room"
    says = N_("The disk of PostgreSQL has too little room for this backup beside what is there")
    remedy = N_(
        "make room there and give the same `collector restore` again; or, if what is in the"
        " database may go, first delete and make it (`dropdb`, `createdb`); nothing was changed"
        " here"
    )


class NothingRestored(CollectorError):
    """There is no restore that could go on."""

    code = "restore-none"
    says = N_("No restore waits here to be ended")
    remedy = N_("name a backup and its key: `collector restore FILE --key KEY`")


class ClockDoubted(CollectorError):
    """Nobody confirms what day it is, so nothing may be deleted, or shown."""

    code = "restore-clock"
    says = N_("The records are here, but nobody confirms what day it is")
    remedy = N_(
        "look at this machine's clock; if it is right, `collector restore --continue"
        " --clock-is-right`"
    )


class BackupNone(CollectorError):
    """Backups are set up, and none was made yet."""

    code = "backup-none"
    says = N_("There is no backup of this district yet")
    remedy = N_("run `collector backup make`, and see that its timer runs every night")


class BackupOld(CollectorError):
    """The last good backup is too long ago."""

    code = "backup-old"
    says = N_("The last good backup is older than gates can make up for")
    remedy = N_("run `collector backup make` and see why its timer did not")


class BackupAhead(CollectorError):
    """Backups that say they were made on a day that has not come: nobody knows how old they are."""

    code = "backup-ahead"
    says = N_("There are backups of a day that has not come yet")
    remedy = N_(
        "look at this machine's clock; if it is right, run `collector backup make`: it deletes them"
    )


class BackupOutlived(CollectorError):
    """Backups lie here that should be deleted."""

    code = "backup-outlived"
    says = N_("There are backups whose time is over")
    remedy = N_("run `collector backup make`: it deletes them; delete copies elsewhere by hand")
