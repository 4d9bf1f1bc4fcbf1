"""A certificate that every browser believes, got and renewed by ACME, as docs/operating says.

The issuer is Pebble, which Let's Encrypt keeps for trying clients: it looks at port 80 of the name
itself before it signs. Everything between it and the pages is what an operator has: certbot, its
deploy hook, and the configuration's three lines.
"""

import json
import re
import shutil
from collections.abc import Iterator
from functools import partial

import pytest

from provisioning.cli import main as provision
from tests.conftest import left_out
from tests.lanes.district.server import CONFIG, Server, until

pytestmark = pytest.mark.timeout(400)
NAME = "cong.example.vn"
PEBBLE = {
    "listenAddress": "127.0.0.1:14000",
    "managementListenAddress": "127.0.0.1:15000",
    "certificate": "/root/issuer/fullchain.pem",
    "privateKey": "/root/issuer/privkey.pem",
    "httpPort": 80,
    "tlsPort": 443,
}
PATIENT = ("--setenv", "PEBBLE_VA_NOSLEEP=1", "--setenv", "PEBBLE_WFE_NONCEREJECT=0")
"""By itself it waits before it looks, and refuses one request in twenty to see who asks again."""
PAGES = f"""\
host = "0.0.0.0"
port = 8444
names = ["{NAME}"]
certificate = "/etc/gate-district/tls/web/fullchain.pem"
key = "/etc/gate-district/tls/web/privkey.pem"
"""
HOOK = "/opt/gate-district/src/systemd/district/take-certificate web"
ORDER = ["certonly", "--standalone", "-d", NAME, "--deploy-hook", HOOK]
ORDER += ["--server", "https://localhost:14000/dir"]
UNASKED = ["--non-interactive", "--agree-tos", "--register-unsafely-without-email"]
FETCH_ROOT = """
import ssl, sys, urllib.request
believes = ssl.create_default_context(cafile="/root/issuer/ca.crt")
root = urllib.request.urlopen("https://localhost:15000/roots/0", context=believes).read()
open("/root/issuers-root.pem", "wb").write(root)
"""
LOOK = f"""
import http.client, socket, ssl
believes = ssl.create_default_context(cafile="/root/issuers-root.pem")
to = http.client.HTTPSConnection("{NAME}", 8444, context=believes, timeout=20)
to.request("GET", "/login")
answer = to.getresponse()
print(answer.status, to.sock.getpeercert()["serialNumber"], b"<html" in answer.read())
"""


@pytest.fixture(scope="module")
def issuer(server: Server) -> Iterator[Server]:
    for program in ("pebble", "certbot"):
        if shutil.which(program) is None:
            left_out(f"the public certificate is left out: {program} is not installed")
    hosts, config = server.inside("/etc/hosts"), server.inside(CONFIG)
    as_before = hosts.read_text(), config.read_text()
    hosts.write_text(f"{as_before[0]}127.0.0.1 {NAME}\n")
    server.inside("/root/pebble.json").write_text(json.dumps({"pebble": PEBBLE}))
    issuers_own = ["web", "--authority", str(server.home), "--host", "localhost"]
    assert provision([*issuers_own, "--out", str(server.inside("/root/issuer"))]) == 0
    unit = ("systemd-run", "--quiet", "--unit", "issuer", *PATIENT)
    server.run(*unit, "pebble", "-config", "/root/pebble.json")
    until(
        lambda: server.tried("python", "-c", FETCH_ROOT).returncode == 0,
        partial(server.journal, "issuer"),
    )
    yield server
    config.write_text(as_before[1])
    hosts.write_text(as_before[0])
    server.run("systemctl", "stop", "issuer")
    server.run("systemctl", "restart", "gate-web")


def certbot(server: Server, *order: str) -> None:
    believes = ("env", "REQUESTS_CA_BUNDLE=/root/issuer/ca.crt")
    tried = server.tried(*believes, "certbot", *order, "--non-interactive")
    assert tried.returncode == 0, tried.stdout + tried.stderr + server.journal("issuer")


def served(server: Server) -> str:
    """Return the serial number of the certificate with which the pages come, believing its root."""
    looked = server.tried("python", "-c", LOOK)
    assert looked.returncode == 0, looked.stderr + server.journal("gate-web")
    status, serial, is_page = looked.stdout.split()
    assert (status, is_page) == ("200", "True")
    return serial


def test_a_public_certificate_is_got_served_and_renewed_without_a_restart(issuer: Server) -> None:
    certbot(issuer, *ORDER, *UNASKED)
    config = issuer.inside(CONFIG)
    config.write_text(re.sub(r"(?m)^\[web\]$", f"[web]\n{PAGES}", config.read_text()))
    issuer.run("systemctl", "restart", "gate-web")
    until(lambda: ":8444" in issuer.journal("gate-web").partition("https://")[2])
    first, process = served(issuer), issuer.main_pid("gate-web")
    certbot(issuer, "renew", "--force-renewal", "--no-random-sleep-on-renew")
    until(lambda: served(issuer) != first)
    assert issuer.main_pid("gate-web") == process
