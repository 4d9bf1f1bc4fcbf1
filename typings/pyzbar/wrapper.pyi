from collections.abc import Callable
from typing import Any, TypeAlias

Pointer: TypeAlias = Any

zbar_image_scanner_create: Callable[[], Pointer]
zbar_image_scanner_destroy: Callable[[Pointer], None]
zbar_image_scanner_set_config: Callable[[Pointer, int, int, int], int]
zbar_image_create: Callable[[], Pointer]
zbar_image_destroy: Callable[[Pointer], None]
zbar_image_set_format: Callable[[Pointer, int], None]
zbar_image_set_size: Callable[[Pointer, int, int], None]
zbar_image_set_data: Callable[[Pointer, int, int, None], None]
zbar_scan_image: Callable[[Pointer, Pointer], int]
zbar_image_first_symbol: Callable[[Pointer], Pointer]
zbar_symbol_next: Callable[[Pointer], Pointer]
zbar_symbol_get_data: Callable[[Pointer], Pointer]
zbar_symbol_get_data_length: Callable[[Pointer], int]
zbar_symbol_get_loc_size: Callable[[Pointer], int]
zbar_symbol_get_loc_x: Callable[[Pointer, int], int]
zbar_symbol_get_loc_y: Callable[[Pointer, int], int]
