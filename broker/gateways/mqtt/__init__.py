"""The MQTT gateway, and the MQTT server it can start for itself."""
