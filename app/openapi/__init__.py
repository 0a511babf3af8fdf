"""The documentation of the HTTP API: an OpenAPI 3.1 document, and a page for people.

`operations` reads the routes, `schemas` the contracts, `problems` derives what can go wrong; `notes` and `story` hold
what only people can say. `document` puts them together, `page` makes HTML of the document alone.
"""

from app.openapi.http import Documentation, SchemaController

__all__ = ["Documentation", "SchemaController"]
