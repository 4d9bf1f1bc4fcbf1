"""What travels between the programs: messages, topics, codecs and the formats on paper.

Gate, broker, collector and provisioning meet only here. `wire` knows none of them, opens no
socket and no file, and reads no clock: every function takes values and returns values.
"""
