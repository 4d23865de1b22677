"""The durable ordered log: everything the core consumed, in order, plus snapshots and recovery."""
