"""A program that does what the gate must not: it keeps a view of a frame.

Run by bootstrap.py, to show that a kept view is noticed there.
"""

import numpy as np
from picamera2 import MappedArray, Picamera2

WIDTH, HEIGHT = 1280, 720

camera = Picamera2()
camera.configure(
    camera.create_video_configuration(main={"size": (WIDTH, HEIGHT), "format": "YUV420"})
)
camera.start()
request = camera.capture_request(wait=10.0)
try:
    with MappedArray(request, "main", reshape=False) as mapped:
        # No copy where rows are not padded, although the name promises an array of its own.
        kept = np.ascontiguousarray(mapped.array[: WIDTH * HEIGHT])
finally:
    request.release()
    camera.stop()
    camera.close()
