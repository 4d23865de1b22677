"""`keepclear restrictions export`: what is planned or in force, in a format of others."""

import asyncio
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, assert_never

import typer

from adapters.geozones import export_ed269, export_ed318, export_geojson, export_kml
from adapters.geozones.export_shapes import Exported
from broker.cli.options import DEFAULT_SYSTEM, System, Target
from broker.cli.problems import Problem
from broker.cli.restrictions import listed
from broker.cli.wording import printable
from keepclear.client.build import now_us
from keepclear.v1.restrictions_pb2 import Restriction


class ExportFormat(StrEnum):
    """What it is written as."""

    ED269 = "ed269"
    ED318 = "ed318"
    GEOJSON = "geojson"
    KML = "kml"


def export(
    format_name: Annotated[ExportFormat, typer.Option("--format", help="What to write.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Instead of standard output."),
    ] = None,
    country: Annotated[
        str,
        typer.Option(metavar="ISO3", help="Country of zones whose source named none."),
    ] = "GBR",
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
) -> None:
    """Write the restrictions that are planned or in force; what cannot be carried is said."""
    if len(country) != 3 or not country.isascii() or not country.isupper():
        raise typer.BadParameter("three capital letters", param_hint="--country")
    found = asyncio.run(listed(target, system))
    exported = encode(format_name, found, country, now_us())
    if output is None:
        sys.stdout.buffer.write(exported.data)
        sys.stdout.buffer.flush()
    else:
        try:
            output.write_bytes(exported.data)
        except OSError as error:
            raise Problem(f"{output}: {error.strerror}") from None
    for name, what in exported.lost:
        print(printable(f"{name}: not carried: {what}"), file=sys.stderr)


def encode(
    format_name: ExportFormat, found: list[Restriction], country: str, now_us: int
) -> Exported:
    """The document in the format asked for."""
    match format_name:
        case ExportFormat.ED269:
            return export_ed269.encode(found, country, now_us)
        case ExportFormat.ED318:
            return export_ed318.encode(found, country, now_us)
        case ExportFormat.GEOJSON:
            return export_geojson.encode(found)
        case ExportFormat.KML:
            return export_kml.encode(found)
        case _:
            assert_never(format_name)
