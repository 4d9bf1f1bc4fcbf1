"""From frames to readings: which codes are in view, and when one of them counts.

`decoder` reads one picture with everything there is; `cascade` reads a stream of frames at a
bounded cost; `presence` makes one reading of one code held up; `guidance` says why a code cannot
be read; `viewhealth` says whether the camera sees the door at all. None of them knows what a code
means, and no code's text is ever logged here.
"""
