# The front door. Everything behind it is cargo; a CARGO_TARGET_DIR that is set is respected.
.DEFAULT_GOAL := help
.PHONY: help setup setup-release run test release bench
SHELL := bash

# `make run PROFILE=release` for the optimised build, which takes minutes to make.
PROFILE ?= dev
CARGO = $(if $(filter release,$(PROFILE)),scripts/optimised,cargo)

help: ## list the targets
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: ## install what is missing to build, test and measure (Debian, Ubuntu)
	@scripts/setup

setup-release: setup
	@scripts/setup release

run: $(if $(filter release,$(PROFILE)),setup-release,setup) ## start the demo: a gateway, a sample connector, a call through it
	$(CARGO) run --profile $(PROFILE) --package backshell -- demo

define heading
	@printf '\n== %s\n' '$(1)'
endef

test: setup ## everything a change must pass, quickest first
	$(call heading,format)
	cargo fmt --all -- --check
	$(call heading,lints)
	cargo clippy --workspace --all-targets --locked -- -D warnings
	$(call heading,licences and dependencies)
	cargo deny --locked check --hide-inclusion-graph licenses bans sources
	$(call heading,directions and house rules)
	cargo xtask tidy
	$(call heading,generated files)
	cargo xtask gen --check
	$(call heading,tests)
	cargo test --workspace --locked

release: setup-release ## build the optimised program, target/release/backshell
	scripts/optimised build --locked --release --package backshell

bench: setup-release ## measure the parser beside serde_json and the gateway beside nginx
	cargo bench --locked --package backshell-source --bench parse
	scripts/optimised bench --locked --package backshell --bench gateway
