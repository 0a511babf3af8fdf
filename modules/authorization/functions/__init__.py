"""The database functions of authorization: who is calling, what row-level security opens to them, and what holds."""

from core.database.metadata import metadata
from core.database.protection import declare
from modules.authorization.functions import identity, inviting, rights, tenancy

for _function in (*rights.FUNCTIONS, *identity.FUNCTIONS, *tenancy.FUNCTIONS, *inviting.FUNCTIONS):
    declare(metadata, _function)
