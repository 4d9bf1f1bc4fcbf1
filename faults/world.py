"""A machine of our own: mounts that vanish with us, and a network of which we are the only user.

Everything below runs inside: a mount that is left, a rule that is left, a port that is taken harm
nobody, because all of it ends with the last process.
"""

import os
import shutil
import subprocess
import sys

INSIDE = "GATE_FAULTS_INSIDE"
NEEDED = ("unshare", "mount", "umount", "losetup", "mkfs.ext4", "ip", "nft", "strace", "mosquitto")
SBIN = "/usr/local/sbin:/usr/sbin:/sbin"


def lacking() -> str:
    """Say in a few words what keeps the suite from running here; empty if nothing does."""
    missing = [name for name in NEEDED if not _found(name)]
    if missing:
        return f"{', '.join(missing)} not installed"
    if os.geteuid():
        return "not root"
    return "" if os.path.exists("/dev/loop-control") else "no loop devices"  # noqa: PTH110


def enter() -> None:
    """Start this very command again, in namespaces of its own; return once inside."""
    os.environ["PATH"] = f"{os.environ.get('PATH', '')}:{SBIN}"
    if os.environ.get(INSIDE):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    os.environ[INSIDE] = "1"
    words = ["unshare", "--mount", "--net", "--propagation", "private", sys.executable, "-m"]
    words += ["faults", *sys.argv[1:]]
    os.execvp("unshare", words)  # noqa: S606  (no shell is wanted)


def _found(name: str) -> bool:
    return shutil.which(name) is not None or shutil.which(name, path=SBIN) is not None
