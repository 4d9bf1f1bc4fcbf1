"""Where frames come from: the Pi's camera, pictures and videos, or a drawn doorway.

Each file is one adapter of the Camera port, named after what is outside. None of them knows what
a code is worth.
"""
