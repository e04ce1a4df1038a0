"""The OpenAPI definition of everything below ``/api/``."""
