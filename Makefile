# assay: make bench measures, make test checks, make help lists.
GO      ?= go
CC      ?= cc
PROFILE ?= standard
OUT     ?= results/local
ARGS    ?=
DIR     ?= $(lastword $(sort $(wildcard results/local/*Z-*)))

# Packages in which goroutines meet are tested once more with the race detector. What the
# command tests are processes of their own, which it does not see; of simulate and
# conformance, which take minutes under it, MEET are the tests in which goroutines meet.
RACE = $$($(GO) list ./models/... ./harness/... | grep -vE '/(conformance|cmd|publish|report|stat|verify|yardstick)(/|$$)')
MEET = ^Test(TableDependsOnItsSeedAlone|SoundServer)$$

# Faults that only a machine with two processors, real-time threads, cgroups and pressure figures can have.
WANT = ^Test(StolenProcessor|StarvedMemory|PausedSentinels|Throttled)$$

# The tests that inject a fault into real processes, and see the gate that is its own fire; how often each.
FAULTS = ^Test(ThrottledGenerator|SaturatedGenerator|StolenProcessor|WrongAnswers|DuplicatedAnswers|DroppedAnswers|RefusedRequests|Impostor|ServerKilled|FullListenQueue|SlowBackend|BusyBackend|RateBeyondTheGenerator|MiscountingServer|UnfairServer|ColdServer|RestlessServer|CollectingThreads|LostSegments|PausedSentinels|Throttled|PaddedAnswers|MiscountingGenerator|HangingUpServer|StarvedMemory)$$
TIMES ?= 10
MOST   ?= 7812

.DEFAULT_GOAL := help
.PHONY: bench test build lint check compare report findings publish verify certify torture tune simulate gates micro syscalls yardsticks clean help

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

build: ## assay, modeld, refd, behaved, thread-c and the C yardsticks into bin/
	$(GO) build -o bin/ ./harness/cmd/assay ./models/cmd/modeld ./models/cmd/refd ./models/cmd/behaved
	@if command -v $(firstword $(CC)) >/dev/null; then for dir in models/external/c harness/load/yardstick; do $(MAKE) --no-print-directory -C $$dir BIN=$(abspath bin) CC="$(CC)" || exit 1; done; \
	else echo "no C compiler ($(CC)): thread-c is left out and recorded as not run; install gcc, or say make CC=clang"; fi

bench: build ## measure and compare: PROFILE=standard OUT=results/local ARGS='--blocks 6'
	bin/assay run --profile $(PROFILE) --out $(OUT) $(ARGS)

check: build ## behaviour of every model, case by case: ARGS='reactor pool'
	bin/assay check $(ARGS)

report: build ## make the files of a finished run again: DIR=results/local/…
	bin/assay report $(DIR)

findings: build ## what README.md and results/README.md say of the published runs
	bin/assay report --findings results

publish: build ## a finished run of yours into results/: DIR=results/local/… AS=2026-11-21-full; MOST=7812 KiB
	@test -n "$(AS)" || { echo "say AS=DATE-PROFILE, a name that results/ does not have"; exit 2; }
	bin/assay publish $(DIR) results/$(AS) --most $(MOST)
	bin/assay report --findings results

compare: build ## two runs side by side: OLD=results/local/… NEW=results/local/…; a gate with ARGS='--fail-on regression'
	@test -n "$(OLD)" -a -n "$(NEW)" || { echo "say OLD=DIR NEW=DIR, the folders of two finished runs"; exit 2; }
	bin/assay compare $(ARGS) $(OLD) $(NEW)

tune: build ## the models' settings against their defaults, into results/tuning: ARGS='pool thread'
	bin/assay tune $(ARGS)

micro: ## what ways to wait are made of, for benchstat, and expected beside measured, into results/micro/; 6 minutes: ARGS='-bench Bridge -cpu 1,2 -count 20'
	@mkdir -p results/micro
	@$(GO) test ./bench/micro -timeout 1h -run '^$$' -bench . -benchtime 100ms -count 8 $(ARGS) > results/micro/bench.txt || { cat results/micro/bench.txt; exit 1; }
	@cat results/micro/bench.txt
	$(GO) run ./bench/micro/table < results/micro/bench.txt > results/micro/README.md

syscalls: build ## system calls, switches, allocations per request of every model, into results/syscalls/; a minute
	@mkdir -p results/syscalls
	printf '# System calls, switches and allocations per request, by model\n\n`make syscalls`: counts, not times. How often a loop waits (epoll_pwait) depends on how many requests it finds\nready at once, and switches on what else the machine does; reads and writes do not.\n\n## echo\n\n' > results/syscalls/README.md
	bin/assay trace --all --count 5000 --conns 64 --workload echo --markdown >> results/syscalls/README.md
	printf '\n## fanout: three backends of 2 ms\n\n' >> results/syscalls/README.md
	bin/assay trace --all --count 3000 --conns 64 --workload fanout --set delay=2ms --markdown >> results/syscalls/README.md

yardsticks: build ## assay beside other servers and generators (scripts/yardsticks.sh installs them): ARGS='--parts models' our models beside each other
	$(GO) build -o bin/ ./harness/cmd/yardsticks
	bin/yardsticks $(ARGS)

verify: build ## a run's hashes, records and every published figure: DIR=results/local/…
	bin/assay verify $(DIR)

certify: build ## accuracy of the load generator on this machine, beside others, in a quarter of an hour: ARGS=--quick in three minutes
	bin/assay certify $(ARGS)

torture: build ## 500 tamperings, 200 kills, a torn line at every byte; make test takes a sample
	ASSAY_TORTURE=1 $(GO) test -count=1 -timeout 60m -v -run '^(TestTamperingIsFound|TestKilledRunsLoseNothing|TestTornAtEveryByte)$$' ./harness/verify ./harness/journal ./harness/cmd/assay

simulate: build ## how often the statistics are right, into results/simulation/: ARGS='--draws 400'
	@mkdir -p results/simulation
	bin/assay simulate $(ARGS) > results/simulation/README.md

gates: build ## false alarms and detections of the validity gates, into results/gates/: half an hour, quiet; TIMES=3 injects each fault three times
	@mkdir -p results/gates && rm -f results/gates/faults.jsonl
	-$(GO) test -count=1 -timeout 60m ./harness/campaign -run '$(FAULTS)' -args -quiet -times $(TIMES) -found $(CURDIR)/results/gates/faults.jsonl
	bin/assay run --profile standard --label gates $(ARGS) || test $$? -eq 1
	{ printf '# The validity gates: bounds, false alarms, detections\n\n`make gates`, on a machine without other work. A trial without a fault that is not VALID is a false alarm.\n\n'; \
	bin/assay validity --aa --faults results/gates/faults.jsonl $$(ls -d results/local/*-gates-* | tail -n 1); } > results/gates/README.md

test: build ## all tests, with the race detector where goroutines meet
	$(GO) vet ./...
	$(GO) test -timeout 20m ./...
	$(GO) test -timeout 20m -race $(RACE)
	$(GO) test -timeout 20m -race -run '$(MEET)' ./harness/stat/simulate ./harness/conformance
	@echo "Tests that skipped themselves for want of something on this machine:"
	@{ $(GO) test -count=1 -v -skip '^TestRecord$$' ./bench/micro ./harness/oracle ./harness/trace/live ./harness/report/browser; \
	$(GO) test -count=1 -v -run '$(WANT)' ./harness/campaign; } | grep -B1 -e '--- SKIP' || echo none

lint: ## gofumpt and staticcheck
	@files=$$($(GO) tool gofumpt -l bench models harness); test -z "$$files" || { echo "not formatted (go tool gofumpt -w):" $$files; exit 1; }
	$(GO) tool staticcheck ./...

clean: ## remove bin/; results stay
	rm -rf bin
