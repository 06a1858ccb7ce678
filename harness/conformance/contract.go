package conformance

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"time"
)

var contractCases = []Case{
	{"contract/identity", "GET /-/id answers the nonce and a pid of the started tree", Needs{}, identity},
	{"contract/stats", "GET /-/stats answers figures of its own, which count requests", Needs{}, figures},
	{"contract/owns-its-socket", "the socket at the address it prints belongs to the started tree", Needs{}, ownsSocket},
	{"contract/listens-where-told", "it listens at ASSAY_LISTEN's port", Needs{None: true}, listensWhereTold},
	{"contract/stdin-end", "the end of stdin ends it, exit status 0", Needs{Own: true}, stdinEnd},
	{"contract/unknown-option", "an unknown option: exit 2, stderr names it", Needs{None: true}, unknownOption},
	{"contract/bad-option-value", "a value that cannot be: exit 2, stderr names the option", Needs{None: true}, badOptionValue},
	{"contract/unknown-workload", "an unknown workload: exit 2, stderr names it", Needs{None: true}, unknownWorkload},
	{"contract/port-in-use", "a taken port: it ends at once, not with 0, and names the address", Needs{None: true}, portInUse},
}

func identity(t *T) {
	a := t.Dial().Get("/-/id")
	var id struct {
		Nonce string
		PID   int
	}
	if err := json.Unmarshal([]byte(a.Body), &id); err != nil || a.Status != 200 {
		t.Fatalf("answer %d %s: %v", a.Status, brief(a.Body), err)
	}
	tree, err := t.server.Tree()
	t.must(err, "processes of the server")
	if id.Nonce != t.server.nonce || !slices.Contains(tree, id.PID) {
		t.Fatalf("answer %s: want nonce %s and a pid of %v", brief(a.Body), t.server.nonce, tree)
	}
}

func figures(t *T) {
	c := t.Dial()
	before := statsOf(t, c)
	for range 10 {
		c.Alive()
	}
	after := statsOf(t, c)
	if d := after["requests"] - before["requests"]; d < 10 || d > 12 {
		t.Fatalf("requests grew by %g over 10 requests and a question for figures", d)
	}
	c.Send(get("/-/stats?gc=1"))
	c.WantStatus(200)
}

// statsOf are the figures that are numbers; a server may offer others beside.
func statsOf(t *T, c *Conn) map[string]float64 {
	a := c.Get("/-/stats")
	var all map[string]any
	if err := json.Unmarshal([]byte(a.Body), &all); err != nil || a.Status != 200 {
		t.Fatalf("answer %d %s: %v", a.Status, brief(a.Body), err)
	}
	stats := make(map[string]float64)
	for name, value := range all {
		if n, ok := value.(float64); ok {
			stats[name] = n
		}
	}
	return stats
}

func ownsSocket(t *T) {
	own, err := t.server.OwnsListener(t.server.addr)
	t.must(err, "look for the listening socket")
	if !own {
		t.Fatalf("the listener at %s belongs to somebody else", t.server.addr)
	}
}

func listensWhereTold(t *T) {
	addr := t.quietPort()
	t.server = t.start(map[string]string{"ASSAY_LISTEN": addr})
	if t.server.addr != addr {
		t.Fatalf("it says %s, ASSAY_LISTEN was %s", t.server.addr, addr)
	}
	t.Dial().Alive()
}

// quietPort is a free port below those that Linux gives to connections, of which
// busy neighbours make many.
func (t *T) quietPort() string {
	for range 100 {
		ln, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(12_000)))
		if err == nil {
			ln.Close()
			return ln.Addr().String()
		}
	}
	t.Fatalf("no free port from 20000 to 31999")
	return ""
}

func stdinEnd(t *T) {
	t.Dial().Alive()
	start := time.Now()
	t.must(t.server.Stdin.Close(), "close its stdin")
	t.WantExit(t.server.Proc, start, 0)
}

// wantBadInput starts the server with one variable changed and wants exit 2 and
// an explanation that has those words.
func wantBadInput(t *T, name, value string, says ...string) {
	start := time.Now()
	p := t.launch(map[string]string{name: value})
	t.WantExit(p.Proc, start, 2)
	log := p.LogTail()
	for _, word := range says {
		if !strings.Contains(log, word) {
			t.Fatalf("its stderr does not say %q: %s", word, brief(log))
		}
	}
}

func unknownOption(t *T) {
	wantBadInput(t, "ASSAY_OPTIONS", "reqest-timeout=1s", "reqest-timeout", "request-timeout")
}

func badOptionValue(t *T) {
	wantBadInput(t, "ASSAY_OPTIONS", "request-timeout=soon", "request-timeout", "soon")
}

func unknownWorkload(t *T) {
	wantBadInput(t, "ASSAY_WORKLOAD", "ecko", "ecko", "echo")
}

func portInUse(t *T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	t.must(err, "take a port")
	defer ln.Close()
	start := time.Now()
	p := t.launch(map[string]string{"ASSAY_LISTEN": ln.Addr().String()})
	select {
	case <-p.Done():
	case <-time.After(t.patience):
		t.Fatalf("it runs on")
	}
	if p.ExitCode() < 1 || time.Since(start) > t.patience {
		t.Fatalf("it ended with %s, want a status above 0", p.Exit())
	}
	if log := p.LogTail(); !strings.Contains(log, ln.Addr().String()) {
		t.Fatalf("its stderr does not name %s: %s", ln.Addr(), brief(log))
	}
}
