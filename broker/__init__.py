"""The district's MQTT broker: Mosquitto, configured and started.

Knows the topics and who may use them, and nothing of what is said in them.
"""
