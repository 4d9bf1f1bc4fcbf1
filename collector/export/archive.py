"""Files in one encrypted archive: AES-256, as 7-Zip, WinRAR and most tools of offices open it.

pyzipper's home.
"""

import io
from collections.abc import Mapping
from datetime import datetime

import pyzipper
from pyzipper.zipfile_aes import AESZipInfo


def pack(files: Mapping[str, bytes], passphrase: str, made: datetime) -> bytes:
    """Return an archive of files by name; without a passphrase it is not encrypted."""
    out = io.BytesIO()
    with pyzipper.AESZipFile(out, "w", compression=pyzipper.ZIP_DEFLATED) as archive:
        if passphrase:
            archive.setpassword(passphrase.encode())
            archive.setencryption(pyzipper.WZ_AES, nbits=256)
        for name, content in files.items():
            entry = AESZipInfo(name, date_time=made.timetuple()[:6])
            entry.compress_type = pyzipper.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()
