"""Alembic's way in: the caller hands over a connection already in a transaction."""

from alembic import context

from answerback_server.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
