import httpx
import pytest

from broker.gateways.http import MetricsServer
from broker.service.metrics import Metrics
from tests.patience import PATIENCE_S


def test_metrics_are_served_until_stopped(free_port: int) -> None:
    metrics = Metrics()
    metrics.overloads.inc(3)
    server = MetricsServer(metrics, "127.0.0.1", free_port)
    try:
        assert server.port == free_port
        text = httpx.get(f"http://127.0.0.1:{server.port}/metrics", timeout=PATIENCE_S).text
        assert "keepclear_overloads_total 3.0" in text
    finally:
        server.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{free_port}/metrics", timeout=PATIENCE_S)


def test_port_zero_takes_a_free_one() -> None:
    server = MetricsServer(Metrics(), "127.0.0.1", 0)
    try:
        assert server.port > 0
    finally:
        server.stop()


def test_two_brokers_count_apart() -> None:
    one, two = Metrics(), Metrics()
    one.overloads.inc()
    assert two.registry.get_sample_value("keepclear_overloads_total") == 0.0
