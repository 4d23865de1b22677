"""What the settings let a broker judge by: pair policy, supply-chain policy and ground."""

from importlib import resources
from pathlib import Path

from broker.core.commands import LoadGround
from broker.core.errors import refuse
from broker.service.settings import Settings
from broker.service.terrain import TerrainFiles


def supply_chain_text(path: Path | None) -> str:
    """The TOML of a supply-chain policy; nothing where none is configured."""
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise refuse("supply_chain", f"{path} cannot be read: {error}") from error


def ground_of(settings: Settings) -> LoadGround:
    """What the settings know of the ground; terrain is copied to the data folder."""
    terrain = settings.ground.terrain
    digest = "" if terrain is None else TerrainFiles(settings.data_dir).take_in(terrain)
    return LoadGround(settings.ground.bounds, digest)


def policy_text(policy: str) -> str:
    """The TOML of a shipped policy, by name, or of a file."""
    shipped = resources.files("broker.policies").joinpath(f"{policy}.toml")
    if policy.replace("-", "").isalnum() and shipped.is_file():
        return shipped.read_text(encoding="utf-8")
    try:
        return Path(policy).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        names = sorted(
            one.name.removesuffix(".toml")
            for one in resources.files("broker.policies").iterdir()
            if one.name.endswith(".toml")
        )
        reason = f"{policy!r} is neither a shipped policy ({', '.join(names)}) nor a readable file"
        raise refuse("policy", reason) from error
