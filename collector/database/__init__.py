"""Where tables are kept: one port, spoken to in one SQL, by SQLite and by PostgreSQL.

`ports` says what a database promises; `sqlite` and `postgres` keep it, each the one home of its
driver; `dialect` turns the SQL that both speak into that of PostgreSQL. Nothing here knows what is
in the tables.
"""
