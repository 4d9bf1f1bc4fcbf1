"""Pages of whoever answers for a place: lists of people become cards, and cards are withdrawn.

Only the reader's own places, by what was granted; the desk binds every question to one of them. A
list is worked on in this process's memory (`collector.bulk.workshop`) and is in none of its files.
"""
