"""How gates fare, told to a Home Assistant; off unless the configuration has `[home_assistant]`.

A process of its own (`collector home-assistant`), with an account of its own at the broker, by
which it can only write. It reads what gates say of themselves; nothing about people can be in that.
"""
