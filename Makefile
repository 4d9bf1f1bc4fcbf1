# What can be done with a checkout. Each target installs what it lacks (tools/install).

.DEFAULT_GOAL := help
.PHONY: bench-up pictures desk-pictures help demo test test-appliance test-install test-pins check faults nightly format lock clean bench-journal bench-reading bench-verdict bench-uplink bench-trace bench-board reasons alarms asyncapi soak bench-pages bench-public bundle
python := .venv/bin/python
# Many programs are started, and each would translate all that it imports once more.
unexport PYTHONDONTWRITEBYTECODE

help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

demo: ## a district on this machine: three doors and their page (ONCE=1: one fixed scenario)
	@tools/install demo
	@$(python) -m demo $(if $(filter-out 0,$(ONCE)),--once) $(ARGS)

test: ## everything that says whether the project is sound
	@tools/install test
	@tools/lanes

test-appliance: ## the gate's services on a machine of their own, killed, hung and walled in
	@tools/install test
	@$(python) -m pytest -q tests/lanes/appliance $(ARGS)
	@cat .cache/appliance.json

test-install: ## from a boxed gate to its first confirmed scan, and a hundred gates side by side
	@tools/install test
	@$(python) -m pytest -q tests/lanes/install $(ARGS)
	@cat .cache/install.json

bundle: ## a Raspberry Pi's release, installed and imported in an arm64 Debian 13 under qemu-user (20 minutes)
	@tools/install test
	@tools/bundle

test-pins: ## the panel on a Raspberry Pi's pins in QEMU: every pattern, a crash, a kill, contacts
	@tools/install test
	@$(python) -m pytest -q tests/lanes/pins $(ARGS)
	@cat .cache/pins.json

faults: ## break everything and count what is lost (QUICK=1: as much as CI does); goes on where stopped
	@tools/install test
	@$(python) -m faults $(if $(filter-out 0,$(QUICK)),--quick) $(ARGS)

nightly: ## every fault there is, with dice of its own each night; the interface asked at length; no database for ten minutes
	@tools/install test
	@GATE_OUTAGE_S=600 $(python) -m pytest -q tests/collector/test_outages.py
	@GATE_API_EXAMPLES=500 $(python) -m pytest -q --timeout 3600 tests/collector/web/test_description.py
	@$(python) -m faults --seed $$(date -u +%Y%m%d) $(ARGS)

check: ## lint, types, who imports whom, branches of the pure parts; no program is started
	@tools/install test
	@tools/checks

bench-journal: ## what a stored record costs, beside SQLite, stock TinyDB and the bare disk
	@tools/install test
	@$(python) -m bench.journal $(ARGS)

bench-reading: ## how many codes are read, how fast, and how other readers do (ARGS=--quick: less)
	@tools/install test
	@bench/install reading
	@.cache/bench/bin/python -m bench.reading $(ARGS)

bench-verdict: ## how long a verdict takes, from a code's bytes, beside a library that only reads
	@tools/install test
	@bench/install verdict
	@$(python) -m bench.verdict $(ARGS)

alarms: ## write the handbook's pages of alarms again (docs/alarms.vi.md, docs/alarms.en.md)
	@tools/install test
	@$(python) tools/alarms.py

reasons: ## write the handbook's tables of reasons again (docs/reasons.vi.md, docs/reasons.en.md)
	@tools/install test
	@$(python) tools/reasons.py

asyncapi: ## write docs/asyncapi.yaml, what travels over MQTT, again
	@tools/install test
	@$(python) -m tools.asyncapi

bench-board: ## what the district's board finds, how fast it is and what fifty of them cost
	@tools/install test
	@$(python) -m bench.board $(ARGS)

bench-up: ## how soon a whole district is up, and how much memory its processes have
	@tools/install test
	@$(python) -m bench.up $(ARGS)

pictures: ## a picture of every page at two widths, into docs/images/pages
	@tools/install test
	@$(python) tools/pictures.py $(ARGS)

desk-pictures: ## pictures of the desk's page, into docs/images
	@tools/install test
	@$(python) tools/deskpictures.py

bench-uplink: ## how fast a scan is confirmed and a backlog drained, beside what else is used (ARGS=--quick)
	@tools/install test
	@$(python) -m bench.uplink $(ARGS)

bench-trace: ## how fast a trace answers, opens and forgets, in both databases (ARGS=--quick: a twentieth)
	@tools/install test
	@$(python) -m bench.trace $(ARGS)

bench-public: ## how fast people declare, a sheet of 2,000 cards is made, and what a withdrawal weighs
	@tools/install test
	@$(python) -m bench.public $(ARGS)

bench-pages: ## how fast every page answers with 10 million scans behind it, in both databases (ARGS=--quick)
	@tools/install test
	@$(python) -m bench.pages $(ARGS)

soak: ## a gate with people at its door for MINUTES (30): memory, handles, threads, time to a signal
	@tools/install test
	@$(python) -m bench.soak $(or $(MINUTES),30)

format: ## lay the code out
	@tools/install test
	@.venv/bin/ruff check --quiet --fix --exit-zero
	@.venv/bin/ruff format

lock: ## pin the packages again after a change in pyproject.toml (UPGRADE=1: take newer ones)
	@tools/install test
	@UV=$$(tools/install uv) $(python) tools/lock.py $(if $(filter-out 0,$(UPGRADE)),--upgrade)
	@tools/install test

clean: ## forget everything that was made here, the environment too
	@rm -rf .venv .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache build dist demo-state demo-state.lock
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
