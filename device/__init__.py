"""One gate: what stands at a door and decides, by itself, who may pass."""
