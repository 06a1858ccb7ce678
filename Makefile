# assay: make bench measures, make test checks, make help lists.
GO      ?= go
CC      ?= cc
PROFILE ?= standard
OUT     ?= results/local
ARGS    ?=
DIR     ?= $(lastword $(sort $(wildcard results/local/*Z-*)))

# Packages in which goroutines meet are tested once more with the race detector. What
# conformance and the command test are processes of their own, which it does not see.
RACE = $$($(GO) list ./models/... ./harness/... | grep -vE '/(conformance|cmd|report|stat|yardstick)(/|$$)')

.DEFAULT_GOAL := help
.PHONY: bench test build lint check compare report yardsticks clean help

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

build: ## assay, modeld, refd and thread-c into bin/
	$(GO) build -o bin/ ./harness/cmd/assay ./models/cmd/modeld ./models/cmd/refd
	@if command -v $(firstword $(CC)) >/dev/null; then $(MAKE) --no-print-directory -C models/external/c BIN=$(abspath bin) CC="$(CC)"; \
	else echo "no C compiler ($(CC)): thread-c is left out and recorded as not run; install gcc, or say make CC=clang"; fi

bench: build ## measure and compare: PROFILE=standard OUT=results/local ARGS='--blocks 6'
	bin/assay run --profile $(PROFILE) --out $(OUT) $(ARGS)

check: build ## behaviour of every model, case by case: ARGS='reactor pool'
	bin/assay check $(ARGS)

report: build ## make the files of a finished run again: DIR=results/local/…
	bin/assay report $(DIR)

compare: build ## two runs side by side: OLD=results/local/… NEW=results/local/…
	bin/assay compare $(OLD) $(NEW)

yardsticks: build ## assay beside other servers and generators (scripts/yardsticks.sh installs them): ARGS='--parts memory'
	$(GO) build -o bin/ ./harness/cmd/yardsticks
	@$(MAKE) --no-print-directory -C harness/load/yardstick BIN=$(abspath bin) CC="$(CC)"
	bin/yardsticks $(ARGS)

test: build ## all tests, with the race detector where goroutines meet
	$(GO) vet ./...
	$(GO) test -timeout 10m ./...
	$(GO) test -timeout 10m -race $(RACE)

lint: ## gofumpt and staticcheck
	@files=$$($(GO) tool gofumpt -l bench models harness); test -z "$$files" || { echo "not formatted (go tool gofumpt -w):" $$files; exit 1; }
	$(GO) tool staticcheck ./...

clean: ## remove bin/; results stay
	rm -rf bin
