package doctor

// Level says how much a finding matters.
type Level string

// The levels.
const (
	Good  Level = "ok"
	Note  Level = "note"  // bounds what can be claimed, and nothing can or need be done
	Short Level = "short" // figures will be worse, or cells left out, until it is mended
)

// Bears says which runs a finding matters to.
type Bears string

// What findings bear on.
const (
	Every  Bears = "every run"
	Open   Bears = "open loops" // requests that keep a schedule
	Large  Bears = "large cells"
	Choice Bears = "optional parts"
)

// Finding is one thing about the machine.
type Finding struct {
	Topic string `json:"topic"`
	Level Level  `json:"level"`
	Bears Bears  `json:"bears_on"`
	Says  string `json:"says"`           // with the number
	Mend  string `json:"mend,omitempty"` // the command, where there is one
}

// Examine judges. Thresholds are in the functions of each topic, with their reasons.
func Examine(f Facts, p Probes) []Finding {
	all := []Finding{processors(f), quota(f), memory(f)}
	all = append(all, limits(f)...)
	all = append(all, clock(f, p), governor(f), speed(p), others(p), stolen(p), sleep(p), wake(p), hugePages(f), mitigations(f), counters(f))
	for _, why := range p.Failed {
		all = append(all, Finding{"probe", Note, Every, "could not be measured: " + why, ""})
	}
	for _, part := range f.Parts {
		all = append(all, optional(part))
	}
	kept := all[:0]
	for _, finding := range all {
		if finding.Topic != "" {
			kept = append(kept, finding)
		}
	}
	return kept
}

// Shorts are the findings that something should be done about.
func Shorts(all []Finding) (shorts []Finding) {
	for _, f := range all {
		if f.Level == Short {
			shorts = append(shorts, f)
		}
	}
	return shorts
}
