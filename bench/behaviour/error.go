package behaviour

import (
	"errors"
	"fmt"

	"assay/models/base/style"
)

// raised is an error on its way up as an exception, with the stack where it was raised.
type raised struct {
	err    error
	frames []string
}

func (r *raised) Error() string { return r.err.Error() }

func raise(err error) { panic(&raised{err, stackHere()}) }

// parseError reads whether the error is returned or raised.
func parseError(x *style.Exchange) (q question, raises bool, err error) {
	if q, err = parse(x); err != nil {
		return q, false, err
	}
	how, err := q.word("how", "return", "raise")
	return q, how == "raise", err
}

// caught answers what the handler caught, and whether the cause came with it.
func caught(x *style.Exchange, path []string, err error, frames []string) {
	cause := "none"
	switch {
	case errors.Is(err, style.ErrBackend):
		cause = "backend"
	case errors.Is(err, style.ErrDeadline):
		cause = "deadline"
	}
	say(x, "caught", path[0])
	say(x, "cause", cause)
	say(x, "message", fmt.Sprintf("%.300q", err))
	tell(x, path, frames)
}
