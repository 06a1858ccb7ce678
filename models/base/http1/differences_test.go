package http1

import "testing"

// difference is a way in which an oracle reads bytes otherwise than we do, and the
// rule for which it stays. A difference that is in no row fails the fuzzers.
type difference struct {
	side    side
	oracle  oracle
	how     string // what compare says
	err     *Error // our refusal, where it matters
	in      string // a regular expression that the input matches
	unless  string // and one that it does not; "" for none
	rule    string // a paragraph of RFC 9112 unless said
	example string
}

type (
	side   uint8
	oracle uint8
)

const (
	request side = 1 << iota
	response
	either = request | response
)

const (
	nethttp oracle = 1 << iota
	fast
	both = nethttp | fast
)

func (o oracle) String() string { return map[oracle]string{nethttp: "net/http", fast: "fasthttp"}[o] }

const (
	chunked = post + "Transfer-Encoding: chunked\r\n\r\n"
	empty   = "Content-Length: 0\r\n\r\n"
)

var differences = []difference{
	// We refuse what an oracle takes: the request line.
	{
		request, fast, "we refuse", errMethod, `^(?:\r?\n)+`, `^\r\n[^\r\n]`,
		"2.2: at least one empty line before a request is to be ignored; more, or one of LF alone, is refused", "\r\n\r\n" + get,
	},
	{
		request, both, "we refuse", errVersion, `^(?:\r\n)?[^\r\n]+ HTTP/[02-9]\.[0-9]\r?\n`, "",
		"9110 15.6.6: no other major version is spoken here", "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
	},
	{
		request, both, "we refuse", errRequestLine, "", validLine,
		"2.2 and 3: LF alone MAY end a line, refused because peers disagree on it; else as the grammar says", "GET / HTTP/1.1\nHost: a\r\n\r\n",
	},
	{
		request, both, "we refuse", errTarget, "", validLine,
		"3.2: a request line with an invalid target SHOULD be answered with 400", "GET /{} HTTP/1.1\r\nHost: a\r\n\r\n",
	},
	{
		request, both, "we refuse", errTargetForm, "", validLine,
		"3.2: a request line with an invalid target SHOULD be answered with 400", "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
	},
	{
		request, both, "we refuse", errTargetForm, `^(?:\r\n)?CONNECT `, validConnect,
		"3.2.3: CONNECT takes host:port and nothing else", "CONNECT http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
	},
	// Fields.
	{
		either, both, "we refuse", errFold, `\n[ \t]`, "",
		"5.2: obs-fold MUST be refused or replaced; refused", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n",
	},
	{
		either, both, "we refuse", errLF, bareLF, "",
		"2.2: LF alone MAY end a line; refused, because peers disagree on it", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
	},
	{
		either, both, "we refuse", errFieldName, `\n[^:\r\n]*` + notToken + `[^:\r\n]*:`, "",
		"5.1: a field name is a token, and white space behind it MUST be refused", "HTTP/1.1 200 OK\r\nX : b\r\n\r\n",
	},
	{
		request, nethttp, "we refuse", errHostMissing, "", headLine + `host:`,
		"3.2: a request without Host MUST be refused; net/http's server does, behind ReadRequest", "GET / HTTP/1.1\r\n\r\n",
	},
	{
		request, both, "we refuse", errHost, headLine + `host:`, headLine + `host:[ \t]*(?-i:` + hostPort + `)[ \t]*\r\n`,
		"3.2: an invalid Host MUST be refused", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
	},
	// Framing.
	{
		either, both, "we refuse", errLengthTE, `(?i)(?s:\ncontent-length:.*\ntransfer-encoding:|\ntransfer-encoding:.*\ncontent-length:)`, "",
		"6.1: Transfer-Encoding with Content-Length MAY be refused, and 6.3 says why it should", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	},
	{
		either, nethttp, "we refuse", errLengthTwice, `(?i)(?s:\ncontent-length:.*\ncontent-length:)`, "",
		"6.3: equal lengths MAY be taken as one; refused", post + "Content-Length: 0\r\nContent-Length: 0\r\n\r\n",
	},
	{
		either, both, "we refuse", errTEVersion, `HTTP/1\.0[ \r]`, "",
		"6.1: Transfer-Encoding in HTTP/1.0 MUST be treated as faulty framing", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	},
	{
		either, fast, "we refuse", errTECoding, `(?i)\ntransfer-encoding:[ \t]*identity`, "",
		"7: there is no identity coding", post + "Transfer-Encoding: identity\r\n\r\n",
	},
	{
		either, both, "we refuse", errChunkLine, `\n[0-9a-fA-F]+[ \t]*;[^\r\n]*[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]`, "",
		"7.1.1: no control character is part of an extension", chunked + "1;\x00\r\na\r\n0\r\n\r\n",
	},
	{
		either, both, "we refuse", errChunkLine, `\n[0-9a-fA-F]+[ \t]+\r\n`, "",
		"7.1: white space may stand before an extension, not before the line's end", chunked + "1 \r\na\r\n0\r\n\r\n",
	},
	{
		either, both, "we refuse", errTrailer, `\n0+(?:[ \t;].*)?\r(?s:.*)(?:` + bareLF + `|\n[ \t]|\n[^:\r\n]*` + notToken + `[^:\r\n]*:)`, "",
		"7.1.2: a trailer is a field, with the same rules", chunked + "0\r\nA : b\r\n\r\n",
	},
	// Responses.
	{
		response, both, "we refuse", errStatusLine, "", validStatusLines,
		"4: what does not match the grammar of a status line may be anything, and so is the framing behind it", "HTTP/2.0 200 OK\r\n" + empty,
	},
	{
		response, both, "we refuse", errInterim, `^(?:HTTP/1\.[0-9] 1(?:.*\r\n)+?\r\n){33}`, "",
		"9110 15.2: any number of 1xx may come; more than 32 are taken for an attack", "",
	},
	{
		either, fast, "we refuse", nil, laterMinor, "",
		"2.3: HTTP/1.2 is framed as HTTP/1.1 is; fasthttp takes it for HTTP/1.0", "HTTP/1.2 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
	},
	{
		response, fast, "we wait", nil, laterMinor, "",
		"2.3: HTTP/1.2 is framed as HTTP/1.1 is; fasthttp takes it for HTTP/1.0", "HTTP/1.2 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1",
	},

	// An oracle refuses what we take.
	{
		request, nethttp, "they refuse", nil, `^\r\n`, "",
		"2.2: an empty line before a request SHOULD be ignored", "\r\n" + get,
	},
	{
		request, fast, "they refuse", nil, `(?i)\nhost:[ \t]*\r\n`, "",
		"3.2: Host may be empty", "GET / HTTP/1.1\r\nHost:\r\n\r\n",
	},
	{
		request, nethttp, "they refuse", nil, `^(?:\r\n)?[^ ]+ (?:[a-zA-Z]+://)?[^/? ]*%`, "",
		"3986 3.2.2: a host's name may hold any escape", "GET http://%41/ HTTP/1.1\r\nHost: a\r\n\r\n",
	},
	{
		either, both, "they refuse", nil, headLine + `transfer-encoding:[^\r\n]*,`, "",
		"9110 5.6.1.2: empty list elements MUST be ignored", post + "Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n",
	},
	{
		request, fast, "they refuse", nil, laterMinor, "",
		"2.3: HTTP/1.2 is framed as HTTP/1.1 is; fasthttp takes it for HTTP/1.0", "POST / HTTP/1.2\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	},
	{
		either, both, "they refuse", nil, `\n[0-9a-fA-F]+[ \t]+;`, "",
		"7.1.1: white space before an extension MUST be parsed and dropped", chunked + "1 ;a\r\nx\r\n0\r\n\r\n",
	},
	{
		either, fast, "they refuse", nil, `\n0{8}[0-9a-fA-F]+`, "",
		"7.1: a chunk size may have leading zeros", chunked + "0000000000000001\r\nx\r\n0\r\n\r\n",
	},
	{
		either, fast, "they refuse", nil, `\n0+(?:[ \t;].*)?\r\n[^\r\n]`, "",
		"7.1.2: trailers may be discarded, and then none can do harm by its name", chunked + "0\r\nContent-Length: 1\r\n\r\n",
	},
	{
		either, both, "they refuse", nil, headLine + `trailer:`, "",
		"9110 6.6.2: Trailer is a hint; trailers are dropped here whatever they are called", post + "Trailer: Content-Length\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	},
	{
		response, both, "they refuse", nil, `(?i)\ncontent-length:[ \t]*[0-9]{18}`, "",
		"6.3: where there is no body, its length does not matter (HEAD, 204, 304)", "HTTP/1.1 204 OK\r\nContent-Length: 18446744073709551617\r\n\r\n",
	},

	// Both take it and see something else.
	{
		response, fast, "body", nil, laterMinor, "",
		"2.3: HTTP/1.2 is framed as HTTP/1.1 is; fasthttp takes it for HTTP/1.0", "HTTP/1.2 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	},
	{
		response, fast, "rest", nil, laterMinor, "",
		"2.3: HTTP/1.2 is framed as HTTP/1.1 is; fasthttp takes it for HTTP/1.0", "HTTP/1.2 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nHTTP",
	},
	{
		either, fast, "fields", nil, `\n0+(?:[ \t;].*)?\r\n[^\r\n]`, "",
		"7.1.2: trailers may be discarded; putting them among the fields is what it warns of", chunked + "0\r\nA: b\r\n\r\n",
	},
	{
		either, fast, "fields", nil, `(?i)\n(?:set-)?cookie:`, "",
		"9110 5.5: a value is handed on as it was sent, not cut into cookies", "GET / HTTP/1.1\r\nHost: a\r\nCookie:\r\n\r\n",
	},
	{
		either, fast, "fields", nil, `(?i)\n(?:content-type|content-encoding|user-agent|server):`, "",
		"9110 5.3: a field said twice, or empty, is handed on as it was sent", "GET / HTTP/1.1\r\nHost: a\r\nContent-Type: c\r\nContent-Type: c\r\n\r\n",
	},
}

// Each row is there for something: its example shows the difference, to each
// oracle it names.
func TestDifferencesAreReal(t *testing.T) {
	for _, d := range differences {
		if d.err == errInterim {
			continue // the examples of TestBadResponses have it
		}
		in := []byte(d.example)
		for _, o := range []oracle{nethttp, fast} {
			if d.oracle&o == 0 {
				continue
			}
			ours, theirs := readBoth(in, o)
			if how := compare(ours, theirs); how != d.how || d.err != nil && ours.err.Error() != d.err.Reason {
				t.Errorf("%s, %s: %q is %q\nours   %s\ntheirs %s", d.rule, o, in, how, ours, theirs)
			}
			if !d.covers(in) {
				t.Errorf("%s: the row does not cover its example %q", d.rule, in)
			}
		}
	}
}

func readBoth(in []byte, o oracle) (ours, theirs reading) {
	isResponse := string(in[:min(5, len(in))]) == "HTTP/"
	switch {
	case isResponse && o == nethttp:
		return oursResponse(in, "GET"), netResponse(in, "GET")
	case isResponse:
		return oursResponse(in, "GET"), fastResponse(in, "GET")
	case o == nethttp:
		return oursRequest(in), netRequest(in)
	}
	return oursRequest(in), fastRequest(in)
}
