package exhibit

import (
	"bytes"
	"encoding/json"
	"fmt"

	"assay/harness/shape"
)

// Source is the handlers of one workload in one style, as they were measured.
type Source struct {
	Workload string       `json:"workload"`
	Style    string       `json:"style"`
	File     string       `json:"file"`
	Counts   shape.Counts `json:"counts"` // of Text
	Text     string       `json:"text"`
}

// Count makes a Source of a file's text. The error is that of code that is no Go.
func Count(workload, style, text string) (Source, error) {
	s := Source{Workload: workload, Style: style, File: workload + "/" + style + ".go", Text: text}
	var err error
	s.Counts, err = shape.Measure(s.File, []byte(text))
	return s, err
}

// Check counts the code again. The error names the first count that is not what the text gives.
func (s *Source) Check() error {
	c, err := shape.Measure(s.File, []byte(s.Text))
	if err != nil {
		return err
	}
	for _, name := range shape.Columns {
		says, _ := s.Counts.Of(name)
		if is, _ := c.Of(name); is != says {
			return fmt.Errorf("%s in %s style: it says %d %s, its text has %d", s.Workload, s.Style, says, name, is)
		}
	}
	return nil
}

// SourcesText is the file of the sources: an array of them.
func SourcesText(sources []Source) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(sources); err != nil {
		return nil, fmt.Errorf("sources: %w", err)
	}
	return b.Bytes(), nil
}

// Sources reads the file of the sources and counts their code again; none if it is not there. The
// error is a *DamageError.
func Sources(path string) ([]Source, error) {
	text, err := read(path)
	if err != nil || text == nil {
		return nil, err
	}
	var all []Source
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, &DamageError{path, 0, fmt.Errorf("it is no array of sources: %w", err)}
	}
	for i := range all {
		if err := all[i].Check(); err != nil {
			return nil, &DamageError{path, 0, err}
		}
	}
	return all, nil
}
