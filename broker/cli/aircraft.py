"""`keepclear aircraft`: an agency's own part of the aircraft register."""

import asyncio
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from broker.cli import aircraft_files as files
from broker.cli import wording
from broker.cli.connection import broker_client
from broker.cli.credentials import own_agency
from broker.cli.groups import Parts
from broker.cli.options import DEFAULT_SYSTEM, AsJson, System, Target
from broker.cli.problems import EXIT_CODES_HELP, ExitCode
from broker.cli.proto_json import message_line
from broker.cli.values import option_parser
from broker.cli.wording import printable
from broker.core.units import HOUR_US
from keepclear.client.build import now_us
from keepclear.v1.aircraft_pb2 import Aircraft, DataPath
from keepclear.v1.common_pb2 import AircraftClass

WRITTEN_AT_ONCE: Final = 500  # the contract's limit
DAYS_MAX: Final = 399  # the contract's 400, less the time it takes to get there
DAY_US: Final = 24 * HOUR_US

aircraft_app = typer.Typer(
    help="What your agency flies: maker, country, firmware and data path, with an end date.",
    no_args_is_help=True,
    cls=Parts,
    rich_markup_mode=None,
)
Days = Annotated[int, typer.Option(min=1, max=DAYS_MAX, help="How long the entry counts.")]


@aircraft_app.command(epilog=EXIT_CODES_HELP)
def add(  # noqa: PLR0913, PLR0917 - one option for each field of the contract
    name: Annotated[str, typer.Argument(help="Its id, for example met-07, or the full name.")],
    kind: Annotated[
        AircraftClass,
        typer.Option(
            "--class", parser=option_parser(files.class_of), metavar="CLASS", help="drone, ..."
        ),
    ] = "drone",  # type: ignore[assignment]  # parsed like an option
    registration: Annotated[str, typer.Option(help="For example G-POLA.")] = "",
    icao_address: Annotated[str, typer.Option(help="Six hexadecimal digits.")] = "",
    serial: Annotated[list[str] | None, typer.Option(help="May be repeated.")] = None,
    maker: Annotated[str, typer.Option(help="Who made it.")] = "",
    model: Annotated[str, typer.Option(help="Which of its maker's.")] = "",
    country: Annotated[str, typer.Option(help="Where it was made: two letters.")] = "",
    firmware: Annotated[str, typer.Option(help="Version.")] = "",
    ground_application: Annotated[str, typer.Option(help="What it is flown with.")] = "",
    data_path: Annotated[
        DataPath,
        typer.Option(
            parser=option_parser(files.data_path_of),
            metavar="PATH",
            help="local, own-server or maker-cloud.",
        ),
    ] = "",  # type: ignore[assignment]
    purpose: Annotated[str, typer.Option(help="For example police.")] = "",
    days: Days = 365,
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    as_json: AsJson = False,
) -> None:
    """Write one aircraft; the same name again replaces what was there."""
    aircraft = Aircraft(
        name=files.full_name(name, own_agency(system)),
        aircraft_class=kind,
        registration=registration,
        icao_address=icao_address,
        serials=serial or (),
        maker=maker,
        model=model,
        country=country,
        firmware=firmware,
        ground_application=ground_application,
        data_path=data_path,
        purpose=purpose,
        expires_us=_expires_us(days),
    )
    [written] = asyncio.run(_upsert(target, system, [aircraft]))
    _print(written, as_json)


@aircraft_app.command(name="import", epilog=EXIT_CODES_HELP)
def import_(
    file: Annotated[Path, typer.Argument(help="An airframe list, or CSV with our own columns.")],
    days: Days = 365,
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
) -> None:
    """Write every aircraft of a file. Lines that cannot be read are said and left out."""
    read = files.read_aircraft(file, own_agency(system), _expires_us(days))
    for where, reason in read.refused:
        print(f"{where}: {reason}")
    written = asyncio.run(_upsert(target, system, read.aircraft)) if read.aircraft else []
    print(f"{len(written)} aircraft registered, {len(read.refused)} lines refused")
    if read.refused:
        raise typer.Exit(ExitCode.PROBLEM)


@aircraft_app.command(name="list", epilog=EXIT_CODES_HELP)
def list_(target: Target = None, system: System = DEFAULT_SYSTEM, as_json: AsJson = False) -> None:
    """Your own agency's aircraft; expired ones are gone."""
    found = asyncio.run(_list(target, system))
    if as_json:
        for aircraft in found:
            print(message_line(aircraft))
    elif not found:
        print("No aircraft of your agency is registered.")
    else:
        Console().print(_table(found))


@aircraft_app.command(epilog=EXIT_CODES_HELP)
def remove(
    name: Annotated[str, typer.Argument(help="Its id, or the full name.")],
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    as_json: AsJson = False,
) -> None:
    """Take one aircraft out of the register."""
    full = files.full_name(name, own_agency(system))
    _print(asyncio.run(_remove(target, system, full)), as_json)


def _expires_us(days: int) -> int:
    return now_us() + days * DAY_US


async def _upsert(
    target: str | None, system: str, aircraft: list[Aircraft] | tuple[Aircraft, ...]
) -> list[Aircraft]:
    written: list[Aircraft] = []
    async with broker_client(target, system) as client:
        for start in range(0, len(aircraft), WRITTEN_AT_ONCE):
            written += await client.upsert_aircraft(aircraft[start : start + WRITTEN_AT_ONCE])
    return written


async def _list(target: str | None, system: str) -> list[Aircraft]:
    async with broker_client(target, system) as client:
        return await client.list_aircraft()


async def _remove(target: str | None, system: str, name: str) -> Aircraft:
    async with broker_client(target, system) as client:
        return await client.remove_aircraft(name)


def _print(aircraft: Aircraft, as_json: bool) -> None:
    if as_json:
        print(message_line(aircraft))
    else:
        until = wording.instant_words(aircraft.expires_us)
        print(f"{aircraft.name}, version {aircraft.version}, until {until}")


def _table(found: list[Aircraft]) -> Table:
    table = Table(title=f"Aircraft ({len(found)})", title_justify="left")
    for heading in ("name", "class", "registration", "ICAO", "made by", "data", "until"):
        table.add_column(heading)
    for one in found:
        path = DataPath.Name(one.data_path).removeprefix("DATA_PATH_").lower().replace("_", " ")
        made = " ".join(part for part in (one.maker, one.model, one.country, one.firmware) if part)
        table.add_row(
            one.name.rpartition("/")[2],
            wording.class_words(one.aircraft_class),
            printable(one.registration),
            one.icao_address,
            printable(made),
            "not known" if path == "unspecified" else path,
            wording.instant_words(one.expires_us),
        )
    return table
