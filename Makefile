.DEFAULT_GOAL := help
PYTHON ?= python3
APP := .venv/bin/python
RASA := .venv-rasa/bin/python

help:            ## list these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup:           ## both environments with everything tests need
	@$(PYTHON) scripts/bootstrap.py --dev

run:             ## set up whatever is missing and serve everything
	@$(PYTHON) scripts/bootstrap.py
	@$(APP) -m bot up

train:           ## train the Rasa model if anything it learns from has changed
	@$(APP) -m bot train

test: setup      ## everything CI runs
	@$(APP) scripts/check.py

fast: setup      ## lint, types and the tests that start no process (under a minute)
	@$(APP) scripts/check.py --fast

evaluate: setup  ## measure on our own and other labelled sets, write var/evaluate/report.html: make evaluate SETS=folder
	@$(APP) -m benchmarks.evaluate $(SETS)

bench: setup     ## turns a second and latency beside Rasa's default pipeline
	@$(APP) -m benchmarks.turns

lock: setup      ## write the lock files anew from what is installed
	@$(APP) scripts/lock.py

migration:       ## draft a migration: make migration name="Say what it does." revision=0002
	@$(APP) -m bot migration "$(name)" $(revision)

.PHONY: help setup run train test fast evaluate bench lock migration
