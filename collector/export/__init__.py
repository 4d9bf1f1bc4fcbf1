"""What leaves the pages on paper or as a file: prints, spreadsheets, files that are handed over.

Pure functions of values: a `Paper` goes in, bytes come out. Knows no language, no clock, no person:
every word on a paper was put there by whoever made it, and every paper says for which case, by
whom, when, as which copy, and what the audit's head was.
"""
