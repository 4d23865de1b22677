"""Every feed decoder under damaged input: half a second each here, longer in `make fuzz`."""

import os

import pytest

from broker.bench.adapter_inputs import INPUTS
from tests.fuzz.feeds import fuzz

SECONDS = float(os.environ.get("KEEPCLEAR_FUZZ_SECONDS", "0.5"))
SEED = int(os.environ.get("KEEPCLEAR_FUZZ_SEED", "1"))


@pytest.mark.timeout(SECONDS + 120)
@pytest.mark.parametrize("name", sorted(INPUTS))
def test_any_bytes_give_reports_or_refusals_and_nothing_else(name: str) -> None:
    # REQ-ADAPT-003
    assert fuzz(name, SECONDS, SEED) > 0
