package conformance

import (
	"fmt"
	"strings"

	blockingload "assay/bench/blocking"
	echoload "assay/bench/echo"
	fanoutload "assay/bench/fanout"
	idleload "assay/bench/idle"
	"assay/bench/workload"
)

// documents are the wire formats that servers promise. Written out, because
// only mains import the catalog; a test holds them to it.
var documents = []struct{ name, http string }{
	{"echo", echoload.HTTP},
	{"fanout", fanoutload.HTTP},
	{"blocking", blockingload.HTTP},
	{"idle", idleload.HTTP},
}

// exampleCases are the examples of each workload's HTTP.md.
var exampleCases = func() []Case {
	var all []Case
	for _, d := range documents {
		all = append(all, Case{
			"examples/" + d.name, "every example of " + d.name + "'s HTTP.md, over one connection",
			Needs{Workload: d.name},
			func(t *T) { examples(t, d.http) },
		})
	}
	return all
}()

func examples(t *T, doc string) {
	all, err := workload.Examples(doc)
	t.must(err, "HTTP.md")
	c := t.Dial()
	for _, e := range all {
		if e.Method == "POST" {
			c.Send(post(e.Target, e.Body))
		} else {
			c.Send(get(e.Target))
		}
		a := c.Read()
		what := strings.TrimSpace(fmt.Sprintf("%s %s %s", e.Method, e.Target, e.Body))
		switch {
		case a.Status != e.Status, !e.AnyAnswer && a.Body != e.Answer:
			t.Fatalf("%s: answer %d %s, want %d %s", what, a.Status, brief(a.Body), e.Status, brief(e.Answer))
		case e.Status == 400 && len(a.Body) < 10:
			t.Fatalf("%s: %s is no sentence", what, brief(a.Body))
		case a.Status == 200 && a.Header.Get("Content-Type") != "text/plain":
			t.Fatalf("%s: Content-Type %q, want text/plain", what, a.Header.Get("Content-Type"))
		case a.Close && a.Status == 500:
			c = t.Dial() // a server may give up the connection with the handler that failed
		}
	}
}
