"""The roster: which gates there are, where they stand, and whose help line to call.

Two files side by side, each with one writer: `roster.json`, the gates as the authority has
admitted them, is written by provisioning and only read here; `places.json`, the areas, sectors and
places they belong to, is written by this package alone. Areas and sectors are data: no file here
knows a district by name.
"""

from collector.roster.gates import Gate, Gates
from collector.roster.places import Area, Kind, Place, Places, Sector
from collector.roster.roster import ALL, Roster, RosterFile, load

__all__ = [
    "ALL",
    "Area",
    "Gate",
    "Gates",
    "Kind",
    "Place",
    "Places",
    "Roster",
    "RosterFile",
    "Sector",
    "load",
]
