from PIL.Image import Image
from qrcode.util import QRData

class QRCode:
    version: int
    def __init__(
        self,
        version: int | None = None,
        *,
        error_correction: int = ...,
        box_size: int = ...,
        border: int = ...,
        mask_pattern: int | None = ...,
    ) -> None: ...
    def add_data(self, data: QRData | str, optimize: int = ...) -> None: ...
    def make(self, fit: bool = ...) -> None: ...
    def get_matrix(self) -> list[list[bool]]: ...
    def make_image(self) -> Image: ...
