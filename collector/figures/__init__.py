"""Figures: how many passed where, what is usual there, and which of it may be shown.

Counts only. What is exact stays inside: whatever leaves for a page, a file or another program goes
through `discretion`, which shows no small number of people.
"""
