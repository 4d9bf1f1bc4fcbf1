"""Passes for many: the list of a school, a company or a station becomes cards, all or nothing.

`people` reads a list and says row by row what is wrong, `sealing` seals who is on it before
anything is kept, the desk issues, `cards` draws, and `readback` reads every code back out of the
drawn page. `work` is these one after another, `workshop` the lists being worked on, in memory.
"""
