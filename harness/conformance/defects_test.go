package conformance

import (
	"path"
	"testing"
	"time"
)

// defects are what a server may do wrong, and the cases that must find it.
var defects = []struct {
	name  string
	cases []string // patterns
}{
	{"wrong-nonce", []string{"contract/identity"}},
	{"counts-nothing", []string{"contract/stats"}},
	{"any-port", []string{"contract/listens-where-told", "contract/port-in-use"}},
	{"foreign-socket", []string{"contract/owns-its-socket"}},
	{"ignores-stdin", []string{"contract/stdin-end"}},
	{"takes-anything", []string{"contract/unknown-*", "contract/bad-*"}},
	{"off-by-one", []string{"examples/*"}},

	{"read-is-a-request", []string{"framing/every-split", "framing/byte-at-a-time", "framing/pipelined-[ped]*", "framing/chunked-every-split"}},
	{"no-empty-line", []string{"framing/empty-line-before"}},
	{"no-absolute-form", []string{"framing/absolute-form"}},
	{"minds-the-case", []string{"framing/field-names-any-case"}},
	{"no-body-to-get", []string{"framing/body-of-get"}},
	{"waits-for-a-body", []string{"framing/no-length-no-body"}},
	{"small-bodies", []string{"framing/large-body", "framing/chunked-large"}},
	{"no-chunks", []string{"framing/chunked", "framing/pipelined-bodies"}},

	{"closes-always", []string{"persistence/keep-alive", "persistence/after-errors"}},
	{"never-closes", []string{"persistence/close", "persistence/behind-close", "persistence/http10"}},
	{"lone-close", []string{"persistence/close-in-a-list"}},
	{"lies-to-http10", []string{"persistence/http10-keep-alive"}},
	{"host-for-all", []string{"persistence/http10-no-host"}},

	{"one-route", []string{"method/missing-route", "method/wrong-method", "method/unknown", "method/case", "method/bad-parameter", "method/path-is-exact"}},
	{"body-to-head", []string{"method/head"}},
	{"html", []string{"method/content-type"}},

	{"no-continue", []string{"expect/continue", "expect/chunked"}},
	{"continue-to-all", []string{"expect/http10"}},
	{"refuses-expectations", []string{"expect/body-at-once"}},
	{"boundless", []string{"expect/too-large", "limits/body-*", "limits/chunk-announced", "limits/own-max-body"}},

	{"takes-all-for-requests", []string{"malformed/[a-ac-z]*", "malformed/b[a-df-z]*", "smuggling/*", "limits/line*", "limits/field*", "limits/head"}},
	{"serves-on-after-refusing", []string{"malformed/behind-good", "smuggling/length-overflow", "limits/extension-endless", "limits/trailers-endless"}},
	{"half-is-whole", []string{"flow/half-close-partial", "deadline/partial-then-silence"}},
	{"small-heads", []string{"limits/inside"}},
	{"slams-the-door", []string{"limits/answer-not-lost"}},
	{"dies-of-small-chunks", []string{"limits/tiny-chunks"}},

	{"cuts-at-a-megabyte", []string{"flow/large-answer", "flow/slow-reader"}},
	{"one-client-at-a-time", []string{"flow/silent-first", "flow/pipelined-slow-reader", "crowd/silent", "crowd/half-a-request", "fault/neighbours-wait", "backend/many-clients", "backend-deadline/neighbours"}},
	{"fifty-clients", []string{"crowd/all-at-once"}},
	{"leaks", []string{"crowd/churn", "backend/client-leaves"}},
	{"leaks-at-faults", []string{"fault/hundreds"}},
	{"no-half-close", []string{"flow/half-close", "backend/half-closed-client"}},
	{"dies-at-resets", []string{"flow/reset-mid-*", "flow/connect-and-leave", "malformed/server-lives"}},

	{"no-request-deadline", []string{"deadline/dribbled-*", "deadline/behind-an-answer"}},
	{"session-deadline", []string{"deadline/anew-for-each"}},
	{"idle-deadline", []string{"deadline/silent-stays"}},
	{"no-write-deadline", []string{"deadline/never-reads"}},

	{"dies-of-faults", []string{"fault/500", "fault/pipelined", "fault/post", "fault/behind-the-backends"}},

	{"always-in-turn", []string{"backend/parallel"}},
	{"always-at-once", []string{"backend/sequential"}},
	{"stops-with-its-client", []string{"backend/goes-on-without-client"}},
	{"asks-on", []string{"backend/sequential-stops"}},
	{"first-backend-only", []string{"backend/each-its-own"}},
	{"connection-a-call", []string{"backend/reuse"}},
	{"drops-input-while-waiting", []string{"framing/pipelined", "backend/pipelined", "backend/half-a-pipeline"}},
	{"ten-calls", []string{"backend/64-calls"}},
	{"500-for-backends", []string{
		"backend/fail", "backend/reset", "backend/garbage", "backend/truncate", "backend/unreachable", "backend/none-given",
		"backend-deadline/stall", "backend-says/two-lengths", "backend-says/end-at-once", "backend-says/bad-status",
	}},
	{"hasty", []string{"backend/slow"}},
	{"naive-client", []string{
		"backend/after-faults", "backend/restarted", "backend-deadline/late", "backend-says/surplus", "backend-says/interim",
		"backend-says/chunked", "backend-says/connection-close", "backend-says/until-end", "backend-says/lower-case",
	}},
	{"no-backend-deadline", []string{"backend-deadline/dribbled"}},
	{"last-failure-decides", []string{"backend-deadline/one-of-three"}},
	{"any-value", []string{"backend-says/no-value"}},
	{"any-status", []string{"backend-says/redirect"}},
	{"reads-all", []string{"backend-says/huge-body"}},
	{"first-piece-only", []string{"backend-says/in-pieces"}},
	{"dies-of-heads", []string{"backend-says/huge-head"}},

	{"never-refuses", []string{"overload/full"}},
	{"ignores-sigterm", []string{"drain/nothing-open"}},
	{"drains-with-1", []string{"drain/nothing-open"}},
	{"drops-everything", []string{"drain/in-flight*", "drain/pipelined", "drain/slow-reader", "drain/under-load", "drain/twice"}},
	{"drops-the-unread", []string{"drain/pipelined-later"}},
	{"forgets-the-queue", []string{"drain/accept-queue"}},
	{"goes-on-accepting", []string{"drain/new-refused"}},
	{"waits-for-the-idle", []string{"drain/idle", "drain/never-spoke", "drain/half-a-request"}},
	{"no-backend-deadline", []string{"drain/stalled-backend"}},
	{"dies-when-exhausted", []string{"exhaustion/recovers", "exhaustion/drains"}},
	{"spins-when-exhausted", []string{"exhaustion/does-not-spin"}},
}

func matching(t *testing.T, patterns []string) []Case {
	var some []Case
	for _, p := range patterns {
		n := len(some)
		for _, c := range Cases {
			if ok, err := path.Match(p, c.Name); ok && err == nil {
				some = append(some, c)
			}
		}
		if len(some) == n {
			t.Errorf("no case is called %s", p)
		}
	}
	return some
}

// A server without a defect passes everything. The Makefile names it for the race detector.
func TestSoundServer(t *testing.T) {
	t.Parallel()
	hold(t, 1, []trial{{tinyTarget("none"), nil, patience, func(r Result) string { return outcomeBut(r, Pass) }}})
}

// Each defect is found by the cases that are there to find it.
func TestDefects(t *testing.T) {
	t.Parallel()
	var trials []trial
	for _, d := range defects {
		trials = append(trials, trial{
			tinyTarget(d.name), matching(t, d.cases), time.Second,
			func(r Result) string { return outcomeBut(r, Fail) },
		})
	}
	hold(t, 6, trials)
}

// No case is there that cannot fail.
func TestEveryCaseFindsADefect(t *testing.T) {
	found := map[string]bool{}
	for _, d := range defects {
		for _, c := range matching(t, d.cases) {
			found[c.Name] = true
		}
	}
	for _, c := range Cases {
		if !found[c.Name] {
			t.Errorf("%s: no defect of the table is found by it", c.Name)
		}
	}
}
