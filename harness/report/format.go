package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"assay/harness/stat"
)

func itoa(n int) string { return strconv.Itoa(n) }

// quantity is a metric's value for people: a time, a size, or a plain number.
func quantity(m stat.Metric, v float64) string {
	scale, unit := unitOf(m, v)
	return strings.TrimSpace(significant(v/scale) + unit)
}

// spreadOf is a value and its interval in the value's unit: "31.2 [30.9 31.8] µs".
func spreadOf(m stat.Metric, v, lo, hi float64, format string) string {
	scale, unit := unitOf(m, v)
	return fmt.Sprintf(format, significant(v/scale), significant(lo/scale), significant(hi/scale)) + unit
}

// unitOf is what to divide by and what to write after it.
func unitOf(m stat.Metric, v float64) (scale float64, unit string) {
	switch unit := m.Unit; {
	case unit == "req/s":
		if math.Abs(v) >= 10_000 {
			return 1000, " k/s"
		}
		return 1, "/s"
	case strings.Contains(unit, "sec"):
		return timeUnit(v)
	case strings.HasSuffix(unit, "B/conn"), strings.HasSuffix(unit, "bytes"), strings.Contains(unit, "-B/"):
		return sizeUnit(v)
	default:
		return 1, ""
	}
}

func timeUnit(seconds float64) (scale float64, unit string) {
	for _, u := range []struct {
		scale float64
		unit  string
	}{{1, " s"}, {1e-3, " ms"}, {1e-6, " µs"}} {
		if math.Abs(seconds) >= u.scale*0.9995 { // so that it is not written as 1000 of the smaller unit
			return u.scale, u.unit
		}
	}
	return 1e-9, " ns"
}

func sizeUnit(bytes float64) (scale float64, unit string) {
	for _, u := range []struct {
		scale float64
		unit  string
	}{{1 << 30, " GiB"}, {1 << 20, " MiB"}, {1 << 10, " KiB"}} {
		if math.Abs(bytes) >= u.scale {
			return u.scale, u.unit
		}
	}
	return 1, " B"
}

// duration writes seconds with three digits in the unit that suits them.
func duration(seconds float64) string {
	scale, unit := timeUnit(seconds)
	return significant(seconds/scale) + unit
}

// onAxis writes the ticks of an axis: nothing needs a unit.
func onAxis(text func(float64) string) func(float64) string {
	return func(v float64) string {
		if v == 0 {
			return "0"
		}
		return text(v)
	}
}

// size writes bytes with three digits in binary units.
func size(bytes float64) string {
	scale, unit := sizeUnit(bytes)
	return significant(bytes/scale) + unit
}

// significant writes a number with three digits and without an exponent; whole
// numbers stay whole.
func significant(v float64) string {
	if whole := math.Round(v); math.Abs(v-whole) < 1e-9*math.Abs(v) {
		v = whole // 5e-6 ÷ 1e-6 is not 5
	}
	if v == math.Trunc(v) {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	decimals := max(2-int(math.Floor(math.Log10(math.Abs(v)))), 0)
	s := strconv.FormatFloat(v, 'f', min(decimals, 9), 64)
	if strings.Contains(s, ".") && math.Abs(v) < 1 {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// ratio writes 0.82×, or 12.3× and 140× for large ones.
func ratio(v float64) string {
	switch {
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64) + "×"
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64) + "×"
	case v < 0.1:
		return strconv.FormatFloat(v, 'f', 3, 64) + "×"
	default:
		return strconv.FormatFloat(v, 'f', 2, 64) + "×"
	}
}

// interval writes [.79 .85]: short, since it stands in every field of a table.
func interval(lo, hi float64) string {
	short := func(v float64) string {
		switch {
		case v < 0.001:
			return "<.001"
		case v > 1000:
			return ">1000"
		}
		return strings.TrimPrefix(strings.TrimSuffix(ratio(v), "×"), "0")
	}
	return "[" + short(lo) + " " + short(hi) + "]"
}

// percent writes a fraction as a whole per cent, or with a decimal below 10 %.
func percent(f float64) string {
	p := 100 * f
	if math.Abs(p) < 9.95 {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", p), ".0") + " %"
	}
	return fmt.Sprintf("%.0f %%", p)
}

// plusMinus writes a noise floor: a fraction either way.
func plusMinus(f float64) string {
	if f > 10 {
		return "over ±1000 %"
	}
	return "±" + percent(f)
}

// list writes "a, b and c".
func list(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
