"""What people declare about themselves and whom they answer for, and what follows from it. Pure.

`answers` says which questions there are and reads what was typed; `consequence` says what follows:
advice, a task for somebody, and which pass. Nothing here stores, seals or sends.
"""
