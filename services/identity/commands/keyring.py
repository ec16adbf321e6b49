"""The key that signs access tokens now, kept in memory for a minute."""

from datetime import datetime, timedelta
from typing import Final

from joserfc.jwk import OKPKey

from services.identity.repository.signing_keys import SigningKeys
from services.identity.rules import signing_keys as rules
from services.identity.rules.signing_keys import KeyAges, KeyState
from services.kit.seal import Sealer
from services.kit.work import Tx, Work

# A replica may sign with a key that another has just retired: it stays in the key set for much
# longer than this.
_REMEMBERED: Final = timedelta(seconds=60)
_LOCK: Final = "signing_keys"


class Keyring:
    """Gives out the current signing key, makes the first ones, and rotates them by age."""

    def __init__(self, sealer: Sealer, ages: KeyAges) -> None:
        self._sealer = sealer
        self._ages = ages
        self._current: OKPKey | None = None
        self._read_time: datetime | None = None

    async def current(self, tx: Tx) -> OKPKey:
        """Return the key pair that signs now; makes it when there is none yet."""
        if self._current is None or self._is_stale(tx.now):
            return await self._read(tx)
        return self._current

    async def rotate(self, work: Work) -> bool:
        """Make missing keys, let the next one take over when its time has come, forget dead ones.

        True if it took over.
        """
        async with work.begin_control() as tx:
            keys = SigningKeys(tx, self._sealer)
            await self._make_missing(tx, keys)
            await keys.remove_retired(self._ages.keep_retired)
            current, following = await keys.find(KeyState.CURRENT), await keys.find(KeyState.NEXT)
            if current is None or following is None:
                raise RuntimeError("signing keys were made and are not there")
            is_due = rules.is_rotation_due(
                tx.now,
                current_since=current.activate_time or current.create_time,
                next_since=following.create_time,
                ages=self._ages,
            )
            if is_due:
                await keys.retire(current)
                await keys.activate(following)
                keys.add(rules.make_pair(), KeyState.NEXT)
                self._read_time = None
        return is_due

    async def _read(self, tx: Tx) -> OKPKey:
        keys = SigningKeys(tx, self._sealer)
        row = await keys.find(KeyState.CURRENT)
        if row is None:
            # Not remembered: this transaction, and the key with it, may yet roll back.
            await self._make_missing(tx, keys)
            made = await keys.find(KeyState.CURRENT)
            if made is None:
                raise RuntimeError("a signing key was made and is not there")
            return keys.open(made)
        self._current, self._read_time = keys.open(row), tx.now
        return self._current

    def _is_stale(self, now: datetime) -> bool:
        return self._read_time is None or now - self._read_time >= _REMEMBERED

    async def _make_missing(self, tx: Tx, keys: SigningKeys) -> None:
        await tx.lock(_LOCK)
        for state in (KeyState.CURRENT, KeyState.NEXT):
            if await keys.find(state) is None:
                keys.add(rules.make_pair(), state)
        await tx.session.flush()
