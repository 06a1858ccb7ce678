package report

import (
	"fmt"
	"strings"

	"assay/harness/stat"
	"assay/harness/trial"
)

// page renders report.md and the pictures it shows.
func page(v *View) (md []byte, pictures []picture, err error) {
	p := &pageWriter{View: v}
	p.head()
	p.verdicts()
	p.noise()
	for _, c := range v.loaded() {
		if err := p.cell(c); err != nil {
			return nil, nil, err
		}
	}
	for _, c := range v.Cells {
		if c.Memory {
			p.memory(c)
		}
	}
	p.matrices()
	p.reasons()
	p.unmeasured()
	p.method()
	return []byte(p.b.String()), p.pictures, nil
}

// pageWriter gathers the page section by section.
type pageWriter struct {
	*View
	b        strings.Builder
	pictures []picture
}

func (p *pageWriter) printf(format string, args ...any) { fmt.Fprintf(&p.b, format, args...) }

func (p *pageWriter) show(pic picture) {
	p.pictures = append(p.pictures, pic)
	p.printf("![%s](%s)\n\n", mdText(pic.alt), pic.file)
}

func (p *pageWriter) head() {
	p.printf("# %s\n\n", mdText(p.ID))
	p.printf("Profile %s, %d of %d trials, %d blocks, started %s. **%s.**\n\n",
		p.Profile, len(p.Trials), p.Planned, p.Blocks, p.Started.UTC().Format("2006-01-02 15:04 MST"), p.Placement)
	if !p.Finished {
		p.printf("> **PARTIAL.** Not all planned trials are in; blocks that miss an arm are left out of its contrasts.\n\n")
	}
	for _, c := range p.loaded() {
		p.printf("- **%s.** %s\n", mdText(c.Title), mdText(p.Advice(c).Sentence+p.caution(c.Name)))
	}
	p.printf("\n")
}

// noise is the A/A twin: what a copy of the same model differs by.
func (p *pageWriter) noise() {
	p.printf("## The noise floor first\n\n")
	t := mdTable{head: []string{"cell", "twin", "metric", "copy ÷ original", "floor"}}
	var why []string
	for _, c := range p.Cells {
		for _, m := range append(columns(c), stat.P50) {
			if c.Memory != (m.Name == stat.Memory.Name) {
				continue
			}
			f, err := p.Set.Floor(m, c.Name)
			if err != nil {
				why = append(why, err.Error())
				continue
			}
			t.rows = append(t.rows, []string{c.Title, f.Twin.Base, m.Label, times(f.Twin), "±" + percent(f.Fraction)})
		}
	}
	if len(t.rows) > 0 {
		p.printf("One model ran twice under two names. What the copy differs by is noise; no effect is claimed unless its whole 95 %% interval lies beyond the far end of the copy's.\n\n%s\n", t)
	}
	for i, w := range why {
		if i == 0 || w != why[i-1] {
			p.printf("Not known: %s.\n\n", mdText(w))
		}
	}
}

func (p *pageWriter) cell(c Cell) error {
	p.printf("## %s\n\n", mdText(c.Title))
	if pic, ok := p.contrastPicture(c); ok {
		p.show(pic)
	}
	p.printf("Against %s: mean ratio over blocks and its 95 %% interval. `~`: not above the noise floor. “equal”: shown by two one-sided tests.\n\n%s\n", mdText(p.Baseline), p.ratioTable(c))
	p.printf("Absolute figures, this machine and run only: median over blocks with its 95 %% interval, or (least–greatest) below six blocks.\n\n%s\n", p.absoluteTable(c).dropEmpty())
	pic, ok, err := p.latencyPicture(c)
	if err != nil {
		return err
	}
	if ok {
		p.show(pic)
	}
	p.validity(c)
	return nil
}

func (p *pageWriter) memory(c Cell) {
	p.printf("## %s\n\n", mdText(c.Title))
	if pic, ok := p.memoryPicture(c); ok {
		p.show(pic)
	}
	p.printf("Slopes over a ladder to %s: what a process holds without any has dropped out. Socket memory is the machine's, both ends of each connection. Threads, idle CPU and switches are at the top rung.\n\n%s\n",
		p.topRung(c), p.memoryTable(c).dropEmpty())
}

// validity counts the trials by grade, where not all are VALID.
func (p *pageWriter) validity(c Cell) {
	if t := p.validityTable(c); len(t.rows) > 0 {
		p.printf("Not all trials are VALID. `!`: INVALID trials are left out of every figure. `?`: figures rest on SUSPECT trials.\n\n%s\n", t)
	}
}

func (p *pageWriter) reasons() {
	if t := p.doubtTable(); len(t.rows) > 0 {
		p.printf("## Reasons to doubt\n\n%s. Every gate that fired, with the blocks whose trial it was:\n\n%s\n", p.Grades(), t)
	}
}

// unmeasured lists every trial without figures, with its reason.
func (p *pageWriter) unmeasured() {
	t := mdTable{words: true, head: []string{"arm", "cell", "block", "status", "reason"}}
	var tails strings.Builder
	for i := range p.Trials {
		tr := &p.Trials[i]
		if tr.Status == trial.OK {
			continue
		}
		t.rows = append(t.rows, []string{tr.Arm, tr.Cell, itoa(tr.Block + 1), string(tr.Status), tr.Reason})
		if tr.LogTail != "" {
			fmt.Fprintf(&tails, "Log of %s, block %d, before it failed:\n\n```\n%s\n```\n\n", mdText(tr.Arm), tr.Block+1, strings.TrimSpace(strings.ReplaceAll(tr.LogTail, "```", "'''")))
		}
	}
	if len(t.rows) > 0 {
		p.printf("## Not measured\n\n%s\n%s", t, tails.String())
	}
}

func (p *pageWriter) method() {
	p.printf("## How it was measured\n\n")
	t := mdTable{words: true, head: []string{"arm", "kind", "style", "started as"}}
	for _, a := range p.Arms {
		start := a.Start
		if a.Twin != "" {
			start += " (A/A twin of " + a.Twin + ")"
		}
		t.rows = append(t.rows, []string{a.Name, a.Kind, a.Style, start})
	}
	p.printf("%s\n", t)
	if settings := p.settings(); len(settings.rows) > 0 {
		p.printf("Settings that differ between arms, and why; all others are equal:\n\n%s\n", settings)
	}
	facts := mdTable{words: true, head: []string{"what", "value"}}
	for _, f := range p.Facts {
		facts.rows = append(facts.rows, []string{f.Name, f.Value})
	}
	p.printf("%s\n", facts)
	p.printf("In each block every arm got one fresh process, all alive together; load went round them in short slices, in random order, drained between. The unit of inference is the block. Latency runs from the intended send. Times of server and machine stand side by side because on loopback part of a server's work is done in the sender's context.\n\n")
	p.printf("Run it again: `%s`. The records are `manifest.json` and `trials.jsonl`; `assay report` makes all other files from them. `go tool benchstat -col /model bench.txt` compares the models; `latency.hlog` holds the histograms.\n", p.Command)
}

// settings are the options that follow from a model and a cell.
func (p *pageWriter) settings() mdTable {
	t := mdTable{words: true, head: []string{"arm", "cell", "setting", "why"}}
	for _, s := range p.Settings {
		t.rows = append(t.rows, []string{s.Arm, s.Cell, s.Value, s.Why})
	}
	return t
}
