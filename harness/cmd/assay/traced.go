package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"assay/bench/plan"
	"assay/harness/backend"
	"assay/harness/proc"
	"assay/harness/trace"
	"assay/harness/trace/live"
)

// withServer starts backends and a model as a trial does, pinned apart, and calls f while
// the server serves.
func withServer(ctx context.Context, arm plan.Arm, m plan.Model, workload string, backends int, f func(*live.Served) error) (err error) {
	dir, err := binaries()
	if err != nil {
		return err
	}
	cpus, err := proc.Processors()
	if err != nil {
		return err
	}
	mine, its := proc.Split(cpus)
	undo, err := proc.PinSelf(mine)
	if err != nil {
		return err
	}
	defer undo()
	addrs, pid, stop, err := someBackends(backends)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	server, err := proc.Start(proc.Spec{
		Name: arm.Name, CPUs: its,
		Argv: append([]string{filepath.Join(dir, m.Argv[0])}, m.Argv[1:]...),
		Env: append(os.Environ(), "ASSAY_LISTEN=127.0.0.1:0", "ASSAY_WORKLOAD="+workload,
			"ASSAY_OPTIONS="+plan.OptionList(arm.Options), "ASSAY_BACKENDS="+strings.Join(addrs, ","), "ASSAY_NONCE=trace"),
	})
	if err != nil {
		return err
	}
	defer func() {
		_, stopErr := server.Stop(proc.Grace)
		err = errors.Join(err, stopErr)
	}()
	ready, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	addr, err := server.Listening(ready)
	if err != nil {
		if !server.Alive() && server.ExitCode() == exitBadInput {
			return badInput(err) // its stderr has said what is wrong
		}
		return err
	}
	return f(&live.Served{
		Server: server, Addr: addr, Backends: addrs, Others: map[int]string{pid: "a backend"},
		Model: arm.Name, Workload: workload, Seed: 1,
	})
}

// someBackends starts n backends in a process of their own, whose number it says; none for 0.
func someBackends(n int) (addrs []string, pid int, stop func() error, err error) {
	if n == 0 {
		return nil, -1, func() error { return nil }, nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, 0, nil, fmt.Errorf("cannot start the backends: %w", err)
	}
	cmd := exec.Command(self, "backend", "-count", strconv.Itoa(n))
	cmd.Stderr = os.Stderr
	b, err := backend.Start(cmd)
	if err != nil {
		return nil, 0, nil, err
	}
	return b.Addrs, cmd.Process.Pid, b.Stop, nil
}

// writeStory writes a story as path.svg, path.txt and path.json.
func writeStory(path string, story *trace.Story) error {
	var text, object bytes.Buffer
	err := errors.Join(story.WriteTimeline(&text), story.WriteTable(&text), writeJSON(&object, story))
	return errors.Join(err,
		os.WriteFile(path+".svg", story.SVG(), 0o666),
		os.WriteFile(path+".txt", text.Bytes(), 0o666),
		os.WriteFile(path+".json", object.Bytes(), 0o666))
}

// tellTallies prints the counts of all models, and writes them if a folder was given.
func tellTallies(s streams, all []trace.Tally, o traceOptions) error {
	if o.asJSON {
		for i := range all {
			if err := writeOne(s.out, &all[i]); err != nil {
				return err
			}
		}
	} else {
		t, write := &all[0], trace.WriteTallies
		if o.markdown {
			write = trace.WriteMarkdown
		}
		fmt.Fprintf(s.out, "%s, %d requests over %d connections, by %s\n\n", t.Workload, t.Requests, t.Conns, t.Source)
		if err := write(s.out, all); err != nil {
			return err
		}
	}
	if o.out == "" {
		return nil
	}
	var object bytes.Buffer
	return errors.Join(writeJSON(&object, all), os.WriteFile(filepath.Join(o.out, "counts.json"), object.Bytes(), 0o666))
}

// fileName is an arm's name as a file's: pool:size=8 is pool-size-8.
func fileName(arm string) string {
	return strings.NewReplacer(":", "-", "=", "-", ",", "-", "/", "-").Replace(arm)
}

func blank(s streams) error {
	_, err := fmt.Fprintln(s.out)
	return err
}

// writeOne writes one value on a line of its own.
func writeOne(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) }
