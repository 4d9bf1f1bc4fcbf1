"""The pages for officers: gates and scans, and cases, behind a login in two steps.

Django's one home, with htmx, gunicorn and whitenoise. Looks at the ledger through its read-only
port, never through the ORM; the ORM keeps accounts and sessions in a file of its own. `board` says
what is shown (pure), `words` how it is called, `snapshot` draws it once for everybody.
"""
