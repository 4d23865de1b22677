"""A broker's settings as its starting commands are given them, with faults in words."""

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from broker.cli.problems import Problem
from broker.service.settings import AgencySettings, Settings, load_settings

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

DEFAULT_AGENCIES: Final = {
    "met": AgencySettings(name="Metropolitan Police"),
    "lfb": AgencySettings(name="London Fire Brigade"),
    "las": AgencySettings(name="London Ambulance Service"),
    "npas": AgencySettings(name="Police helicopters"),
    "laa": AgencySettings(name="Air ambulance"),
    "surveillance": AgencySettings(name="ADS-B receivers"),
}
"""Used where the configuration names none, so that a first broker can be tried at once."""


def read_settings(config: Path | None, **options: object) -> Settings:
    """Settings, or a Problem that names each key at fault."""
    if config is not None and not config.is_file():
        raise Problem(f"There is no configuration file {config}.", "Give the path of a TOML file.")
    try:
        settings = load_settings(config, **options)
    except ValidationError as error:
        faults = "; ".join(_fault(one) for one in error.errors())
        raise Problem(f"The configuration is refused. {faults}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Problem(f"{config} is not TOML: {error}") from error
    except OSError as error:
        raise Problem(f"{config} cannot be read: {error.strerror}") from error
    if not settings.agencies:
        return settings.model_copy(update={"agencies": DEFAULT_AGENCIES})
    return settings


def _fault(error: "ErrorDetails") -> str:
    if error["type"] == "value_error":
        said = str(error["ctx"]["error"])  # our own words, without pydantic's "Value error, "
    elif error["type"] == "extra_forbidden":
        said = "there is no such setting"
    else:
        said = error["msg"]
    where = ".".join(str(part) for part in error["loc"])
    return f"{where}: {said}" if where else said
