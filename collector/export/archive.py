"""Files in one encrypted archive: AES-256, as 7-Zip, WinRAR and most tools of offices open it.

pyzipper's home.
"""

import io
from collections.abc import Mapping
from datetime import datetime
from zipfile import ZIP_DEFLATED

from pyzipper.zipfile_aes import WZ_AES, AESZipFile, AESZipInfo


def pack(files: Mapping[str, bytes], passphrase: str, made: datetime) -> bytes:
    """Return an archive of files by name; without a passphrase it is not encrypted."""
    out = io.BytesIO()
    with AESZipFile(out, "w", compression=ZIP_DEFLATED) as archive:
        if passphrase:
            archive.setpassword(passphrase.encode())
            archive.setencryption(WZ_AES, nbits=256)
        for name, content in files.items():
            entry = AESZipInfo(name, date_time=made.timetuple()[:6])
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()
