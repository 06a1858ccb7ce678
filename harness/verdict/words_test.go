package verdict

import (
	"strings"
	"testing"
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
