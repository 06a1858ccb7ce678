package http1

// difference is a way in which an oracle reads bytes otherwise than we do, and why
// it stays.
type difference struct {
	side   side
	oracle oracle
	how    string // what compare says
	err    *Error // our refusal, where we refuse
	in     string // a regular expression that the input matches
	unless string // and one that it does not
	why    string // RFC 9112 unless said
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

// Grammar as regular expressions, written from the RFCs and not from the code.
const (
	fieldIn   = `(?i)^(?:\r\n)?(?:[^\r\n]+\r?\n)+?` // up to the start of some line of the head behind the first
	pct       = `%[0-9a-fA-F]{2}`
	pchar     = `(?:[a-zA-Z0-9._~!$&'()*+,;=:@-]|` + pct + `)`
	pathQuery = `(?:/` + pchar + `*)*(?:\?(?:` + pchar + `|[/?])*)?`
	regName   = `(?:[a-zA-Z0-9._~!$&'()*+,;=-]|` + pct + `)`
	ipLiteral = `\[[a-zA-Z0-9._~!$&'()*+,;=:-]+\]`
	hostPort  = `(?:` + ipLiteral + `|` + regName + `*)(?::[0-9]*)?`
	target    = `(?:/` + `(?:` + pchar + `|/)*(?:\?(?:` + pchar + `|[/?])*)?` +
		`|(?i:https?)://(?:` + ipLiteral + `|` + regName + `+)(?::[0-9]*)?` + pathQuery + `)`
	method           = `[a-zA-Z0-9!#$%&'*+.^_|~` + "`" + `-]+`
	validLine        = `^(?:\r\n)?(?:` + method + ` ` + target + `|OPTIONS \*|CONNECT (?:` + ipLiteral + `|` + regName + `+):[0-9]+) HTTP/1\.[0-9]\r\n`
	validConnect     = `^(?:\r\n)?CONNECT (?:` + ipLiteral + `|` + regName + `+):[0-9]+ HTTP`
	text             = `[\t -~\x80-\xff]*`
	validStatusLines = `^(?:HTTP/1\.[0-9] 1[0-9][0-9](?: ` + text + `)?\r\n(?:[^\r\n]+\r\n)*\r\n)*` +
		`HTTP/1\.[0-9] (?:101|[2-9][0-9][0-9])(?: ` + text + `)?\r\n`
	notToken = `[^a-zA-Z0-9!#$%&'*+.^_|~` + "`" + `:\r\n-]`
	bareLF   = `(?:^|[^\r])\n`
)

var differences = []difference{
	// We refuse what an oracle takes.
	{request, both, "we refuse", errMethod, `^(?:\r?\n)+`, `^\r\n[^\r\n]`, "2.2 asks to ignore one empty line before a request; more, or one that ends with LF alone, is refused"},
	{request, both, "we refuse", errVersion, `^(?:\r\n)?[^\r\n]+ HTTP/[02-9]\.[0-9]\r?\n`, ``, "9110 15.6.6: no other major version is spoken here"},
	{request, both, "we refuse", errRequestLine, ``, validLine, "3: a request line that does not match the grammar SHOULD be answered with 400"},
	{request, both, "we refuse", errTarget, ``, validLine, "3 and 3.2: a request line that does not match the grammar SHOULD be answered with 400"},
	{request, both, "we refuse", errTargetForm, ``, validLine, "3 and 3.2: a request line that does not match the grammar SHOULD be answered with 400"},
	{request, both, "we refuse", errTargetForm, `^(?:\r\n)?CONNECT `, validConnect, "3.2.3: CONNECT takes host:port and nothing else"},
	{response, both, "we refuse", errStatusLine, ``, validStatusLines, "4: a status line that does not match the grammar may be garbage, and so is the framing behind it"},
	{either, both, "we refuse", errFold, `\n[ \t]`, ``, "5.2: obs-fold MUST be refused by a server, or replaced; a client may do either"},
	{either, both, "we refuse", errLF, bareLF, ``, "2.2: LF alone MAY end a line; refused, because peers disagree on it"},
	{either, both, "we refuse", errFieldName, `\n\n`, ``, "2.2: LF alone MAY end a line; refused, because peers disagree on it"},
	{either, both, "we refuse", errFieldName, `\n` + method + `[ \t]+:`, ``, "5.1: white space before the colon MUST be refused by a server"},
	{either, both, "we refuse", errFieldName, `\n[^:\r\n]*` + notToken + `[^:\r\n]*:`, ``, "5.1: a field name is a token"},
	{request, both, "we refuse", errHostMissing, ``, fieldIn + `host:`, "3.2: an HTTP/1.1 request without Host MUST be refused (net/http's server does, behind ReadRequest)"},
	{request, both, "we refuse", errHost, fieldIn + `host:`, fieldIn + `host:[ \t]*(?-i:` + hostPort + `)[ \t]*\r\n`, "3.2: a Host that is no uri-host[:port] MUST be refused"},
	{either, both, "we refuse", errLengthTE, `(?i)(?s:\ncontent-length:.*\ntransfer-encoding:|\ntransfer-encoding:.*\ncontent-length:)`, ``, "6.1: both MAY be refused; 6.3 calls it a sign of smuggling"},
	{either, both, "we refuse", errLengthTwice, `(?i)(?s:\ncontent-length:.*\ncontent-length:)`, ``, "6.3: equal lengths MAY be taken as one; refused"},
	{either, both, "we refuse", errTEVersion, `HTTP/1\.0[ \r]`, ``, "6.1: Transfer-Encoding in HTTP/1.0 MUST be treated as faulty framing"},
	{either, both, "we refuse", errTECoding, `(?i)\ntransfer-encoding:[ \t]*identity`, ``, "7: identity is no transfer coding since RFC 7230"},
	{either, both, "we refuse", errChunkLine, `\n[0-9a-fA-F]+[ \t]*;[\t -~\x80-\xff]*[^\t -~\x80-\xff\r\n]`, ``, "7.1.1: no control character is part of an extension"},
	{either, both, "we refuse", errTrailer, `\n0+(?:[ \t;].*)?\r(?s:.*)(?:` + bareLF + `|\n[ \t]|\n[^:\r\n]*` + notToken + `[^:\r\n]*:)`, ``, "7.1.2: a trailer is a field, with the same rules"},
	{either, both, "we refuse", errChunkLine, `\n[0-9a-fA-F]+[ \t]+\r\n`, ``, "7.1: white space may stand before an extension, not before the line's end"},

	// An oracle refuses what we take.
	{request, nethttp, "they refuse", nil, `^\r\n`, ``, "2.2: an empty line before a request SHOULD be ignored"},
	{either, both, "they refuse", nil, fieldIn + `transfer-encoding:[^\r\n]*,`, ``, "9110 5.6.1.2: empty list elements MUST be ignored"},
	{request, fast, "they refuse", nil, `(?i)\nhost:[ \t]*\r\n`, ``, "3.2: Host may be empty"},
	{either, fast, "they refuse", nil, `\n[0-9a-fA-F]+[ \t]*;`, ``, "7.1.1: extensions MUST be ignored"},
	{either, fast, "they refuse", nil, `\n0+(?:[ \t;].*)?\r\n[^\r\n]`, ``, "7.1.2: trailers may be discarded, and then none can do harm by its name"},
	{either, nethttp, "they refuse", nil, `\n0+[ \t;][^\r\n]*\r\n`, ``, "7.1.1: extensions MUST be ignored, on the last chunk too"},

	{request, nethttp, "they refuse", nil, `^(?:\r\n)?[^ ]+ (?:[a-zA-Z]+://)?[^/? ]*%`, ``, "3986 3.2.2: a reg-name may hold any escape"},
	{either, nethttp, "they refuse", nil, `(?i)\ncontent-length:[ \t]*[0-9]{18}`, ``, "6.3: where there is no body, its length does not matter (HEAD, 204, 304)"},
	{either, fast, "they refuse", nil, `(?i)\ncontent-length:[ \t]*[0-9]{18}`, ``, "6.3: where there is no body, its length does not matter (HEAD, 204, 304)"},
	{either, both, "they refuse", nil, fieldIn + `trailer:`, ``, "9110 6.6.2: Trailer is a hint; trailers are dropped here whatever they are called"},
	{either, fast, "they refuse", nil, `\n0{8}[0-9a-fA-F]+`, ``, "7.1: a chunk size may have leading zeros"},
	{response, fast, "we refuse", nil, `^(?s:.*)HTTP/1\.[2-9]`, ``, "9110 2.5: HTTP/1.2 is read as HTTP/1.1, not as HTTP/1.0"},
	{response, fast, "we wait", nil, `^(?s:.*)HTTP/1\.[2-9]`, ``, "9110 2.5: HTTP/1.2 is read as HTTP/1.1, not as HTTP/1.0"},
	{response, fast, "body", nil, `^(?s:.*)HTTP/1\.[2-9]`, ``, "9110 2.5: HTTP/1.2 is read as HTTP/1.1, not as HTTP/1.0"},
	{request, fast, "they refuse", nil, `^(?:\r\n)?.* HTTP/1\.[2-9]\r\n`, ``, "9110 2.5: HTTP/1.2 is read as HTTP/1.1, not as HTTP/1.0"},
	{response, both, "we refuse", errInterim, `^(?:HTTP/1\.[0-9] 1(?:.*\r\n)+?\r\n){33}`, ``, "9110 15.2 names no number; more than 32 are taken for an attack"},
	{either, nethttp, "they refuse", nil, `\n[0-9a-fA-F]+[ \t]+;`, ``, "7.1.1: white space before an extension MUST be parsed and dropped"},

	// Both take it, with differences.
	{either, fast, "fields", nil, `\n0+(?:[ \t;].*)?\r\n[^\r\n]`, ``, "7.1.2: trailers may be discarded; merging them into the fields is what it warns of"},
	{either, fast, "fields", nil, `(?i)\n(?:set-)?cookie:`, ``, "9110 5.5: a value is handed on as it was sent, and not cut into cookies"},
	{either, fast, "fields", nil, `(?i)\n(?:content-type|content-encoding|user-agent|server):`, ``, "9110 5.3: a field said twice, or empty, is handed on as it was sent"},
}
