"""`gate status`: how this gate fares, for whoever stands before it.

standing.py  what is known, from the files that both services leave; nothing is asked of them
screen.py    one terminal of it, by rich
"""
