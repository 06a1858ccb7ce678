package yardstick

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"assay/harness/load"
	"assay/harness/proc"
)

// settling is how long a server is left alone before its memory is read.
const settling = 1500 * time.Millisecond

// memory takes every holder up the ladder, in a fresh process each block.
func (b *Bench) memory(ctx context.Context) error {
	blocks := b.climbs()
	for block := range blocks {
		for _, i := range b.order(len(Holders)) {
			h := Holders[i]
			b.say("block %d/%d  memory of %s", block+1, blocks, h.Arm.Name)
			for _, spoke := range []bool{false, true} {
				s := Sample{Part: Memory, Group: groupOf(spoke), Arm: h.Arm.Name, Block: block}
				if err := b.climb(ctx, h.Arm, s, spoke); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// groupOf names what the silent connections have done before.
func groupOf(spoke bool) string {
	if spoke {
		return "after a request"
	}
	return "never spoke"
}

// climb takes one server up the ladder.
func (b *Bench) climb(ctx context.Context, a Arm, s Sample, spoke bool) error {
	g, err := b.generator()
	if err != nil {
		return err
	}
	defer g.Close()
	srv, err := b.start(ctx, a)
	if err != nil {
		return b.Keep(s.fault(err))
	}
	defer srv.Stop(proc.Grace)
	held := 0
	for i, want := range Ladder {
		s.Index = i
		if err := hold(ctx, g, srv, i, want-held, spoke); err != nil {
			if ctx.Err() != nil {
				return err
			}
			return b.Keep(s.fault(err))
		}
		held = want
		collect(ctx, srv.addr)
		select {
		case <-time.After(settling):
		case <-ctx.Done():
			return ctx.Err()
		}
		m, err := srv.Memory()
		if err != nil {
			return b.Keep(s.fault(err))
		}
		s.Values = map[string]float64{conns: float64(held), userPart: float64(m.PSS), kernel: float64(m.KernelStacks + m.PageTables)}
		if err := b.Keep(s); err != nil {
			return err
		}
	}
	return nil
}

// hold opens further connections; if they are to speak, a closed loop of a moment
// gives each at least one answer.
func hold(ctx context.Context, g *load.Client, srv *server, rung, more int, spoke bool) error {
	if more <= 0 {
		return nil
	}
	arm := fmt.Sprintf("rung %d", rung)
	c := load.Command{Op: load.OpOpen, Arm: arm, Addr: srv.addr, Conns: more, Workload: "echo"}
	if !spoke {
		c.Conns, c.Idle = 1, more-1 // the generator wants one that can speak
	}
	if _, err := g.Do(ctx, c); err != nil || !spoke {
		return err
	}
	r, err := g.Do(ctx, load.Command{Op: load.OpSlice, Arm: arm, Duration: int64(500 * time.Millisecond)})
	if err != nil {
		return err
	}
	for i, n := range r.Load.PerConn {
		if n == 0 {
			return fmt.Errorf("connection %d of %d got no answer in half a second", i, more)
		}
	}
	return nil
}

// collect asks for a garbage collection, of those servers that offer it, and twice,
// because pools keep what they hold over the first.
func collect(ctx context.Context, addr string) {
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for range 2 {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/-/stats?gc=1", nil)
		if err != nil {
			return
		}
		answer, err := client.Do(r)
		if err != nil {
			return // it offers none
		}
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
	}
}
