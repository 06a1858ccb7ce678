package conn

import "time"

// Stream is a connected socket as code sees it that may wait in place. Both
// sides of a server use it: towards clients and towards backends.
type Stream interface {
	// Read waits until bytes come, and gives at least one, or io.EOF, or
	// os.ErrDeadlineExceeded once until has passed. The zero time is no deadline.
	Read(b []byte, until time.Time) (int, error)
	// Write sends all of b, or fails with os.ErrDeadlineExceeded if the peer
	// has not taken it within the given time.
	Write(b []byte, within time.Duration) (int, error)
	// CloseWrite tells the peer that no more will be sent.
	CloseWrite() error
	Close() error
	Unreader
}
