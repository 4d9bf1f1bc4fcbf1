"""Puts another release of the program in force on a gate, and goes back by itself if it is no good.

    update.py     the story: believe it, lay it out, try it, switch, watch, keep it or go back
    bundle.py     what was brought: its signature, and its wheels by their digests
    shelf.py      the releases on the card, and which of them runs
    services.py   the gate's services, as systemd knows them
    trial.py      what the new release does to show that it can run here

It is root's, has no camera, no pin and no network, and runs when something was brought or when a
switch was not finished. It is itself run from the last release that has proved good, never from one
on trial.
"""
