"""What travels between the programs: messages, topics, codecs and the formats on paper.

Gate, broker, collector and provisioning meet only here; what they say alike to whoever reads their
messages is here too (`language`, `complaint`). `wire` knows none of them, opens no socket and no
file, and reads no clock: every function takes values and returns values.
"""
