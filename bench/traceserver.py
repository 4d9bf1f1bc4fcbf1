"""A PostgreSQL of the bench's own: one server, thrown away afterwards."""

import shutil
from typing import Self

import psycopg

from tests.collector.postgres import Cluster, cluster

SETTINGS = (
    "shared_buffers=1GB",
    "max_wal_size=4GB",
    "checkpoint_timeout=30min",
    "maintenance_work_mem=256MB",
)
"""What a server with a few GB is given; all else as it comes."""


class Server:
    """The server while it is needed."""

    def __enter__(self) -> Self:
        """Make and start it."""
        self._cluster: Cluster = cluster(SETTINGS)
        self._names: list[str] = []
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it and take its files away."""
        self._cluster.stop()
        shutil.rmtree(self._cluster.folder, ignore_errors=True)

    def database(self) -> str:
        """Make a database; return how to connect to it."""
        self._names.append(self._cluster.database())
        return self._names[-1]

    def settle(self) -> None:
        """Do what the server does by itself when it is left alone."""
        for each in self._names:
            with psycopg.connect(each, autocommit=True) as db:
                db.execute("VACUUM ANALYZE")
                db.execute("CHECKPOINT")
