"""DJI Cloud API over an agency's own MQTT server, and Autel's look-alike.

Theory of operation. Docks, remote controllers and aircraft publish JSON to `thing/product/{sn}/osd`
(at a fixed rate) and `/state` (on change); gateways publish `/events`. In the bridge, which is the
default, this adapter reads those three topics with a read-only account and publishes nothing at
all. What arrives is cut down to an allow-list (`fields`), merged per device (`fleet`), because a
device sends its properties in several partial messages, and turned into position reports of the
aircraft (`report`): a dock or a remote controller has a position too, and is never an aircraft. A
dock says when its aircraft is in it and when it is about to leave (`dock`); events carry the points
an aircraft means to fly by (`intent`).

In cloud-server mode, where an agency has no platform of its own, the adapter also answers what a
dock waits for (`answers`, `cloud`) and hands it the agency's keep-clear requests as a custom flight
area (`flight_areas`). Nothing else ever flows towards a device.

Sources: DJI Cloud API documentation v1.11 (github.com/dji-sdk/Cloud-API-Doc) and
developer.dji.com/doc/cloud-api-tutorial; Autel Cloud API, doc.autelrobotics.com/cloud_api.
"""
