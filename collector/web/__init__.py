"""The pages for officers, technicians and institutions, behind a login in two steps.

Django's home, with htmx, gunicorn and whitenoise; `public` alone has pages besides, and borrows the
server of these. Looks at the ledger through its read-only port, never through the ORM, which keeps
accounts and sessions in a file of its own. `board` says what the board shows (pure), `words` how it
is called, `snapshot` draws it once for everybody. Other programs ask here too (`asked`).
"""
