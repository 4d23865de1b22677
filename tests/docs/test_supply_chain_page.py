"""The example on the page is a policy that loads, and its table names every key."""

import re

from broker.core.supply_chain.model import TEXT_FIELDS, Action
from broker.core.supply_chain.reading import parse_supply_chain
from tests.conftest import REPOSITORY


def test_the_example_loads_and_every_key_is_told() -> None:
    page = (REPOSITORY / "docs" / "supply-chain.md").read_text(encoding="utf-8")
    found = re.search(r"```toml\n(.*?)```", page, re.DOTALL)
    assert found
    policy = parse_supply_chain(found[1])
    assert [rule.action for rule in policy.rules] == [Action.REFUSE, Action.FLAG, Action.FLAG]
    for key in (*TEXT_FIELDS, "action", "areas", "registered = false", "classes", "agencies"):
        assert f"`{key}`" in page
