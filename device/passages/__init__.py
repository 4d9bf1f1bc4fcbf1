"""Who went in and out at this door, as far as the door may know it.

Judging needs it and does none of it. Persons are keyed digests here, under a key that is in /run
only and dies with the power; the number of people inside outlives the power, and no name does.
"""
