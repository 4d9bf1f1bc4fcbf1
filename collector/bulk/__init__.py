"""Passes for many: a school's, a company's or a station's list becomes cards, all of it or nothing.

`people` reads a list and says row by row what is wrong, `sealing` seals who is on it before anything
is kept, the desk issues, `cards` draws and `readback` reads every code back out of the drawn page.
`work` is these one after another, `workshop` the lists that are being worked on: in memory alone.
"""
