"""The page on heights above ground: its table of settings is what a broker starts with."""

import re
import tomllib
from pathlib import Path

from broker.service.settings import GroundSettings, Settings
from tests.conftest import REPOSITORY


def test_the_settings_of_the_page_are_the_built_in_ones() -> None:
    page = (REPOSITORY / "docs" / "ground.md").read_text(encoding="utf-8")
    [block] = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    said = GroundSettings.model_validate(tomllib.loads(block)["ground"])
    assert said.terrain == Path("london.asc")
    assert said.model_copy(update={"terrain": None}) == Settings().ground
