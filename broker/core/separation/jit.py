"""Numba when it is installed, plain Python otherwise; which backend runs is the caller's choice."""

from collections.abc import Callable
from typing import Final, Literal, TypeVar

Backend = Literal["numba", "numpy"]
Function = TypeVar("Function", bound=Callable[..., object])

try:
    import numba
except ImportError:
    _numba = None
else:
    _numba = numba

BACKEND: Final[Backend] = "numpy" if _numba is None else "numba"
"""The fastest backend that this machine can run."""


def jit(function: Function) -> Function:
    """Compile without fastmath: both backends must round every operation the same way.

    The compiled code releases the interpreter lock and is kept on disk between runs.
    """
    if _numba is None:
        return function
    compiled: Function = _numba.njit(nogil=True, cache=True)(function)
    return compiled


def jit_brief(function: Function) -> Function:
    """The same, keeping the interpreter lock: for what reports call, which takes microseconds.

    Whoever lets go of the lock while another thread wants it waits for it afterwards, half a
    millisecond here. With a dozen such calls a report lost more time to waiting than it took.
    """
    if _numba is None:
        return function
    compiled: Function = _numba.njit(cache=True)(function)
    return compiled


def jit_inline(function: Function) -> Function:
    """The same for an inner function that takes whole tuples of arrays: never a call of its own.

    Handing over such a tuple copies every field of every array, which costs more than the work.
    """
    if _numba is None:
        return function
    compiled: Function = _numba.njit(nogil=True, cache=True, forceinline=True)(function)
    return compiled


def jit_parallel(function: Function) -> Function:
    """The same for a loop over `prange`, which runs on as many threads as the caller set."""
    if _numba is None:
        return function
    compiled: Function = _numba.njit(nogil=True, cache=True, parallel=True)(function)
    return compiled


prange: Callable[[int], range] = range if _numba is None else _numba.prange
