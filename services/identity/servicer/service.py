"""The whole servicer: one class for the one service of the contract."""

from services.identity.servicer.parts import Parts
from services.identity.servicer.sessions import SessionRpcs
from services.identity.servicer.tenants import TenantRpcs


class IdentityServicer(SessionRpcs, TenantRpcs):
    """Every RPC of IdentityService."""

    def __init__(self, parts: Parts) -> None:
        SessionRpcs.__init__(self, parts)
        TenantRpcs.__init__(self, parts)
