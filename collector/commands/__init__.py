"""The commands of `collector`, a module for each group; `collector/cli.py` has them all.

A module offers itself by `offer(commands, command)`: argparse's subparsers, and what makes one that
takes a configuration. What a command works with is loaded when it runs, so that each process loads
its own part only.
"""
