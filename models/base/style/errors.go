package style

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// The failures a handler can meet or report. Wrap them with %w to say more.
var (
	ErrBackend  = errors.New("backend failed")            // answered with 502
	ErrDeadline = errors.New("backend deadline exceeded") // answered with 504
	ErrRefused  = errors.New("queue full")                // answered with 503
	// ErrCancelled is what a wait gives whose request is over because the server
	// stops. Answered with 503, should anybody be left to take it.
	ErrCancelled = errors.New("request cancelled")
)

// BadRequest is a request a handler cannot accept: answered with 400.
type BadRequest struct{ Reason string }

func (e *BadRequest) Error() string { return "bad request: " + e.Reason }

// Badf makes a BadRequest.
func Badf(format string, args ...any) error {
	return &BadRequest{fmt.Sprintf(format, args...)}
}

// Fault is a panic caught in a handler: answered with 500.
type Fault struct {
	Value any
	Stack []byte
}

// FaultOf is the fault that a recovered panic with v is. One that was carried over from
// another stack stays what it was there. Call it in the deferred function that recovers.
func FaultOf(v any) *Fault {
	if f, ok := v.(*Fault); ok {
		return f
	}
	return &Fault{Value: v, Stack: debug.Stack()}
}

func (e *Fault) Error() string { return fmt.Sprintf("fault in handler: %v", e.Value) }

// StatusOf gives the HTTP status that answers a handler's error.
func StatusOf(err error) int {
	var bad *BadRequest
	switch {
	case err == nil:
		return 200
	case errors.As(err, &bad):
		return 400
	case errors.Is(err, ErrDeadline):
		return 504
	case errors.Is(err, ErrBackend):
		return 502
	case errors.Is(err, ErrRefused), errors.Is(err, ErrCancelled):
		return 503
	default:
		return 500
	}
}
