package verdict

import (
	"strings"
	"testing"

	"assay/bench/claims"
)

func TestEffectInWords(t *testing.T) {
	for _, row := range []struct {
		e    Effect
		want string
	}{
		{Effect{Ratio: 0.82, Lo: 0.79, Hi: 0.85, Floor: 0.03}, "0.82× [0.79×, 0.85×] of"},
		{Effect{Ratio: 1.0002, Lo: 0.9998, Hi: 1.0006}, "within ±0.06 % of"}, // not 1× [1×, 1×]
	} {
		if got := share(&row.e); got != row.want {
			t.Errorf("got %q, want %q", got, row.want)
		}
	}
	for floor, want := range map[float64]string{-1: "not known", 0.00066: "±0.066 %", 2.46: "±246 %"} {
		if got := floorText(floor); !strings.HasSuffix(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// A ratio says of what it is, and by which dimensions cells that differ do.
func TestEffectSaysWhatWasCompared(t *testing.T) {
	slow, soft := "blocking,via=inline,conns=128", "blocking,via=cooperative,conns=128"
	for _, row := range []struct {
		arm, base claims.Place
		want      string
	}{
		{claims.Place{Cell: slow, Arm: "thread"}, claims.Place{Cell: slow, Arm: "reactor"}, "p99, thread ÷ reactor"},
		{claims.Place{Cell: slow, Arm: "reactor"}, claims.Place{Cell: soft, Arm: "reactor"}, "p99, reactor via=inline ÷ reactor via=cooperative"},
		{claims.Place{Cell: "echo,idle=9", Arm: "thread"}, claims.Place{Cell: "echo", Arm: "thread"}, "p99, thread idle=9 ÷ thread"},
	} {
		e := Effect{Metric: "p99", Arm: row.arm, Base: row.base}
		if got := e.Of(); got != row.want {
			t.Errorf("got %q, want %q", got, row.want)
		}
	}
}
