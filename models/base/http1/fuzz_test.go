package http1

import (
	"maps"
	"slices"
	"testing"
)

// compare returns in one word how two readings of the same bytes differ, or "".
func compare(ours, theirs reading) string {
	switch {
	case ours.refused:
		if !theirs.refused && !theirs.short {
			return "we refuse"
		}
	case ours.short:
		if !theirs.refused && !theirs.short {
			return "we wait"
		}
	case theirs.refused:
		return "they refuse"
	case theirs.short:
		return "they wait"
	case ours.line != theirs.line:
		return "line"
	case ours.rest != theirs.rest:
		return "rest"
	case ours.body != theirs.body:
		return "body"
	case !maps.EqualFunc(ours.fields, theirs.fields, slices.Equal[[]string]):
		return "fields"
	}
	return ""
}

func FuzzRequest(f *testing.F) {
	for _, c := range goodRequests {
		f.Add([]byte(c.in))
	}
	for _, c := range badRequests {
		f.Add([]byte(c.in))
	}
	for _, d := range differences {
		f.Add([]byte(d.example))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > 2048 {
			return
		}
		sameHoweverCut(t, func() stream { return requests(Limits{}) }, string(in))
		ours := oursRequest(in)
		for o, read := range map[oracle]func([]byte) reading{nethttp: netRequest, fast: fastRequest} {
			judge(t, request, o, in, ours, read(in))
		}
	})
}

func FuzzResponse(f *testing.F) {
	for _, c := range goodResponses {
		f.Add([]byte(c.in), c.method == "HEAD")
	}
	for _, c := range badResponses {
		f.Add([]byte(c.in), false)
	}
	for _, d := range differences {
		f.Add([]byte(d.example), true)
		f.Add([]byte(d.example), false)
	}
	f.Fuzz(func(t *testing.T, in []byte, head bool) {
		if len(in) > 2048 {
			return
		}
		method := map[bool]string{true: "HEAD", false: "GET"}[head]
		sameHoweverCut(t, func() stream { return responses(method, Limits{}) }, string(in))
		ours := oursResponse(in, method)
		for o, read := range map[oracle]func([]byte, string) reading{nethttp: netResponse, fast: fastResponse} {
			judge(t, response, o, in, ours, read(in, method))
		}
	})
}

func judge(t *testing.T, sd side, o oracle, in []byte, ours, theirs reading) {
	t.Helper()
	if how := compare(ours, theirs); how != "" && !explained(sd, o, how, ours, in) {
		t.Errorf("%s: %s: %q\nours   %s\ntheirs %s", o, how, in, ours, theirs)
	}
}

// sameHoweverCut demands one transcript of whole input, single bytes and a cut in
// a place that depends on the input.
func sameHoweverCut(t *testing.T, open func() stream, in string) {
	want := run(t, open(), false, []string{in})
	sum := 0
	for _, c := range []byte(in) {
		sum = sum*31 + int(c)
	}
	at := uint(sum) % uint(len(in)+1)
	for _, cut := range [][]string{singles(in), pieces(in, int(at)), pieces(in, int(at/2), int(at))} {
		for _, detach := range []bool{false, true} {
			if got := run(t, open(), detach, cut); got != want {
				t.Fatalf("fed as %q\n got %s\nwant %s", cut, got, want)
			}
		}
	}
}
