package model

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Option is one key of ASSAY_OPTIONS.
type Option struct {
	Name    string `json:"name"`
	Default string `json:"default"`
	Doc     string `json:"doc"`
	// Try are values worth measuring beside the default: what a sweep of the model's
	// settings goes through. None: the option is no matter of tuning.
	Try []string `json:"try,omitempty"`
	// Check says what is wrong with a value ("want …"); nil takes any.
	Check func(value string) error `json:"-"`
}

// Common are the options of every model.
func Common() []Option {
	return []Option{
		{Name: "request-timeout", Default: "10s", Doc: "from a request's first byte to its last", Check: Span},
		{Name: "backend-timeout", Default: "2s", Doc: "for one backend call, its connection included", Check: Span},
		{Name: "write-timeout", Default: "10s", Doc: "for a client to take an answer", Check: Span},
		{Name: "max-body", Default: "1048576", Doc: "largest request body in bytes", Check: Whole(1, 1<<30)},
		{Name: "backlog", Default: "0", Doc: "connections that wait to be accepted; 0: as many as the kernel allows", Check: Whole(0, 1<<16)},
		{Name: "procs", Default: "0", Doc: "GOMAXPROCS; 0: the processors that the process may use", Check: Whole(0, 1<<15)},
	}
}

// Whole checks for a decimal number from least to most.
func Whole(least, most int) func(string) error {
	return func(value string) error {
		if n, err := strconv.Atoi(value); err != nil || n < least || n > most {
			return fmt.Errorf("want a whole number from %d to %d", least, most)
		}
		return nil
	}
}

// Span checks for a Go duration above zero and up to an hour.
func Span(value string) error {
	if d, err := time.ParseDuration(value); err != nil || d <= 0 || d > time.Hour {
		return fmt.Errorf("want a duration above 0 and up to 1h, like 500ms or 10s")
	}
	return nil
}

// OneOf checks for one of a few words.
func OneOf(words ...string) func(string) error {
	return func(value string) error {
		if !slices.Contains(words, value) {
			return fmt.Errorf("want one of %s; did you mean %q?", strings.Join(words, ", "), nearest(value, words))
		}
		return nil
	}
}

// All are a model's options: Common, replaced by its own of the same name, and
// the rest of its own.
func (m *Model) All() []Option {
	all := Common()
	for _, o := range m.Options {
		if i := slices.IndexFunc(all, func(c Option) bool { return c.Name == o.Name }); i >= 0 {
			all[i] = o
			continue
		}
		all = append(all, o)
	}
	return all
}

// Values are a model's options by name, complete and checked.
type Values map[string]string

// Parse reads key=value,… against the options that a model has. The error is a
// *BadInput that names the key, what was wrong, and the nearest known one.
func (m *Model) Parse(text string) (Values, error) {
	known := make(map[string]Option)
	values := make(Values)
	for _, o := range m.All() {
		known[o.Name], values[o.Name] = o, o.Default
	}
	for pair := range strings.SplitSeq(text, ",") {
		if pair == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		o, has := known[name]
		switch {
		case !has:
			names := slices.Sorted(maps.Keys(known))
			return nil, bad("model %s has no option %q: did you mean %q? It takes %s",
				m.Name, name, nearest(name, names), strings.Join(names, ", "))
		case !ok:
			return nil, bad("option %q of model %s has no value: write %s=%s", name, m.Name, name, o.Default)
		case o.Check != nil:
			if err := o.Check(value); err != nil {
				return nil, bad("option %s=%s of model %s: %w", name, value, m.Name, err)
			}
		}
		values[name] = value
	}
	return values, nil
}

// Text is the value of an option. Asking for one that the model does not declare
// is a mistake in the program and panics, as for Int and Span.
func (v Values) Text(name string) string {
	s, ok := v[name]
	if !ok {
		panic("model: option " + name + " is not declared")
	}
	return s
}

// Int is the value of an option that Whole checks.
func (v Values) Int(name string) int {
	n, err := strconv.Atoi(v.Text(name))
	if err != nil {
		panic("model: option " + name + " is not checked by Whole: " + err.Error())
	}
	return n
}

// Span is the value of an option that Span checks.
func (v Values) Span(name string) time.Duration {
	d, err := time.ParseDuration(v.Text(name))
	if err != nil {
		panic("model: option " + name + " is not checked by Span: " + err.Error())
	}
	return d
}

// BadInput is a mistake of whoever started the process: exit 2.
type BadInput struct{ err error }

func (e *BadInput) Error() string { return e.err.Error() }
func (e *BadInput) Unwrap() error { return e.err }

func bad(format string, args ...any) error { return &BadInput{fmt.Errorf(format, args...)} }
