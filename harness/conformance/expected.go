package conformance

// Difference is a case that a server is known not to pass.
type Difference struct {
	Model, Case string
	Why         string // the reason, and who is right about it
}

const (
	obsFold = "joins a folded field with blanks, which RFC 9112 5.2 allows a server beside refusing it; ours refuse"
	bothTE  = "takes the coding and ignores the length, which RFC 9112 6.3 allows, but keeps the connection, which it does not"
	dropped = "its shutdown closes a connection behind the answer on its way, with whole requests unread"
	ends    = "gnet v2.9.7 ends its engine when accept fails; nothing above it can keep it alive"
)

// Differences is the table of them. What it lists and passes all the same is an
// error of the table, which a test finds.
var Differences = []Difference{
	{"nethttp", "framing/empty-line-before", "refuses the empty line that RFC 9112 2.2 says a server should skip"},
	{"nethttp", "malformed/folded", obsFold},
	{"nethttp", "smuggling/coding-folded", obsFold},
	{"nethttp", "smuggling/length-and-chunked", bothTE},
	{"nethttp", "smuggling/chunked-and-length", bothTE},
	{"nethttp", "smuggling/coding-http10", "reads no body and closes, where RFC 9112 6.1 has the message be faulty"},
	{"nethttp", "smuggling/chunk-trailer-bad", "takes a trailer with a blank before the colon, which RFC 9112 5.1 has refused"},
	{"nethttp", "limits/line", "bounds the head in all (MaxHeaderBytes), not a line of it"},
	{"nethttp", "limits/field", "bounds the head in all (MaxHeaderBytes), not a field of it"},
	{"nethttp", "limits/fields", "bounds the head in all (MaxHeaderBytes), not the number of its fields"},
	{"nethttp", "limits/chunk-announced", "counts a chunked body as it comes, and waits for what is announced"},
	{"nethttp", "drain/pipelined", dropped},

	{"fasthttp", "persistence/close-in-a-list", "knows close only where it stands alone (RFC 9110 7.6.1 has a list)"},
	{"fasthttp", "expect/chunked", "sends no 100 Continue where the body is chunked (RFC 9110 10.1.1)"},
	{"fasthttp", "expect/too-large", "sends 100 Continue before it looks at the length"},
	{"fasthttp", "expect/http10", "sends 100 Continue to HTTP/1.0 clients, which RFC 9110 10.1.1 forbids"},
	{"fasthttp", "malformed/version-2", "takes any version for HTTP/1.1"},
	{"fasthttp", "malformed/name-blank", "takes a field name with a blank inside"},
	{"fasthttp", "malformed/folded", obsFold},
	{"fasthttp", "smuggling/coding-folded", obsFold},
	{"fasthttp", "smuggling/length-and-chunked", bothTE},
	{"fasthttp", "smuggling/chunked-and-length", bothTE},
	{"fasthttp", "smuggling/coding-identity", "takes the coding identity, which RFC 9112 has abolished"},
	{"fasthttp", "smuggling/chunk-trailer-bad", "takes a trailer with a blank before the colon, which RFC 9112 5.1 has refused"},
	{"fasthttp", "limits/inside", "bounds the head by its read buffer, of 4 KiB as it comes"},
	{"fasthttp", "limits/fields", "bounds the head by its read buffer, not the number of its fields"},
	{"fasthttp", "limits/answer-not-lost", "closes on a client that is still sending: the RST may overtake the refusal (RFC 9112 9.6)"},
	{"fasthttp", "backend/restarted", "its second attempt takes another kept connection, which is as stale as the first"},
	{"fasthttp", "drain/pipelined", dropped},

	{"gnet", "exhaustion/recovers", ends},
	{"gnet", "exhaustion/does-not-spin", ends},
	{"gnet", "exhaustion/drains", ends},
}

// difference is why a model is known not to pass a case; "" if it must.
func difference(model, name string) string {
	for _, d := range Differences {
		if d.Model == model && d.Case == name {
			return d.Why
		}
	}
	return ""
}
