"""Puts the identity service together."""

import hmac
from base64 import b64decode
from hashlib import sha256
from typing import Final

from promptpilot.identity.v1.identity_pb2_grpc import add_IdentityServiceServicer_to_server
from services.identity import consumers
from services.identity.adapters import Argon2Passwords, BusInvalidations
from services.identity.commands.keyring import Keyring
from services.identity.commands.open_session import SessionOpener
from services.identity.jobs import Jobs
from services.identity.servicer.parts import Parts
from services.identity.servicer.service import IdentityServicer
from services.identity.settings import IdentitySettings
from services.kit.bus import Bus
from services.kit.clock import Clock
from services.kit.db import Database
from services.kit.inbox import Inbox
from services.kit.migrations import tenant_tree
from services.kit.outbox import Relay
from services.kit.runtime import App
from services.kit.seal import Sealer
from services.kit.work import UnitOfWork

NAME: Final = "identity"
_FINGERPRINT_LABEL: Final = b"promptpilot identity request fingerprint v1"


def build(settings: IdentitySettings) -> App:
    """Make the service from its settings; nothing is opened yet."""
    return build_for_tests(settings)


def build_for_tests(settings: IdentitySettings, *, clock: Clock | None = None) -> App:
    """Make the service with another clock."""
    database = Database(settings.database)
    bus = Bus(settings.bus, NAME)
    work = UnitOfWork(database, tenant_tree(NAME), clock)
    sealer = Sealer(settings.kek)
    keyring = Keyring(sealer, settings.signing.ages)
    passwords = Argon2Passwords(settings.passwords)
    parts = Parts(
        work=work,
        settings=settings,
        passwords=passwords,
        invalidations=BusInvalidations(bus),
        opener=SessionOpener(keyring, settings.sessions, settings.issuer),
        sealer=sealer,
        fingerprint_key=_fingerprint_key(settings),
    )
    return App(
        name=NAME,
        settings=settings,
        servicers=[(add_IdentityServiceServicer_to_server, IdentityServicer(parts))],
        database=database,
        bus=bus,
        background=[
            Relay(NAME, work, bus).run,
            Inbox(NAME, work, bus, consumers.subscriptions()).run,
            Jobs(work, keyring, settings.job_interval_s).run,
        ],
        on_close=[passwords.close],
    )


def _fingerprint_key(settings: IdentitySettings) -> bytes:
    """Derive a key of its own from the master key: one key, one use."""
    kek = b64decode(settings.kek.get_secret_value())
    return hmac.new(kek, _FINGERPRINT_LABEL, sha256).digest()
