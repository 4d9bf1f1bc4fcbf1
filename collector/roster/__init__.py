"""The roster: which gates there are, where they stand, and whose help line to call.

Three files side by side, each with one writer: `roster.json`, the gates as the authority has
admitted them, by provisioning; `enrolled.json`, the gates that enrolled over the network, by the
enrolment process; `places.json`, the areas, sectors and places they belong to, by this package.
Areas and sectors are data: no file here knows a district by name.
"""

from collector.roster.gates import Gate, Gates
from collector.roster.places import Area, Kind, Place, Places, Sector
from collector.roster.roster import ALL, ENROLLED, Enrolled, Roster, RosterFile, enrolled, load

__all__ = [
    "ALL",
    "ENROLLED",
    "Area",
    "Enrolled",
    "Gate",
    "Gates",
    "Kind",
    "Place",
    "Places",
    "Roster",
    "RosterFile",
    "Sector",
    "enrolled",
    "load",
]
