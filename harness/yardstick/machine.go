package yardstick

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"assay/bench/workload"
	"assay/harness/proc"

	"golang.org/x/sys/unix"
)

// CheckParts refuses names that are no parts; the error gives the nearest.
func CheckParts(names []string) error {
	for _, n := range names {
		if !slices.Contains(Every, n) {
			return fmt.Errorf("unknown part %q: did you mean %q? There are %s", n, workload.Nearest(n, Every), strings.Join(Every, ", "))
		}
	}
	return nil
}

// peers are the generators whose versions are worth telling.
var peers = []string{"wrk", "hey", "vegeta", "fortio", "bombardier"}

// Machine says in lines what was measured on and with.
func (b *Bench) Machine(ctx context.Context) ([]string, error) {
	cpus, err := proc.Processors()
	if err != nil {
		return nil, err
	}
	low, high := proc.Split(cpus)
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return nil, err
	}
	lines := []string{
		fmt.Sprintf("%s, processors %v for the load, %v for the server: %s", time.Now().UTC().Format("2006-01-02"), low, high, processor()),
		fmt.Sprintf("%s %s, %s", unix.ByteSliceToString(u.Sysname[:]), unix.ByteSliceToString(u.Release[:]), runtime.Version()),
		fmt.Sprintf("%d blocks of %d alternations, where a row does not say more; a server's trial takes %v, three times that from %d connections up; a generator's %v; slips: %d alternations of %v",
			b.Blocks, b.Trials, b.Slice, crowd, b.Attack, b.Slips, slipTrial),
	}
	for _, name := range peers {
		path, err := b.find(name)
		if err != nil {
			lines = append(lines, name+" is not installed")
			continue
		}
		lines = append(lines, name+" "+version(ctx, path))
	}
	return lines, nil
}

// version is what a program was built of, if it is written in Go, or says of itself.
func version(ctx context.Context, path string) string {
	if info, err := buildinfo.ReadFile(path); err == nil {
		return info.Main.Path + " " + info.Main.Version
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	out, _ := exec.CommandContext(ctx, path, "-v").CombinedOutput() // wrk ends with 1 after it
	first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return first
}

// processor is the processor's name, as the kernel tells it.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}
