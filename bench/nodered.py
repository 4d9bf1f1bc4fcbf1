"""Node-RED as a peer: mqtt in, one function, sqlite. Installed by npm into .cache, if it can be.

Its flow does what its users' flows do: one insert for each message, with bound values.
"""

import json
import shutil
import subprocess
from pathlib import Path

PACKAGES = ("node-red@5", "node-red-node-sqlite@2")
FOLDER = Path(".cache/node-red")
PATIENCE_S = 600

FUNCTION = """
const batch = msg.payload;
const scan = batch.scans[0];
msg.params = {$gate: batch.journal, $seq: scan.seq, $wall: scan.wall, $raw: JSON.stringify(scan)};
return msg;
"""


def install() -> str:
    """Install it; return what kept it from being installed, or ""."""
    ready = FOLDER / "ready"
    if ready.exists():
        return ""
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not here"
    FOLDER.mkdir(parents=True, exist_ok=True)
    print("Installing Node-RED into", FOLDER, flush=True)
    for words in (
        ["install", "--no-audit", "--no-fund", *PACKAGES],
        ["rebuild", "sqlite3", "--foreground-scripts"],
    ):
        try:
            done = subprocess.run(  # noqa: S603  (npm, and words from here)
                [npm, *words], cwd=FOLDER, capture_output=True, timeout=PATIENCE_S, check=False
            )
        except subprocess.TimeoutExpired:
            return f"npm {words[0]} took more than {PATIENCE_S} s"
        if done.returncode:
            return f"npm {words[0]} failed"
    if not any(FOLDER.glob("node_modules/sqlite3/build/Release/*.node")):
        return "its sqlite module could not be built"
    ready.touch()
    return ""


def command(folder: Path, port: int, keys: Path, database: Path) -> list[str]:
    """Write flow and settings into `folder`; return how to run it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "flows.json").write_text(json.dumps(_flow(port, keys, database)))
    (folder / "settings.js").write_text(
        'module.exports = {flowFile: "flows.json", uiPort: 0, uiHost: "127.0.0.1", '
        "httpAdminRoot: false, httpNodeRoot: false, logging: {console: {level: 'info'}}, "
        f"nodesDir: {json.dumps(str(FOLDER.resolve() / 'node_modules/node-red-node-sqlite'))}}}"
    )
    red = FOLDER.resolve() / "node_modules/node-red/red.js"
    return [
        shutil.which("node") or "node",
        str(red),
        "--userDir",
        str(folder),
        "--settings",
        str(folder / "settings.js"),
    ]


def _flow(port: int, keys: Path, database: Path) -> list[dict[str, object]]:
    """Return a flow as its editor would save it."""
    insert = "INSERT INTO scan VALUES ($gate, $seq, $wall, $raw)"
    return [
        {"id": "tab", "type": "tab", "label": "scans"},
        {
            "id": "tls",
            "type": "tls-config",
            "cert": str(keys / "certificate.pem"),
            "key": str(keys / "tls.pem"),
            "ca": str(keys / "ca.pem"),
            "verifyservercert": True,
        },
        {
            "id": "broker",
            "type": "mqtt-broker",
            "broker": "localhost",
            "port": str(port),
            "tls": "tls",
            "usetls": True,
            "clientid": "intake",
            "protocolVersion": "5",
            "keepalive": "60",
            "cleansession": True,
            "autoConnect": True,
        },
        {
            "id": "in",
            "z": "tab",
            "type": "mqtt in",
            "topic": "gq/v1/+/scan",
            "qos": "1",
            "datatype": "json",
            "broker": "broker",
            "inputs": 0,
            "wires": [["fn"]],
        },
        {
            "id": "fn",
            "z": "tab",
            "type": "function",
            "func": FUNCTION,
            "outputs": 1,
            "wires": [["db"]],
        },
        {"id": "file", "type": "sqlitedb", "db": str(database), "mode": "RWC"},
        {
            "id": "db",
            "z": "tab",
            "type": "sqlite",
            "mydb": "file",
            "sqlquery": "prepared",
            "sql": insert,
            "wires": [[]],
        },
    ]
