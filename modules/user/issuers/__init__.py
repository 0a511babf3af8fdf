"""Tokens of trusted issuers: Supabase Auth, Keycloak, and whoever else signs JWTs (RFC 7519).

The issuers are rows of `users.trusted_issuers`, which `python -m scripts.issuers` keeps. A removed one is refused on
the next request, because the database is asked by the row's id; a changed row takes effect within 30 seconds, the time
that a worker's book of issuers is good for. A token is never kept: it is verified on every request, and it is valid
until its `exp`, as nobody but its issuer can end it.
"""
