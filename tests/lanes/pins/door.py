"""The gate's panel on a Pi in QEMU: started, told what to show, killed, put to rest."""

from device.flow import Signal
from device.gpio.patterns import length_ms
from device.pinout.pins import Pins
from tests.lanes.pins.pi import PYTHON, Pi, Pin
from tests.lanes.pins.seen import Lit, observed

WIRINGS = {
    "relay-door": 'wiring = "relay-door"',
    "rgb-anode": 'wiring = "rgb-anode"',
    "active-low": "pins = { relay = 6, relay_active_high = false, relay_ms = 10000 }",
    "torn": "pins = { relay = ",
}
SETTLES_S = 0.4


class Door:
    """One Pi, and the programs on it."""

    def __init__(self, pi: Pi) -> None:
        self.pi = pi

    def start(self, wiring: str) -> None:
        """Start the panel; return when it plays."""
        self.pi.begin(f"{PYTHON} /app/guest.py /etc/gate/{wiring}.toml </run/in & exec 3>/run/in")
        self.pi.expect("@ready")

    def second(self, wiring: str) -> str:
        """Start the panel once more beside the first; return what it ends with."""
        started = f"{PYTHON} /app/guest.py /etc/gate/{wiring}.toml </dev/null >/run/second 2>&1"
        self.pi.begin(f"{started}; echo @ended $(busybox tail -n 1 /run/second)")
        return self.pi.expect(r"@ended (.*)")[1]

    def tell(self, line: str) -> None:
        self.pi.begin(f"echo {line} >&3")

    def leave(self) -> None:
        """End the panel as a stop of its service does."""
        self.tell("leave")
        self.pi.expect("@left")
        assert self.pi.run("wait") == 0

    def kill(self) -> None:
        """Kill it; return when it is gone."""
        self.pi.run("kill -9 $!; wait $!")

    def safe(self, wiring: str) -> int:
        """Run what the service runs after its end; return its status."""
        return self.pi.run(f"{PYTHON} -m device.safe --config /etc/gate/{wiring}.toml")

    def show(self, signal: Signal, pins: Pins) -> list[Lit]:
        """Show a signal; return what the lamps did."""
        lamps = sum(1 << pin for pin in (pins.green, pins.red, pins.amber) if pin is not None)
        most_s = length_ms(signal) / 1000 * 2 + 3
        began: list[float] = []

        def over(now: float) -> bool:
            if not began and "@shown" in self.pi.hear():
                began.append(now)
            is_over = bool(began) and now > began[0] + length_ms(signal) / 1000 + SETTLES_S
            return is_over or now > most_s

        self.pi.forget()
        self.tell(f"show {signal}")
        return observed(self.pi.watch(lamps, over), pins)

    def pin(self, number: int | None) -> Pin:
        assert number is not None
        return self.pi.pin(number)
