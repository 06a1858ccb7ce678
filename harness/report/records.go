package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Raw files beside the journal that a run may have. Both are written with the run and sealed
// with it; a run without them decides no claim about behaviour or code, and its report says so.
const (
	BehaviourFile = "behaviour.jsonl" // a Behaviour a line
	SourcesFile   = "shape.json"      // an array of Source
)

// mostExtra is more than either file is long, bytes.
const mostExtra = 16 << 20

// Behaviour is what one behaviour case found on one model.
type Behaviour struct {
	Case    string `json:"case"` // "behaviour/error-raised"
	Model   string `json:"model"`
	Finding string `json:"finding"`          // a word: "caught-with-cause"; "" where it could not be run
	Detail  string `json:"detail,omitempty"` // what was seen, or why it could not be run
}

// Source is the handlers of one workload in one style, as they were measured.
type Source struct {
	Workload string `json:"workload"`
	Style    string `json:"style"`
	File     string `json:"file"`
	Text     string `json:"text"`
}

// Enrich reads the optional raw files of a run's folder into the run. The error names a file
// that is there and cannot be read.
func (r *Run) Enrich(dir string) error {
	b, err := extra(filepath.Join(dir, BehaviourFile))
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	for {
		var one Behaviour
		if err := d.Decode(&one); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fmt.Errorf("%s, finding %d: %w; take it from a copy", filepath.Join(dir, BehaviourFile), len(r.Behaviour)+1, err)
		}
		r.Behaviour = append(r.Behaviour, one)
	}
	if b, err = extra(filepath.Join(dir, SourcesFile)); err != nil || b == nil {
		return err
	}
	if err := json.Unmarshal(b, &r.Sources); err != nil {
		return fmt.Errorf("%s: %w; take it from a copy", filepath.Join(dir, SourcesFile), err)
	}
	return nil
}

// extra reads a file that need not be there: nil then.
func extra(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, mostExtra+1))
	if err == nil && len(b) > mostExtra {
		err = fmt.Errorf("%s has more than %d bytes", path, mostExtra)
	}
	return b, err
}
