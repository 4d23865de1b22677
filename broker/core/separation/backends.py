"""What the engine asks of a backend, and which one a machine has."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from broker.core.separation.backend_numba import NumbaKernels
from broker.core.separation.backend_numpy import NumpyKernels
from broker.core.separation.index import Asking, GridIndex, Slots, WatchedPairs
from broker.core.separation.jit import BACKEND, Backend
from broker.core.separation.packing import KernelRules, TrackInputs
from broker.core.separation.rules import PairSamples


class Kernels(Protocol):
    """What the engine asks of a backend. Samples come in the order of their track numbers."""

    def unlink(self, index: GridIndex, slots: Slots) -> None:
        """Forget slots."""

    def pack(self, tracks: TrackInputs, index: GridIndex, slots: Slots, rules: KernelRules) -> None:
        """Read slots' rows again without placing them anew."""

    def ask(
        self,
        tracks: TrackInputs,
        index: GridIndex,
        slots: Slots,
        asking: Asking,
        rules: KernelRules,
        watched: WatchedPairs,
    ) -> PairSamples:
        """Index slots afresh and watch their candidates; samples of all but the quiet ones."""

    def evaluate(
        self,
        tracks: TrackInputs,
        index: GridIndex,
        pairs: NDArray[np.int32],
        now_us: int,
        rules: KernelRules,
    ) -> PairSamples:
        """Samples among pairs (n, 2)."""

    def full_pass(
        self,
        tracks: TrackInputs,
        scratch: GridIndex,
        high_water: int,
        now_us: int,
        rules: KernelRules,
    ) -> PairSamples:
        """Samples among all pairs of active slots below the high water."""


def make_kernels(backend: Backend, threads: int) -> Kernels:
    """The backend asked for; ValueError where this machine cannot run it."""
    if backend == "numpy":
        return NumpyKernels()
    if BACKEND != "numba":
        raise ValueError("backend: numba is asked for but is not installed")
    return NumbaKernels(threads)
