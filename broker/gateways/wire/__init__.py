"""The protobuf contract to and from core types; shared by gRPC and MQTT."""
