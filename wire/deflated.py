"""Inflates what came from outside: a few bytes can claim to be a gigabyte."""

import zlib

from wire.errors import WireError


def inflated(data: bytes, limit: int) -> bytes:
    """Return what a zlib stream holds, at most `limit` bytes, and read no further than that.

    Raises WireError for more, and for a stream that is broken, cut short or followed by something.
    """
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(data, limit + 1)
    except zlib.error as error:
        msg = "not a zlib stream"
        raise WireError(msg) from error
    if len(plain) > limit:
        msg = f"a zlib stream that holds more than {limit} bytes"
        raise WireError(msg)
    if not inflater.eof or inflater.unused_data:
        msg = "a zlib stream that is cut short, or followed by something"
        raise WireError(msg)
    return plain
