package http1

// Error is a message that must be refused. Status is the answer a server owes
// (400, 413, 414, 431, 501, 505), or 502 when it was a backend's response; after
// it the connection is closed.
type Error struct {
	Status int
	Reason string
}

func (e *Error) Error() string { return e.Reason }

// Each refusal, with the paragraph that asks for it (RFC 9112 unless said).
var (
	errRequestLine = &Error{400, "bad request line: want METHOD SP TARGET SP HTTP/1.1"}                                  // 3
	errMethod      = &Error{400, "bad method: a token is needed"}                                                        // 9110 5.6.2
	errTarget      = &Error{400, "bad request target: percent-encode what RFC 3986 does not allow"}                      // 3.2
	errTargetForm  = &Error{400, "bad request target: want /path, http://host/path, * (OPTIONS) or host:port (CONNECT)"} // 3.2
	errVersion     = &Error{505, "HTTP version not supported: use HTTP/1.1"}                                             // 9110 15.6.6
	errStatusLine  = &Error{400, "bad status line: want HTTP/1.1 SP three digits SP reason"}                             // 4
	errLF          = &Error{400, "bad line end: LF without CR"}                                                          // 2.2
	errFold        = &Error{400, "folded field line (obs-fold): send the field on one line"}                             // 5.2
	errFieldName   = &Error{400, "bad field name: a token followed at once by a colon is needed"}                        // 5.1
	errFieldValue  = &Error{400, "bad field value: control character, or CR without LF"}                                 // 9110 5.5
	errHostMissing = &Error{400, "no Host field in an HTTP/1.1 request"}                                                 // 3.2
	errHostTwice   = &Error{400, "more than one Host field"}                                                             // 3.2
	errHost        = &Error{400, "bad Host field: want host or host:port"}                                               // 3.2
	errLength      = &Error{400, "bad Content-Length: one decimal number is needed"}                                     // 6.3
	errLengthTwice = &Error{400, "more than one Content-Length"}                                                         // 6.3
	errLengthTE    = &Error{400, "both Transfer-Encoding and Content-Length"}                                            // 6.1, 11.2
	errTEVersion   = &Error{400, "Transfer-Encoding in an HTTP/1.0 message"}                                             // 6.1
	errTEOrder     = &Error{400, "bad Transfer-Encoding: chunked must come once and last"}                               // 6.3, 7.1
	errTECoding    = &Error{501, "transfer coding not supported: only chunked is"}                                       // 6.1
	errChunkSize   = &Error{400, "bad chunk size: hexadecimal digits are needed"}                                        // 7.1
	errChunkLine   = &Error{400, "bad chunk line: control character in an extension, or no CRLF"}                        // 7.1.1
	errChunkEnd    = &Error{400, "bad chunk: no CRLF after its data"}                                                    // 7.1
	errTrailer     = &Error{400, "bad trailer field"}                                                                    // 7.1.2
	errLineLimit   = &Error{414, "request line too long"}                                                                // 3
	errFieldLimit  = &Error{431, "field line too long"}                                                                  // 6585 5
	errFieldsLimit = &Error{431, "too many fields"}                                                                      // 6585 5
	errHeadLimit   = &Error{431, "head too large"}                                                                       // 6585 5
	errChunkLimit  = &Error{431, "chunk extensions or trailers too large"}                                               // 7.1.1, 7.1.2
	errBodyLimit   = &Error{413, "body too large"}                                                                       // 9110 15.5.14
	errInterim     = &Error{502, "too many 1xx responses before the final one"}                                          // 9110 15.2
)

// asResponse is the same refusal when a backend's response earned it.
func (e *Error) asResponse() *Error {
	return &Error{502, e.Reason}
}
