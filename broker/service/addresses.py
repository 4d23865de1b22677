"""How the address of a host and a port is written."""


def at_port(host: str, port: int) -> str:
    """`host:port`; an IPv6 address in brackets (RFC 3986, 3.2.2), or its end were the port."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
