"""`keepclear agency`: which systems there are, what each may do, and their certificates.

The commands change the identity folder; a running broker notices within a second. `request` is the
partner's side and needs no folder but its own.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer

from broker.cli.groups import Parts
from broker.cli.options import AsJson
from broker.cli.problems import EXIT_CODES_HELP, Problem
from broker.cli.values import area as parse_area
from broker.cli.values import option_parser
from broker.core.errors import Refused
from broker.core.names import SystemName
from broker.core.sharing.roles import AccessRole, Zone
from broker.core.units import SECOND_US
from broker.service.identity.authority import SYSTEM_LIFETIME, now_utc
from broker.service.identity.certificates import system_of_common_name
from broker.service.identity.enrolment import (
    Wanted,
    certify,
    create_folder,
    enrol,
    enrol_and_certify,
    request_files,
    revoke_serial,
    rotate_server,
    systems_of,
)
from broker.service.identity.enrolment import revoke as revoke_systems
from broker.service.identity.files import (
    CertificateFolder,
    IdentityFolder,
    read_limited,
    write_private,
)
from broker.service.identity.register import Enrolment, read_register

agency_app = typer.Typer(
    help="Systems of agencies: enrolment, roles, certificates, revocation.",
    no_args_is_help=True,
    cls=Parts,
    rich_markup_mode=None,
)
DEFAULT_FOLDER: Final = Path("var/keepclear/identities")


def parse_system(text: str) -> SystemName:
    """`AGENCY/SYSTEM`, or the full `agencies/AGENCY/systems/SYSTEM`."""
    try:
        if text.startswith("agencies/"):
            return SystemName.parse("system", text)
        return system_of_common_name("system", text)
    except Refused as error:
        raise ValueError(f"'{text}': {error.refusals[0].reason}") from None


def parse_zone(text: str) -> Zone:
    """`SOUTH,WEST,NORTH,EAST` in degrees."""
    box = parse_area(text)
    return Zone(box.south_deg, box.west_deg, box.north_deg, box.east_deg)


FOLDER_OPTION: Final = "--identities"
FOLDER_VARIABLE: Final = "KEEPCLEAR_IDENTITY_DIR"
Folder = Annotated[
    Path,
    typer.Option(
        FOLDER_OPTION,
        envvar=FOLDER_VARIABLE,
        exists=True,
        file_okay=False,
        help="The identity folder, which `agency init` makes.",
    ),
]
NewFolder = Annotated[
    Path, typer.Option(FOLDER_OPTION, envvar=FOLDER_VARIABLE, help="Where the folder goes.")
]
System = Annotated[
    SystemName,
    typer.Argument(parser=option_parser(parse_system), metavar="AGENCY/SYSTEM", help="Whose."),
]
Request = Annotated[
    Path | None,
    typer.Option("--request", help="Certificate request of the system (PEM)."),
]
Out = Annotated[Path | None, typer.Option(help="Where the certificate goes; otherwise printed.")]
Days = Annotated[float, typer.Option(help="How long the certificate is good.")]
DEFAULT_DAYS: Final = SYSTEM_LIFETIME / timedelta(days=1)


@agency_app.command(epilog=EXIT_CODES_HELP)
def init(
    host: Annotated[list[str], typer.Option(help="Host name or address that partners connect to.")],
    folder: NewFolder = DEFAULT_FOLDER,
) -> None:
    """Make an identity folder with a certificate authority of its own."""
    create_folder(IdentityFolder(folder), host, now_utc())
    print(f"{folder} holds a new certificate authority and the server's certificate.")
    print(f"Give {folder / 'partners-ca.pem'} to every partner; guard authority.key.")


@agency_app.command(epilog=EXIT_CODES_HELP)
def add(
    system: System,
    role: Annotated[list[AccessRole], typer.Option(help="What it may do; give several.")],
    folder: Folder = DEFAULT_FOLDER,
    zone: Annotated[
        Zone | None,
        typer.Option(
            parser=option_parser(parse_zone),
            metavar="S,W,N,E",
            help="The box that an air traffic control unit may look into.",
        ),
    ] = None,
    request: Request = None,
    out: Out = None,
    days: Days = DEFAULT_DAYS,
) -> None:
    """Enrol a system, or change its roles; with --request, also give it a certificate."""
    place, wanted = IdentityFolder(folder), Wanted(system, frozenset(role), zone)
    lifetime = timedelta(days=days)
    if request is None:
        enrol(place, wanted)
    else:
        made = enrol_and_certify(place, wanted, _content(request), now_utc(), lifetime)
    print(f"{system} is enrolled as {', '.join(sorted(role))}.", file=sys.stderr)
    if request is not None:
        _hand_over(system, made, out, days)


@agency_app.command(epilog=EXIT_CODES_HELP)
def rotate(
    system: Annotated[str, typer.Argument(metavar="AGENCY/SYSTEM|server", help="Whose.")],
    folder: Folder = DEFAULT_FOLDER,
    request: Request = None,
    out: Out = None,
    days: Days = DEFAULT_DAYS,
    host: Annotated[
        list[str] | None, typer.Option(help="For `server`: other host names than before.")
    ] = None,
) -> None:
    """Give a system its next certificate, or the broker its own; nothing is restarted.

    The old certificate stays good until it expires: revoke it by --serial if it must not.
    """
    if system == "server":
        rotate_server(IdentityFolder(folder), host or (), now_utc())
        print("The server's certificates are replaced; a running broker takes them up by itself.")
        return
    if request is None:
        raise Problem("--request is missing.", "The partner makes one: `keepclear agency request`.")
    try:
        name = parse_system(system)
    except ValueError as error:
        raise Problem(str(error)) from None
    content, lifetime = _content(request), timedelta(days=days)
    made = certify(IdentityFolder(folder), name, content, now_utc(), lifetime)
    _hand_over(name, made, out, days)


@agency_app.command(epilog=EXIT_CODES_HELP)
def revoke(
    name: Annotated[
        str, typer.Argument(metavar="AGENCY/SYSTEM|AGENCY", help="A system, or a whole agency.")
    ] = "",
    folder: Folder = DEFAULT_FOLDER,
    serial: Annotated[
        str | None, typer.Option(help="Only the certificate with this serial number (hex).")
    ] = None,
) -> None:
    """Cut systems off and keep them out: live feeds and sessions end within two seconds."""
    place = IdentityFolder(folder)
    if serial is not None:
        try:
            number = int(serial, 16)
        except ValueError:
            raise Problem(f"'{serial}' is not a serial number.", "See `agency list`.") from None
        [system] = _named(place, name) if "/" in name else [None]
        revoke_serial(place, number, now_utc(), system)
        print(f"The certificate {number:x} is revoked.")
        return
    systems = _named(place, name)
    revoke_systems(place, systems, now_utc())
    for system in systems:
        print(f"{system} is revoked.")


@agency_app.command(name="list", epilog=EXIT_CODES_HELP)
def list_(folder: Folder = DEFAULT_FOLDER, as_json: AsJson = False) -> None:
    """Show every system, its roles and until when its certificates are good."""
    register = read_register(IdentityFolder(folder).register)
    systems = list(register.systems.values())
    if as_json:
        for one in systems:
            print(json.dumps(_as_json(one, register.revoked_serials)))
        return
    for one in systems:
        print("\n".join(_lines(one, register.revoked_serials)))


@agency_app.command(epilog=EXIT_CODES_HELP)
def request(
    system: System,
    out: Annotated[Path, typer.Option(help="Folder for the key and the request.")],
) -> None:
    """The partner's side: make a key, which stays, and a certificate request to send."""
    place = CertificateFolder(out)
    request_files(place, system)
    print(f"Send {place.request} to the operator. The key stays in {out}.")
    print(f"Put the answer into {place.certificate},")
    print(f"and the operator's authority into {place.trusted}.")


def _content(request: Path) -> bytes:
    try:
        return read_limited(request)
    except OSError as error:
        raise Problem(f"The request {request} cannot be read: {error.strerror}.") from error


def _hand_over(system: SystemName, certificate: bytes, out: Path | None, days: float) -> None:
    if out is None:
        print(certificate.decode(), end="")
    else:
        write_private(out, certificate)
        print(f"The certificate of {system} is in {out}; it is good for {days:g} days.")


def _named(place: IdentityFolder, name: str) -> Sequence[SystemName]:
    if not name:
        raise Problem("Who?", "Name a system as AGENCY/SYSTEM, an agency, or give --serial.")
    if "/" not in name:
        return systems_of(place, name)
    try:
        return [parse_system(name)]
    except ValueError as error:
        raise Problem(str(error)) from None


def _state(one: Enrolment) -> str:
    if one.revoked:
        return "REVOKED"
    return "enrolled" if one.certificates else "no certificate from here"


def _lines(one: Enrolment, revoked: frozenset[int]) -> Iterator[str]:
    """A line a certificate: its number must come out whole, to be given to `revoke`."""
    roles = ", ".join(sorted(one.roles))
    yield f"{one.system.agency}/{one.system.system}  {_state(one)}  {roles}"
    zone = one.zone
    if zone is not None:
        box = (zone.south_deg, zone.west_deg, zone.north_deg, zone.east_deg)
        yield f"  zone {','.join(f'{edge:g}' for edge in box)}"
    for each in one.certificates:
        until = "REVOKED" if each.serial in revoked else f"until {_day(each.not_after_us)}"
        yield f"  certificate {each.serial:x}  {until}"


def _day(instant_us: int) -> str:
    return f"{datetime.fromtimestamp(instant_us / SECOND_US, UTC):%Y-%m-%d %H:%M}Z"


def _as_json(one: Enrolment, revoked: frozenset[int]) -> dict[str, object]:
    return {
        "system": str(one.system),
        "roles": sorted(one.roles),
        "revoked": one.revoked,
        "certificates": [
            {
                "serial": f"{each.serial:x}",
                "not_after_us": each.not_after_us,
                "revoked": each.serial in revoked,
            }
            for each in one.certificates
        ],
    }
