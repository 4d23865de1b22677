"""Run the embedded MQTT server (rumqttd, from the iotcore wheel) in this process.

`python -m broker.gateways.mqtt.embedded PORT DIRECTORY` serves until it is ended. It is a process
of its own because rumqttd has no way to stop other than the end of its process.
"""

import argparse
import logging
from pathlib import Path

from iotcore import IotCoreBroker

from broker.gateways.mqtt.server_config import rumqttd_config

CONFIG_NAME = "rumqttd.toml"


def serve(port: int, directory: Path) -> None:
    """Serve MQTT 5 on 127.0.0.1:`port`; does not return."""
    # rumqttd logs every packet it routes as an error: per-message text is a load and a disclosure.
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)
    config = directory / CONFIG_NAME
    config.write_text(rumqttd_config(port), encoding="utf-8")
    IotCoreBroker(config_path=str(config)).run_forever()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(description=serve.__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("directory", type=Path)
    arguments = parser.parse_args()
    serve(arguments.port, arguments.directory)


if __name__ == "__main__":
    main()
