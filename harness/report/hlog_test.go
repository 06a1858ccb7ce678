package report

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"assay/harness/stat"
)

// A second reader of HdrHistogram logs, written from the description of the format alone: version
// 1.3 of the log, version 2 of the encoding, compressed. The library that writes them has no part in it.

// logged is one line of a log.
type logged struct {
	tag         string
	start, span float64 // seconds
	most        float64 // ms
	bars        []bar   // rising
	count       int64
}

// bar is how many values lie from low to high, both included.
type bar struct{ low, high, count int64 }

// readLog reads a log; start is when it began, seconds since 1970.
func readLog(text []byte) (start float64, all []logged, err error) {
	for n, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		if after, ok := strings.CutPrefix(line, "#[StartTime: "); ok {
			word, _, _ := strings.Cut(after, " ")
			if start, err = strconv.ParseFloat(word, 64); err != nil {
				return 0, nil, fmt.Errorf("line %d: %w", n+1, err)
			}
		}
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, `"StartTimestamp"`) {
			continue
		}
		i, err := readInterval(line)
		if err != nil {
			return 0, nil, fmt.Errorf("line %d: %w", n+1, err)
		}
		all = append(all, i)
	}
	return start, all, nil
}

func readInterval(line string) (i logged, err error) {
	fields := strings.Split(line, ",")
	if tag, ok := strings.CutPrefix(fields[0], "Tag="); ok {
		i.tag, fields = tag, fields[1:]
	}
	if len(fields) != 4 {
		return i, fmt.Errorf("%d fields", len(fields))
	}
	for k, into := range []*float64{&i.start, &i.span, &i.most} {
		if *into, err = strconv.ParseFloat(fields[k], 64); err != nil {
			return i, err
		}
	}
	packed, err := base64.StdEncoding.DecodeString(fields[3])
	if err != nil {
		return i, err
	}
	i.bars, err = unpack(packed)
	for _, b := range i.bars {
		i.count += b.count
	}
	return i, err
}

// unpack reads a compressed histogram: a cookie, a length, and a zlib stream.
func unpack(b []byte) ([]bar, error) {
	if len(b) < 8 || binary.BigEndian.Uint32(b) != 0x1c849314 || int(binary.BigEndian.Uint32(b[4:])) != len(b)-8 {
		return nil, errors.New("no compressed histogram of version 2")
	}
	z, err := zlib.NewReader(bytes.NewReader(b[8:]))
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(z)
	if err != nil || len(raw) < 40 || binary.BigEndian.Uint32(raw) != 0x1c849313 {
		return nil, fmt.Errorf("no histogram of version 2 inside: %w", err)
	}
	payload, digits, lowest := raw[40:], binary.BigEndian.Uint32(raw[12:]), binary.BigEndian.Uint64(raw[16:])
	if int(binary.BigEndian.Uint32(raw[4:])) != len(payload) || binary.BigEndian.Uint32(raw[8:]) != 0 {
		return nil, errors.New("a payload of another length, or normalised")
	}
	// So many values a bucket that the digits are resolved: half of a power of two of them.
	half := uint(math.Ceil(math.Log2(2*math.Pow(10, float64(digits))))) - 1
	unit := uint(math.Floor(math.Log2(float64(lowest))))
	var bars []bar
	for index := int64(0); len(payload) > 0; index++ {
		n, used := zigzag(payload)
		payload = payload[used:]
		if n < 0 { // so many empty ones
			index += -n - 1
			continue
		}
		if n > 0 {
			low, size := valueAt(index, half, unit)
			bars = append(bars, bar{low, low + size - 1, n})
		}
	}
	return bars, nil
}

// valueAt is the least value of a count's index, and how many values share it.
func valueAt(index int64, half, unit uint) (low, size int64) {
	bucket, sub := index>>half-1, index&(1<<half-1)+1<<half
	if bucket < 0 {
		bucket, sub = 0, sub-1<<half
	}
	return sub << (uint(bucket) + unit), 1 << (uint(bucket) + unit)
}

// zigzag reads a number of up to nine bytes, seven bits a byte but for the ninth, which has eight.
func zigzag(b []byte) (n int64, used int) {
	var u uint64
	for used < len(b) {
		c := b[used]
		used++
		if used == 9 {
			u |= uint64(c) << 56
			break
		}
		u |= uint64(c&0x7f) << (7 * (used - 1))
		if c < 0x80 {
			break
		}
	}
	return int64(u>>1) ^ -int64(u&1), used
}

// quantile is the greatest value that shares its place with the one of rank ⌈qn⌉.
func (i *logged) quantile(q float64) int64 {
	rank := int64(math.Ceil(q * float64(i.count)))
	for _, b := range i.bars {
		if rank -= b.count; rank <= 0 {
			return b.high
		}
	}
	return -1
}

// Both readers find in the log what the figures were computed from.
func TestAnotherReaderTakesTheLog(t *testing.T) {
	v := view(t, usual())
	text, err := hlogText(v)
	if err != nil {
		t.Fatal(err)
	}
	start, all, err := readLog(text)
	if err != nil {
		t.Fatal(err)
	}
	if start != float64(v.Started.Unix()) {
		t.Errorf("the log begins at %.3f, the run at %d", start, v.Started.Unix())
	}
	next := 0
	for _, c := range v.Cells {
		for _, a := range v.Arms {
			for _, f := range v.Set.Replicates(c.Name, a.Name) {
				for _, which := range []stat.Which{stat.Response, stat.Service, stat.Slip} {
					l, err := f.Latency(which)
					if err != nil {
						t.Fatal(err)
					}
					if l.Recorded.TotalCount() == 0 {
						continue
					}
					i := &all[next]
					next++
					if want := fileSafe(c.Name) + ":" + fileSafe(a.Name) + ":" + which.String(); i.tag != want {
						t.Fatalf("interval %d is of %s, want %s", next, i.tag, want)
					}
					if i.count != l.Recorded.TotalCount() || math.Abs(i.most-float64(l.Recorded.Max())/1e6) > 1e-3 {
						t.Errorf("%s: %d values up to %g ms, want %d up to %d ns", i.tag, i.count, i.most, l.Recorded.TotalCount(), l.Recorded.Max())
					}
					if began := f.Start.Sub(v.Started).Seconds(); math.Abs(i.start-began) > 0.002 || math.Abs(i.span-f.Seconds) > 0.002 {
						t.Errorf("%s: from %g s for %g s, want from %g for %g", i.tag, i.start, i.span, began, f.Seconds)
					}
					for _, q := range []float64{0.001, 0.5, 0.9, 0.99, 1} {
						if got, want := i.quantile(q), l.Recorded.ValueAtQuantile(100*q); got != want {
							t.Errorf("%s: p%g is %d ns, the library reads %d", i.tag, 100*q, got, want)
						}
					}
				}
			}
		}
	}
	if next != len(all) || next == 0 {
		t.Errorf("the log has %d intervals, there should be %d", len(all), next)
	}
}
