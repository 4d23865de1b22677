"""Metrics over HTTP, for Prometheus, on loopback."""

from prometheus_client import start_http_server

from broker.service.metrics import Metrics


class MetricsServer:
    """Serves `/metrics`."""

    def __init__(self, metrics: Metrics, host: str, port: int) -> None:
        self._server, self._thread = start_http_server(port, host, metrics.registry)
        self.host, self.port = host, int(self._server.server_port)

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
