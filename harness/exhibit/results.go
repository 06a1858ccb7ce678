package exhibit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"assay/bench/plan"
	"assay/harness/conformance"
	"assay/harness/journal"
)

// most is more than any of these files is long, bytes.
const most = 16 << 20

// FileOf is the file of a run that has a suite's results.
func FileOf(suite string) string {
	if suite == plan.Conformance {
		return journal.ConformanceFile
	}
	return journal.BehaviourFile
}

// DamageError is what is wrong with a file, and where.
type DamageError struct {
	Path string
	Line int // from 1; 0: the file as a whole
	Err  error
}

func (e *DamageError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("%s: line %d: %v", e.Path, e.Line, e.Err)
}

func (e *DamageError) Unwrap() error { return e.Err }

// Lines writes results as a suite's file has them: an object a line, as assay check --json
// prints it.
func Lines(results []conformance.Result) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	for i := range results {
		if err := e.Encode(&results[i]); err != nil {
			return nil, fmt.Errorf("result of %s on %s: %w", results[i].Case, results[i].Model, err)
		}
	}
	return b.Bytes(), nil
}

// Results reads a suite's file; none if it is not there. The error is a *DamageError: a line
// that is no result, or the second of a model and case.
func Results(path string) ([]conformance.Result, error) {
	text, err := read(path)
	if err != nil {
		return nil, err
	}
	var all []conformance.Result
	seen := make(map[[2]string]bool)
	n := 0
	for line := range bytes.Lines(text) {
		n++
		r, err := result(line)
		if key := [2]string{r.Model, r.Case}; err == nil && seen[key] {
			err = fmt.Errorf("case %q on model %q for the second time", r.Case, r.Model)
		} else {
			seen[key] = true
		}
		if err != nil {
			return nil, &DamageError{path, n, err}
		}
		all = append(all, r)
	}
	return all, nil
}

// result reads one line.
func result(line []byte) (r conformance.Result, err error) {
	whole, ended := bytes.CutSuffix(line, []byte("\n"))
	if !ended {
		return r, errors.New("it breaks off")
	}
	d := json.NewDecoder(bytes.NewReader(whole))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return r, fmt.Errorf("it is no result of a case: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return r, errors.New("it goes on behind the result of a case")
	}
	switch {
	case r.Model == "" || r.Case == "":
		return r, errors.New("it names no model, or no case")
	case !slices.Contains([]conformance.Outcome{conformance.Pass, conformance.Fail, conformance.Expected, conformance.NotRun}, r.Outcome):
		return r, fmt.Errorf("there is no outcome %q", r.Outcome)
	case r.Finding != "" && r.Outcome != conformance.Pass:
		return r, fmt.Errorf("it found %q, though its outcome is %s", r.Finding, r.Outcome)
	}
	return r, nil
}

// read gives the text of a file, compressed or not; nil if it is not there.
func read(path string) ([]byte, error) {
	p, err := journal.OpenPacked(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &DamageError{path, 0, err}
	}
	defer p.Close()
	text, err := io.ReadAll(io.LimitReader(p, most+1))
	if err == nil && len(text) > most {
		err = fmt.Errorf("it has more than %d bytes", most)
	}
	if err != nil {
		return nil, &DamageError{p.Path, 0, err}
	}
	return text, nil
}
