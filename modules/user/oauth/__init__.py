"""Signing in with an account elsewhere: the code flow of OAuth 2.0 and OpenID Connect, bound to the browser.

A provider says where to send the browser, and makes an identity of the code that comes back. `flow` ties both ends
together without storing anything: PKCE, state and nonce (RFC 9700; OWASP ASVS 5.0, 10.1, 10.2 and 10.5). Nothing
here touches the database.
"""

from modules.user.oauth.errors import BadProviderAnswer, BadSignIn, ProviderUnavailable
from modules.user.oauth.flow import Flow
from modules.user.oauth.landings import Landings
from modules.user.oauth.providers import Provider, providers_of

__all__ = ["BadProviderAnswer", "BadSignIn", "Flow", "Landings", "Provider", "ProviderUnavailable", "providers_of"]
