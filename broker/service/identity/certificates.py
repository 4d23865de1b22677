"""A certificate names a system twice, and both names must say the same.

The subject alternative name is a URI, `keepclear:agencies/{agency}/systems/{system}`. The common
name, `{agency}/{system}`, is what Mosquitto makes a user name of. A certificate in which they
differ would be one system over gRPC and another over MQTT, so it is nobody.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from broker.core.errors import Refused, refuse
from broker.core.names import SystemName, identifier

URI_SCHEME: Final = "keepclear:"
COMMON_NAME_LENGTH_MAX: Final = 64
"""X.509's ub-common-name: `{agency}/{system}` has to fit."""
BROKER_NAME: Final = SystemName("keepclear", "broker")
"""The broker itself, to the MQTT server. Nobody else gets a name of this agency."""
CERTIFICATES_KEPT: Final = 4_096
"""Parsed certificates that are remembered: parsing costs more than a small call."""


@dataclass(frozen=True, slots=True)
class PeerCertificate:
    """What the broker needs of a certificate whose signature TLS has checked."""

    system: SystemName
    serial: int
    not_after_us: int


def uri_of(system: SystemName) -> str:
    """The subject alternative name of a system's certificate."""
    return f"{URI_SCHEME}{system}"


def common_name_of(system: SystemName) -> str:
    """The common name, which is the MQTT user name and client id; refuses one that is too long."""
    name = f"{system.agency}/{system.system}"
    if len(name) > COMMON_NAME_LENGTH_MAX:
        raise refuse(
            "system", f"agency and system have at most {COMMON_NAME_LENGTH_MAX - 1} characters"
        )
    return name


def system_of_common_name(field: str, name: str) -> SystemName:
    """Read `{agency}/{system}`; refuses anything else, naming `field`."""
    agency, separator, system = name.partition("/")
    if not separator:
        raise refuse(field, "must read AGENCY/SYSTEM")
    return SystemName(identifier(field, agency), identifier(field, system))


@lru_cache(maxsize=CERTIFICATES_KEPT)
def read_peer(pem: bytes) -> PeerCertificate:
    """Whose certificate this is. Refuses one that names no system, or two."""
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        raise refuse("certificate", "cannot be read") from error
    return PeerCertificate(
        named_system(certificate),
        certificate.serial_number,
        instant_us(certificate.not_valid_after_utc),
    )


def named_system(holder: x509.Certificate | x509.CertificateSigningRequest) -> SystemName:
    """The system that a certificate, or a request for one, names; refuses any doubt."""
    common = holder.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    try:
        extension = holder.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        uris = extension.value.get_values_for_type(x509.UniformResourceIdentifier)
    except (x509.ExtensionNotFound, ValueError) as error:
        raise refuse("certificate", f"has no subject alternative name: {error}") from error
    if len(common) != 1 or len(uris) != 1:
        raise refuse("certificate", "must have one common name and one URI")
    if not uris[0].startswith(URI_SCHEME):
        raise refuse("certificate", f"its URI must begin with {URI_SCHEME}")
    system = SystemName.parse("certificate", uris[0].removeprefix(URI_SCHEME))
    try:
        by_common_name = system_of_common_name("certificate", str(common[0].value))
    except Refused as refused:
        raise refuse("certificate", "its common name must read AGENCY/SYSTEM") from refused
    if by_common_name != system:
        raise refuse("certificate", f"its common name says {by_common_name}, its URI {system}")
    return system


def instant_us(moment: datetime) -> int:
    """An aware time as Unix microseconds."""
    return round(moment.timestamp()) * 1_000_000
