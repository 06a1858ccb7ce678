package conformance

// Difference is a case that a server is known not to pass.
type Difference struct {
	Model, Case string
	Why         string // the reason, and who is right about it
	Sometimes   bool   // it depends: on how busy the machine is, or on who meets whom
}

const (
	oneByOne  = "a worker of one thread waits for a slow reader, up to write-timeout, and its other connections with it; those of other workers do not"
	eightfold = "eight processes have eight times the descriptors: the case does not use them up (a test of the model does, with one)"

	obsFold = "joins a folded field with blanks, which RFC 9112 5.2 allows a server beside refusing it; ours refuse"
	bothTE  = "takes the coding and ignores the length, which RFC 9112 6.3 allows, but keeps the connection, which it does not"
	dropped = "its shutdown closes a connection behind the answer on its way, with whole requests unread"
	hurried = "gives the queue a fixed 20 ms at SIGTERM, which is not enough on a busy machine"
	ends    = "gnet v2.9.7 ends its engine when accept fails; nothing above it can keep it alive"
)

// Differences is the table of them. What it lists and passes all the same is an
// error of the table, which a test finds.
var Differences = []Difference{
	{"prefork", "flow/slow-reader", oneByOne, true},
	{"prefork", "flow/pipelined-slow-reader", oneByOne, true},
	{"prefork", "exhaustion/recovers", eightfold, false},
	{"prefork", "exhaustion/does-not-spin", eightfold, false},
	{"prefork", "exhaustion/drains", eightfold, false},

	{"nethttp", "framing/empty-line-before", "refuses the empty line that RFC 9112 2.2 says a server should skip", false},
	{"nethttp", "malformed/folded", obsFold, false},
	{"nethttp", "smuggling/coding-folded", obsFold, false},
	{"nethttp", "smuggling/length-and-chunked", bothTE, false},
	{"nethttp", "smuggling/chunked-and-length", bothTE, false},
	{"nethttp", "smuggling/coding-http10", "reads no body and closes, where RFC 9112 6.1 has the message be faulty", false},
	{"nethttp", "smuggling/chunk-trailer-bad", "takes a trailer with a blank before the colon, which RFC 9112 5.1 has refused", false},
	{"nethttp", "limits/line", "bounds the head in all (MaxHeaderBytes), not a line of it", false},
	{"nethttp", "limits/field", "bounds the head in all (MaxHeaderBytes), not a field of it", false},
	{"nethttp", "limits/fields", "bounds the head in all (MaxHeaderBytes), not the number of its fields", false},
	{"nethttp", "limits/chunk-announced", "counts a chunked body as it comes, and waits for what is announced", false},
	{"nethttp", "drain/pipelined", dropped, false},
	{"nethttp", "drain/pipelined-later", dropped, false},
	{"nethttp", "drain/accept-queue", hurried, true},

	{"fasthttp", "persistence/close-in-a-list", "knows close only where it stands alone (RFC 9110 7.6.1 has a list)", false},
	{"fasthttp", "expect/chunked", "sends no 100 Continue where the body is chunked (RFC 9110 10.1.1)", false},
	{"fasthttp", "expect/too-large", "sends 100 Continue before it looks at the length", false},
	{"fasthttp", "expect/http10", "sends 100 Continue to HTTP/1.0 clients, which RFC 9110 10.1.1 forbids", false},
	{"fasthttp", "malformed/version-2", "takes any version for HTTP/1.1", false},
	{"fasthttp", "malformed/name-blank", "takes a field name with a blank inside", false},
	{"fasthttp", "malformed/folded", obsFold, false},
	{"fasthttp", "smuggling/coding-folded", obsFold, false},
	{"fasthttp", "smuggling/length-and-chunked", bothTE, false},
	{"fasthttp", "smuggling/chunked-and-length", bothTE, false},
	{"fasthttp", "smuggling/coding-identity", "takes the coding identity, which RFC 9112 has abolished", false},
	{"fasthttp", "smuggling/chunk-trailer-bad", "takes a trailer with a blank before the colon, which RFC 9112 5.1 has refused", false},
	{"fasthttp", "limits/inside", "bounds the head by its read buffer, of 4 KiB as it comes", false},
	{"fasthttp", "limits/fields", "bounds the head by its read buffer, not the number of its fields", false},
	{"fasthttp", "limits/answer-not-lost", "closes on a client that is still sending: the RST may overtake the refusal (RFC 9112 9.6)", false},
	{"fasthttp", "backend/restarted", "its second attempt takes another kept connection, which is as stale as the first", false},
	{"fasthttp", "drain/pipelined", dropped, false},
	{"fasthttp", "drain/pipelined-later", dropped, false},
	{"fasthttp", "drain/accept-queue", hurried, true},

	{"gnet", "exhaustion/recovers", ends, false},
	{"gnet", "exhaustion/does-not-spin", ends, false},
	{"gnet", "exhaustion/drains", ends, false},
}

// difference is the line for a model and a case; false if the model must pass it.
func difference(model, name string) (Difference, bool) {
	for _, d := range Differences {
		if d.Model == model && d.Case == name {
			return d, true
		}
	}
	return Difference{}, false
}
