"""What can be wrong with bytes that came from outside."""


class WireError(ValueError):
    """Bytes from outside that are not what they claim to be.

    The message says what is wrong without quoting the input, so that it may be logged.
    """


class SignatureInvalid(WireError):
    """A signature that does not fit, or whose key is unknown or made for another use."""
