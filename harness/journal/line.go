package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"

	"assay/harness/trial"
)

// A line is a trial as a JSON object whose last member is the checksum of all
// before it: {"version":1,…,"sum":"89abcdef"}. A reader that does not care sees plain JSON.
const (
	sumHead = `,"sum":"`
	sumTail = `"}`
	sumSize = len(sumHead) + 8 + len(sumTail)
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// encode makes the line of a trial, newline included.
func encode(t *trial.Trial) ([]byte, error) {
	b, err := json.Marshal(t)
	if err != nil {
		return nil, fmt.Errorf("trial %s cannot be written as JSON: %w", t.Key, err)
	}
	b = bytes.TrimSuffix(b, []byte("}"))
	return fmt.Appendf(b, "%s%08x%s\n", sumHead, crc32.Checksum(b, castagnoli), sumTail), nil
}

// decode reads a line without its newline.
func decode(line []byte) (t trial.Trial, err error) {
	n := len(line) - sumSize
	if n < 0 || !bytes.HasPrefix(line[n:], []byte(sumHead)) || !bytes.HasSuffix(line, []byte(sumTail)) {
		return t, fmt.Errorf("it does not end in a checksum")
	}
	want := line[n+len(sumHead) : len(line)-len(sumTail)]
	if got := fmt.Sprintf("%08x", crc32.Checksum(line[:n], castagnoli)); got != string(want) {
		return t, fmt.Errorf("its checksum is %s, it says %s", got, want)
	}
	if err := json.Unmarshal(line, &t); err != nil {
		return t, fmt.Errorf("it is no trial: %w", err)
	}
	if t.Version != trial.Version {
		return t, fmt.Errorf("it is of version %d, this assay reads version %d", t.Version, trial.Version)
	}
	return t, nil
}
