"""The gRPC gateway: asyncio servicers, health, reflection and rich errors."""
