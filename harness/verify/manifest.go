package verify

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"assay/harness/journal"
)

// disclosed is a member that a manifest must have.
type disclosed struct {
	path  string
	since int  // version of the manifest
	empty bool // it may be empty: some machines do not say, some runs have none
}

// disclosure is what a sceptic must be told of a run.
var disclosure = []disclosed{
	{"id", 1, false},
	{"label", 1, false},
	{"state", 1, false},
	{"started", 1, false},
	{"finished", 1, false},
	{"argv", 1, false},
	{"plan_hash", 1, false},
	{"plan.version", 1, false},
	{"plan.profile", 1, false},
	{"plan.arms", 1, false},
	{"plan.cells", 1, false},
	{"plan.blocks", 1, false},
	{"plan.seed", 1, true},
	{"plan.timing", 1, false},
	{"models", 1, true},
	{"starts", 1, true},
	{"binaries", 1, false},
	{"built", 2, true},
	{"placement.server", 1, false},
	{"placement.load", 1, false},
	{"placement.shared", 1, true},
	{"environment.os", 1, false},
	{"environment.arch", 1, false},
	{"environment.kernel", 1, false},
	{"environment.processor", 1, true},
	{"environment.processors", 1, false},
	{"environment.hypervisor", 1, true},
	{"environment.memory_kb", 1, false},
	{"environment.clock_source", 1, true},
	{"environment.thp", 1, true},
	{"environment.thp_fixed", 1, false},
	{"environment.limits.descriptors", 2, false},
	{"environment.limits.threads", 2, false},
	{"environment.limits", 1, false},
	{"environment.swap_kb", 2, true},
	{"environment.go_version", 1, false},
	{"environment.dirty", 1, true},
	{"stolen", 2, true},
	{"certificate.says", 2, false},
	{"register", 3, false},
	{"files", 1, false},
	{"seal", 1, false},
}

var hexSum = regexp.MustCompile(`^[0-9a-f]{64}$`)

// manifest checks what journal.Open has not: disclosure, and that the run is over.
func (c *checker) manifest() {
	const name = journal.ManifestFile
	text, err := os.ReadFile(filepath.Join(c.dir, name))
	var all any
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		c.fault(name, 0, "%v", err)
		return
	}
	for _, d := range disclosure {
		if d.since > c.m.Version {
			continue
		}
		value, ok := member(all, d.path)
		if !ok || !d.empty && blank(value) {
			c.fault(name, 0, "it does not say %s: a run without it is not disclosed", d.path)
		}
	}
	for binary, sum := range c.m.Binaries {
		if !hexSum.MatchString(sum) {
			c.fault(name, 0, "what it gives as the SHA-256 of %s is none: %.80q", binary, sum)
		}
	}
	if !strings.HasSuffix(c.m.ID, "-"+c.m.Plan.ShortHash()) && c.m.Version > 1 {
		c.fault(name, 0, "its id %s does not end in the hash of its plan", c.m.ID)
	}
	if err := c.m.Plan.Check(); err != nil {
		c.fault(name, 0, "its plan cannot be meant: %v", err)
	}
	if c.m.State == journal.Running {
		c.fault(name, 0, "the run is not finished: it goes on, or was killed; --resume completes it")
	}
	if c.m.Condensed != nil {
		c.note("a copy made to be published: %s; its figures are those of the copy. The run's own manifest has the seal %.80s, its records the SHA-256 %.80s", c.m.Condensed.Kept, c.m.Condensed.Seal, c.m.Condensed.Trials)
	}
	if c.m.Environment.Commit == "" {
		c.note("the commit that was built is not known")
	}
	if c.m.Environment.Dirty {
		c.note("built from a tree with changes: the commit alone does not give the same binaries")
	}
	if c.m.Version == 1 {
		c.note("a run of an older assay: its lines carry a checksum each and no chain")
	}
}

// member finds "a.b" in decoded JSON.
func member(v any, path string) (any, bool) {
	for name := range strings.SplitSeq(path, ".") {
		object, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if v, ok = object[name]; !ok {
			return nil, false
		}
	}
	return v, true
}

// blank says that a value tells nothing.
func blank(v any) bool {
	switch v := v.(type) {
	case string:
		return v == ""
	case float64:
		return v == 0
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return v == nil
}
