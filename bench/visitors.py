"""Visitors of the public page, over TLS, each from an address of its own; a process of its own.

    python -m bench.visitors PORT CA COUNT GROUP KIND FRESH

A few connections ask one thing after another, each answer measured from its first byte sent to its
last received, a handshake included where a connection is `fresh`. GROUP numbers the addresses: each
group has others, 60 of them. KIND is `declare` or a path to
get. Prints JSON: seconds in all, milliseconds of each, how many were answered as hoped.
"""

import http.client
import json
import secrets
import ssl
import sys
import threading
import time
from urllib.parse import urlencode

LANES = 12
"""Who asks at the same time."""
ADDRESSES = 60
ANSWERS = {
    "for": "self",
    "name": "Nguyễn Thị Mẫu Mười Hai",
    "born": "15/6/1990",
    "sex": "female",
    "number": "096090012345",
    "nationality": "VN",
    "phone": "0900 000 001",
    "commune": "x3",
    "hamlet": "Ấp Thử Nghiệm, tổ 4",
    "place": ["Chợ Mẫu", "Bến xe Mẫu", "Trạm y tế Mẫu"],
    "place_day": ["", "", ""],
    "symptoms": "none",
    "exposures": "none",
}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Lane(threading.Thread):
    """One connection after another, or one for all."""

    def __init__(self, port: int, context: ssl.SSLContext, asked: list[str], kind: str) -> None:
        """Take where to ask, and from which addresses; each is one question."""
        super().__init__()
        self._port, self._context, self._asked, self._kind = port, context, asked, kind
        self.fresh = False
        self.ms: list[float] = []
        self.good = 0

    def run(self) -> None:
        """Ask everything."""
        held: dict[str, http.client.HTTPSConnection] = {}
        for address in self._asked:
            body = urlencode({**ANSWERS, "form": secrets.token_hex(16), "page": "check"}, True)  # noqa: FBT003
            began = time.perf_counter()
            line = held.pop(address, None) or self._line(address)
            good = self._ask(line, body)
            self.ms.append(1000 * (time.perf_counter() - began))
            self.good += good
            if self.fresh or not good:
                line.close()
            else:
                held[address] = line

    def _line(self, address: str) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(
            "localhost", self._port, context=self._context, timeout=60, source_address=(address, 0)
        )

    def _ask(self, line: http.client.HTTPSConnection, body: str) -> bool:
        if self._kind == "declare":
            line.request("POST", "/to-khai", body, FORM)
            answer = line.getresponse()
            return answer.status == 200 and b'name="text" value="GP1:' in answer.read()
        line.request("GET", self._kind)
        answer = line.getresponse()
        return answer.status == 200 and bool(answer.read())


def main() -> None:
    """Ask, and say how it went."""
    port, ca, count, group, kind, fresh = sys.argv[1:]
    context = ssl.create_default_context(cafile=ca)
    names = [f"127.1.{group}.{n + 1}" for n in range(ADDRESSES)]
    asked = [names[n % len(names)] for n in range(int(count))]
    # A lane's addresses are its own, so that a connection is used by one at a time.
    lanes = [
        Lane(int(port), context, [each for each in asked if names.index(each) % LANES == n], kind)
        for n in range(LANES)
    ]
    began = time.perf_counter()
    for lane in lanes:
        lane.fresh = fresh == "fresh"
        lane.start()
    for lane in lanes:
        lane.join()
    took = time.perf_counter() - began
    ms = [each for lane in lanes for each in lane.ms]
    print(json.dumps({"took": took, "ms": ms, "good": sum(lane.good for lane in lanes)}))


if __name__ == "__main__":
    main()
