package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"

	"assay/harness/trial"
)

// A line is a trial as a JSON object whose last member is a link of a chain: the SHA-256
// of the link before it and of all of the line before this member,
// {"version":1,…,"chain":"89ab…"}. A reader that does not care sees plain JSON. The first
// link hangs on the run's id, so no line can be changed, dropped, doubled, moved or taken
// from another run without all links after it being made anew.
const (
	chainHead = `,"chain":"`
	chainTail = `"}`
	chainSize = len(chainHead) + 2*sha256.Size + len(chainTail)
)

// Before there was a chain a line ended in a checksum of itself alone. Such lines are read.
const (
	sumHead = `,"sum":"`
	sumSize = len(sumHead) + 8 + len(chainTail)
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// genesis is what the first line's link hangs on.
func genesis(id string) string { return digest("assay journal of", []byte(id)) }

func digest(before string, text []byte) string {
	h := sha256.New()
	h.Write([]byte(before))
	h.Write(text)
	return hex.EncodeToString(h.Sum(nil))
}

// encode makes the line of a trial, newline included, and its link; before is the link of the
// line before it.
func encode(t *trial.Trial, before string) (line []byte, link string, err error) {
	b, err := json.Marshal(t)
	if err != nil {
		return nil, "", fmt.Errorf("trial %s cannot be written as JSON: %w", t.Key, err)
	}
	b = bytes.TrimSuffix(b, []byte("}"))
	link = digest(before, b)
	return fmt.Appendf(b, "%s%s%s\n", chainHead, link, chainTail), link, nil
}

// Line is one line of a journal, read and found whole.
type Line struct {
	Number  int // from 1
	Trial   trial.Trial
	Raw     []byte // the JSON object, without its newline; valid until the next one is read
	Chained bool   // it carries a link of the chain; false of lines of an older assay, which carry a checksum

	link string
}

// decode reads a line without its newline; before is the link of the line before it.
func decode(line []byte, before string) (l Line, err error) {
	body, ok := bytes.CutSuffix(line, []byte(chainTail))
	at := len(line) - chainSize
	if ok && at >= 0 && bytes.HasPrefix(line[at:], []byte(chainHead)) {
		want := body[at+len(chainHead):]
		l.Chained, l.link = true, digest(before, line[:at])
		if l.link != string(want) {
			return l, fmt.Errorf("its link %.12s… is not %.12s…, which follows from it and the lines before: one of them was changed, dropped, doubled or moved", want, l.link)
		}
	} else if err := l.checksum(line, before); err != nil {
		return l, err
	}
	if err := json.Unmarshal(line, &l.Trial); err != nil {
		return l, fmt.Errorf("it is no trial: %w", err)
	}
	if l.Trial.Version != trial.Version {
		return l, fmt.Errorf("it is of version %d, this assay reads version %d", l.Trial.Version, trial.Version)
	}
	if why := impossible(&l.Trial); why != "" {
		return l, fmt.Errorf("trial %s holds what cannot be: %s", l.Trial.Key, why)
	}
	l.Raw = line
	return l, nil
}

// impossible says why no figure can be computed from a trial that ended well, "" if some can. It is
// what every reader must rely on; verify looks closer.
func impossible(t *trial.Trial) string {
	if t.Status != trial.OK {
		return ""
	}
	for i := range t.Slices {
		s := &t.Slices[i]
		switch {
		case s.Length <= 0:
			return fmt.Sprintf("slice %d lasted %d ns", s.Index, s.Length)
		case s.ServerCPU < 0 || s.GeneratorCPU < 0 || s.BackendCPU < 0:
			return fmt.Sprintf("slice %d used less than no processor time", s.Index)
		case s.Load.Answers > s.Load.Requests:
			return fmt.Sprintf("slice %d has %d answers to %d requests", s.Index, s.Load.Answers, s.Load.Requests)
		}
	}
	return ""
}

// checksum reads the end of a line of an older assay.
func (l *Line) checksum(line []byte, before string) error {
	n := len(line) - sumSize
	if n < 0 || !bytes.HasPrefix(line[n:], []byte(sumHead)) || !bytes.HasSuffix(line, []byte(chainTail)) {
		return fmt.Errorf("it does not end in a link of the chain")
	}
	want := line[n+len(sumHead) : len(line)-len(chainTail)]
	if got := fmt.Sprintf("%08x", crc32.Checksum(line[:n], castagnoli)); got != string(want) {
		return fmt.Errorf("its checksum is %s, it says %s", got, want)
	}
	l.link = digest(before, line[:n])
	return nil
}
