"""The door of the JSON API, version 0 (contract json-api)."""
