"""How one process of the district asks another, on one machine: by a socket in the file system.

A port (a Protocol class) says what can be asked; `protocol` spells it, `server` answers those users
of the machine that it is told of, `line` asks. Nothing here knows what is asked.
"""
