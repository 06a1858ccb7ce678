package proc

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"

	"github.com/prometheus/procfs"
)

// member is one process of a tree.
type member struct {
	pid   int
	start uint64 // ticks since boot: with pid, who it is for ever
	state string
	ended int64 // CPU of children that it has waited for, ns
}

// ticks of /proc are 10 ms on every Linux (USER_HZ).
const nanosPerTick = 10_000_000

// members are the child, its descendants and its process group, in the order of
// their pids; zombies are among them. A process that ends meanwhile is left out.
func (p *Proc) members() ([]member, error) {
	fs, err := procfs.NewFS(procfs.DefaultMountPoint)
	if err != nil {
		return nil, fmt.Errorf("processes of %s: %w", p.Name, err)
	}
	all, err := fs.AllProcs()
	if err != nil {
		return nil, fmt.Errorf("processes of %s: %w", p.Name, err)
	}
	stats := make([]procfs.ProcStat, 0, len(all))
	for _, one := range all {
		if s, err := one.Stat(); err == nil {
			stats = append(stats, s)
		}
	}
	for _, s := range stats {
		if s.PID == p.PID && s.Starttime != p.born {
			return nil, nil // the child is long gone, and its pid with its group given to a stranger
		}
	}
	in := map[int]bool{p.PID: true}
	for grown := true; grown; { // a child's pid may be below its parent's
		grown = false
		for _, s := range stats {
			if !in[s.PID] && (in[s.PPID] || s.PGRP == p.PID) {
				in[s.PID], grown = true, true
			}
		}
	}
	var tree []member
	for _, s := range stats {
		if in[s.PID] {
			tree = append(tree, member{s.PID, s.Starttime, s.State, int64(s.CUTime+s.CSTime) * nanosPerTick})
		}
	}
	return tree, nil
}

// Tree is the pids of the child and all its living descendants.
func (p *Proc) Tree() ([]int, error) {
	tree, err := p.members()
	var pids []int
	for _, m := range tree {
		if m.state != "Z" {
			pids = append(pids, m.pid)
		}
	}
	return pids, err
}

// marked are the living processes that bear the child's mark in their environment:
// also those that no longer descend from it.
func (p *Proc) marked() ([]member, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("processes of %s: %w", p.Name, err)
	}
	mark := []byte(markName + "=" + p.mark)
	var found []member
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		environ, err := os.ReadFile("/proc/" + e.Name() + "/environ")
		if err != nil || !slices.ContainsFunc(bytes.Split(environ, []byte{0}), func(v []byte) bool { return bytes.Equal(v, mark) }) {
			continue
		}
		if m, ok := lookAt(pid); ok {
			found = append(found, m)
		}
	}
	return found, nil
}

// lookAt reads one process; false if it is gone.
func lookAt(pid int) (member, bool) {
	one, err := procfs.NewProc(pid)
	if err != nil {
		return member{}, false
	}
	s, err := one.Stat()
	if err != nil {
		return member{}, false
	}
	return member{s.PID, s.Starttime, s.State, int64(s.CUTime+s.CSTime) * nanosPerTick}, true
}
