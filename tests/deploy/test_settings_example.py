"""The example of a configuration names every setting, at its default, and loads."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from broker.cli.configuration import read_settings
from broker.service.settings import (
    AgencySettings,
    GroundSettings,
    IssuerSettings,
    LimitSettings,
    PublishingSettings,
    Settings,
    SignInSettings,
)
from tests.conftest import REPOSITORY

EXAMPLE = REPOSITORY / "deploy" / "keepclear.toml"
MODELS: tuple[type[BaseModel], ...] = (
    Settings, AgencySettings, PublishingSettings, LimitSettings, GroundSettings, SignInSettings,
    IssuerSettings,
)  # fmt: skip


def uncommented() -> str:
    return re.sub(
        r"^# (?=\[+[a-z._]+\]|[a-z_]+ = )", "", EXAMPLE.read_text("utf-8"), flags=re.MULTILINE
    )


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_setting_is_named(model: type[BaseModel]) -> None:
    text = EXAMPLE.read_text("utf-8")
    assert [one for one in model.model_fields if not re.search(rf"\b{one}\b", text)] == []


def test_it_loads_as_it_stands() -> None:
    settings = read_settings(EXAMPLE)
    assert sorted(settings.agencies) == ["lfb", "met", "surveillance"]
    assert settings.ground == Settings().ground
    assert settings.publishing == PublishingSettings()
    assert settings.limits == LimitSettings()


def test_it_loads_with_everything_that_is_commented_out(tmp_path: Path) -> None:
    path = tmp_path / "keepclear.toml"
    path.write_text(uncommented(), encoding="utf-8")
    settings = read_settings(path)
    default = Settings()
    for name in ("grpc_port", "metrics_port", "policy", "agreements", "limits"):
        assert getattr(settings, name) == getattr(default, name)
    assert settings.agencies["met"] == AgencySettings(name="Metropolitan Police")
    assert settings.sign_in.issuers[0].agencies == ("met",)
    assert settings.sign_in.port == default.sign_in.port
    assert settings.publishing.approval == ("met",)
    assert "roof" in settings.feeds
