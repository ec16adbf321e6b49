"""What of prompts is searched: words and embeddings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, REAL, TSVECTOR

from services.kit.tenancy import TENANT_SCHEMA

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # Filled by who searches first, and by the job `Reindexer`: words are cut by Python.
    op.create_table(
        "prompt_search",
        sa.Column("prompt_id", sa.Text, primary_key=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("index_version", sa.Integer, nullable=False),
        sa.Column("words", TSVECTOR, nullable=False),
        sa.Column("models", ARRAY(sa.Text), nullable=False),
        sa.Column("embedder", sa.Text, nullable=False),
        sa.Column("embedding", ARRAY(REAL), nullable=False),
        schema=TENANT_SCHEMA,
    )
    op.create_index(
        "prompt_search_words",
        "prompt_search",
        ["words"],
        schema=TENANT_SCHEMA,
        postgresql_using="gin",
    )
