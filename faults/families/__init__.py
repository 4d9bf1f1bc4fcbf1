"""The ways in which things go wrong, one file for each; every file has one `batch`.

A batch makes a district of its own, does its damage, counts, and returns an Outcome. It gets a
folder, a seed and how much of it there is to be, so that it can be run again exactly.
"""
