package workload

import (
	"fmt"
	"strconv"
	"strings"
)

// Example is one request of an HTTP.md and the answer it must get.
type Example struct {
	Method, Target string
	Body           string // of the request
	Status         int
	Answer         string // body of the answer
	AnyAnswer      bool   // the answer's body is the server's own affair
}

// Examples reads the fenced blocks marked "example" of an HTTP.md: a request's
// line, then its answer's line, "…" standing for any body.
func Examples(doc string) ([]Example, error) {
	var all []Example
	var lines []string
	inside := false
	for line := range strings.Lines(doc) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "```example":
			inside = true
		case line == "```":
			inside = false
		case inside && line != "":
			lines = append(lines, line)
		}
	}
	if len(lines)%2 != 0 {
		return nil, fmt.Errorf("examples: %d lines: want pairs of request and answer", len(lines))
	}
	for i := 0; i < len(lines); i += 2 {
		e, err := example(lines[i], lines[i+1])
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

func example(request, answer string) (e Example, err error) {
	e.Method, request, _ = strings.Cut(request, " ")
	e.Target, e.Body, _ = strings.Cut(request, " ")
	status, body, _ := strings.Cut(answer, " ")
	e.Answer, e.AnyAnswer = body, body == "…"
	if e.Status, err = strconv.Atoi(status); err != nil {
		return e, fmt.Errorf("example %s %s: answer %q: want a status and a body", e.Method, e.Target, answer)
	}
	return e, nil
}
