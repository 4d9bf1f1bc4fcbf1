"""`python -m broker FOLDER`: run the district's broker with the keys in that folder."""

import argparse
import signal
import sys
from pathlib import Path

import msgspec

from broker.errors import BrokerError, StateUnwritable
from broker.i18n import _, detail, lend_to_argparse
from broker.launch import from_folder, launch


def main() -> int:
    """Run until asked to stop; return the exit status, 2 for what whoever started it can mend."""
    args = _arguments()
    settings = from_folder(args.folder, args.address, args.port)
    if args.withdrawn:
        settings = msgspec.structs.replace(settings, withdrawn=args.withdrawn)
    settings = msgspec.structs.replace(settings, home_assistant=args.home_assistant)
    state = args.state or args.folder
    try:
        with launch(settings, state) as broker:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_signal: broker.terminate())
            print(f"broker: listening on {args.address} port {args.port}", flush=True)
            return broker.wait()
    except BrokerError as error:
        return _told(error)
    except OSError as error:
        return _told(StateUnwritable(f"{error.filename or state}: {error.strerror or error}"))


def _told(error: BrokerError) -> int:
    print(f"{error.code}: {detail(str(error))}\n  -> {_(error.remedy)}", file=sys.stderr)
    return 2


def _arguments() -> argparse.Namespace:
    lend_to_argparse()
    parser = argparse.ArgumentParser(
        prog="python -m broker",
        description=_("Run the district's broker with the keys in that folder."),
    )
    parser.add_argument("folder", type=Path, help=_("holds tls.pem, certificate.pem and ca.pem"))
    parser.add_argument("--address", default="127.0.0.1", help=_("the one address to listen on"))
    parser.add_argument("--port", type=int, default=8883, help=_("the port; 8883 if not given"))
    parser.add_argument(
        "--state", type=Path, help=_("takes configuration and log; FOLDER if not given")
    )
    parser.add_argument(
        "--withdrawn", type=Path, help=_("names of withdrawn gates; FOLDER/withdrawn if not given")
    )
    parser.add_argument(
        "--home-assistant", action="store_true", help=_("let one hear how the gates fare")
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
