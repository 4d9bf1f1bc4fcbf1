"""The only place that picks parts and reads configuration, one module for each process.

door.py   gate-scanner
road.py   gate-uplink
"""
