import sys
from importlib import util

import pytest

from broker.core.separation import jit


def test_the_backend_is_what_imports() -> None:
    assert ("numba" if util.find_spec("numba") else "numpy") == jit.BACKEND


def test_without_numba_functions_stay_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    spec = util.spec_from_file_location("jit_without_numba", jit.__file__)
    assert spec is not None
    assert spec.loader is not None
    plain = util.module_from_spec(spec)
    spec.loader.exec_module(plain)

    def double(value: int) -> int:
        return 2 * value

    assert plain.BACKEND == "numpy"
    assert plain.jit(double) is double
    assert plain.jit_parallel(double) is double
    assert list(plain.prange(3)) == [0, 1, 2]
