// Package http1 is HTTP/1.1 without I/O, for both sides of a connection.
//
// A reader is fed the bytes of a stream in any fragmentation and says how many
// it took and what it now has:
//
//  1. RequestReader.Feed and ResponseReader.Feed take bytes and return a State.
//     At More and Continue all bytes fed were taken; the caller keeps nothing.
//  2. At Done the message is whole; its slices are valid until the next Feed,
//     Reset or Release and, where they alias the fed bytes, only while those
//     stay put. The bytes not taken are the next message's: feed them again.
//  3. Detach copies what aliases the fed bytes, for a caller that must reuse
//     its buffer while the message is still in hand.
//  4. Append* functions encode messages onto a caller's slice.
//
// A message that lies whole in the fed bytes is not copied (a chunked body is:
// it has to be joined). One that straddles Feeds is gathered in the reader's
// store, each byte looked at once when it comes and once more when the head is
// whole, however it was cut. The store is kept for the next message until Release.
//
// Nothing here allocates per message in the steady state. What RFC 9112 tells
// a server to refuse is refused, and where it leaves a choice the strict one is
// taken: a line ends with CRLF and never with LF alone, a field is never
// folded, Content-Length is said once and is one number. See Error and the
// tests, which list every difference from net/http and fasthttp.
package http1
