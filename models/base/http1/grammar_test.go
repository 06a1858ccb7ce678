package http1

import "regexp"

// Grammar as regular expressions, written from the RFCs and not from the code, so
// that a listed difference covers no mistake of ours.
const (
	pct       = `%[0-9a-fA-F]{2}`
	pchar     = `(?:[a-zA-Z0-9._~!$&'()*+,;=:@-]|` + pct + `)`
	regName   = `(?:[a-zA-Z0-9._~!$&'()*+,;=-]|` + pct + `)`
	ipLiteral = `\[[a-zA-Z0-9._~!$&'()*+,;=:-]+\]`
	hostPort  = `(?:` + ipLiteral + `|` + regName + `*)(?::[0-9]*)?`
	pathQuery = `(?:/` + pchar + `*)*(?:\?(?:` + pchar + `|[/?])*)?`
	namedHost = `(?:` + ipLiteral + `|` + regName + `+)`
	target    = `(?:/` + pchar + `*` + pathQuery + `|(?i:https?)://` + namedHost + `(?::[0-9]*)?` + pathQuery + `)`
	method    = `[a-zA-Z0-9!#$%&'*+.^_|~` + "`" + `-]+`
	notToken  = `[^a-zA-Z0-9!#$%&'*+.^_|~` + "`" + `:\r\n-]`
	text      = `[^\x00-\x08\x0a-\x1f\x7f]*`
	bareLF    = `(?:^|[^\r])\n`

	validLine    = `^(?:\r\n)?(?:` + method + ` ` + target + `|OPTIONS \*|CONNECT ` + namedHost + `:[0-9]+) HTTP/1\.[0-9]\r\n`
	validConnect = `^(?:\r\n)?CONNECT ` + namedHost + `:[0-9]+ HTTP`
	laterMinor   = `HTTP/1\.[2-9]`
	// up to the start of some line of the head behind the first
	headLine = `(?i)^(?:\r\n)?(?:[^\r\n]+\r?\n)+?`
	// interim responses, whole, and the final status line
	validStatusLines = `^(?:HTTP/1\.[0-9] 1[0-9][0-9](?: ` + text + `)?\r\n(?:[^\r\n]+\r\n)*\r\n)*` +
		`HTTP/1\.[0-9] (?:101|[2-9][0-9][0-9])(?: ` + text + `)?\r\n`
)

var compiled = map[string]*regexp.Regexp{}

func matches(pattern string, in []byte) bool {
	re := compiled[pattern]
	if re == nil {
		re = regexp.MustCompile(pattern)
		compiled[pattern] = re
	}
	return re.Match(in)
}

// covers says whether the row is about input like this.
func (d *difference) covers(in []byte) bool {
	return matches(d.in, in) && (d.unless == "" || !matches(d.unless, in))
}

// explained says whether a difference is in the table.
func explained(sd side, o oracle, how string, ours reading, in []byte) bool {
	for i := range differences {
		d := &differences[i]
		if d.side&sd != 0 && d.oracle&o != 0 && d.how == how && (d.err == nil || d.err.Reason == ours.err.Error()) && d.covers(in) {
			return true
		}
	}
	return false
}
