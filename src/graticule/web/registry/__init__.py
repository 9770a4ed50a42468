"""The record by which registries of the Virtual Observatory know this server."""
