"""Reading what the settings let a broker judge by."""

from pathlib import Path

import pytest

from broker.cli.policies import policy_text, supply_chain_text
from broker.core.errors import Refused


def test_a_policy_is_a_shipped_one_by_name_or_a_file(tmp_path: Path) -> None:
    assert "schema" in policy_text("default")
    own = tmp_path / "own.toml"
    own.write_text("schema = 7", encoding="utf-8")
    assert policy_text(str(own)) == "schema = 7"


def test_a_policy_that_is_neither_is_refused_with_the_shipped_names(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="f3442-benchmark"):
        policy_text(str(tmp_path / "none.toml"))


def test_a_supply_chain_policy_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert supply_chain_text(None) == ""
    with pytest.raises(Refused, match="cannot be read"):
        supply_chain_text(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(Refused, match="cannot be read"):
        supply_chain_text(tmp_path / "binary.toml")
