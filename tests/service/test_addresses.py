import pytest

from broker.service.addresses import at_port


@pytest.mark.parametrize(
    ("host", "written"),
    [
        ("127.0.0.1", "127.0.0.1:50051"),
        ("broker.example", "broker.example:50051"),
        ("::1", "[::1]:50051"),
        ("2001:db8::7", "[2001:db8::7]:50051"),  # RFC 3849: for examples
    ],
)
def test_an_address_of_colons_is_told_from_its_port(host: str, written: str) -> None:
    assert at_port(host, 50_051) == written
