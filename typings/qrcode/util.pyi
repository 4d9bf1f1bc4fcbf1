MODE_8BIT_BYTE: int
MODE_ALPHA_NUM: int

class QRData:
    def __init__(self, data: bytes, mode: int | None = ..., check_data: bool = ...) -> None: ...
