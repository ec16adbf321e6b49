"""Keys that sign access tokens; private halves are sealed under the master key."""

from datetime import timedelta

from joserfc.jwk import OKPKey
from sqlalchemy import delete, select

from services.identity.models import SigningKey
from services.identity.rules import signing_keys as rules
from services.identity.rules.signing_keys import KeyState
from services.kit.seal import Sealer
from services.kit.work import Tx


class SigningKeys:
    """Signing keys by state.

    Change them only while holding the transaction's lock `signing_keys`.
    """

    def __init__(self, tx: Tx, sealer: Sealer) -> None:
        self._tx = tx
        self._sealer = sealer

    async def find(self, state: KeyState) -> SigningKey | None:
        """Return the key that is next or current."""
        query = select(SigningKey).where(SigningKey.state == state.value)
        return (await self._tx.session.execute(query)).scalar_one_or_none()

    async def public_jwks(self) -> list[str]:
        """Return the public halves of all keys, newest first: what verifies a token now or soon."""
        query = select(SigningKey.public_jwk).order_by(SigningKey.create_time.desc())
        return list((await self._tx.session.execute(query)).scalars())

    def add(self, pair: OKPKey, state: KeyState) -> SigningKey:
        """Add a new pair."""
        kid, now = str(pair.kid), self._tx.now
        row = SigningKey(
            kid=kid,
            state=state.value,
            public_jwk=rules.public_text(pair),
            private_sealed=self._sealer.seal_control(
                rules.private_text(pair).encode(),
                table="signing_keys",
                column="private_sealed",
                row=kid,
            ),
            create_time=now,
            activate_time=now if state is KeyState.CURRENT else None,
        )
        self._tx.session.add(row)
        return row

    def open(self, row: SigningKey) -> OKPKey:
        """Return the pair with its private half."""
        text = self._sealer.open_control(
            row.private_sealed, table="signing_keys", column="private_sealed", row=row.kid
        )
        return rules.load_pair(text.decode())

    async def retire(self, row: SigningKey) -> None:
        """Sign no more with a key; it still verifies."""
        row.state, row.retire_time = KeyState.RETIRED.value, self._tx.now
        await self._tx.session.flush()

    async def activate(self, row: SigningKey) -> None:
        """Sign with a key from now on."""
        row.state, row.activate_time = KeyState.CURRENT.value, self._tx.now
        await self._tx.session.flush()

    async def remove_retired(self, kept: timedelta) -> None:
        """Forget keys retired longer ago than this: no token of theirs lives any more."""
        old = SigningKey.retire_time < self._tx.now - kept
        await self._tx.session.execute(delete(SigningKey).where(old))
