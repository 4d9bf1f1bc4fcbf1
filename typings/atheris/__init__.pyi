from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

def instrument_imports(include: Iterable[str] = ...) -> AbstractContextManager[None]: ...
def Mutate(data: bytes, max_size: int) -> bytes | bytearray: ...  # noqa: N802
def Setup(  # noqa: N802
    args: list[str],
    test_one_input: Callable[[bytes], None],
    *,
    custom_mutator: Callable[[bytes, int, int], bytes] | None = ...,
) -> list[str]: ...
def Fuzz() -> None: ...  # noqa: N802
