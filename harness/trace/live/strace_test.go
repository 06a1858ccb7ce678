package live

import (
	"reflect"
	"strings"
	"testing"

	"assay/harness/trace"
)

func TestParseStrace(t *testing.T) {
	const text = `21 100.000000100 read(3, 0xc000, 4096) = 62 <0.000000050>
22 100.000000200 futex(0x5, 0x80, 0, NULL <unfinished ...>
21 100.000000300 epoll_pwait(0x4, 0xc1, 128, 0, NULL, 0) = 0 <0.000000010>
21 100.000000400 read(9, 0xc000, 4096) = -1 EAGAIN (Resource temporarily unavailable) <0.000000007>
22 100.000000500 <... futex resumed>) = 0 <0.000000300>
22 100.000000600 exit_group(0) = ?
22 100.000000700 +++ exited with 0 +++
`
	got, err := parseStrace(strings.NewReader(text), 100_000_000_000)
	if err != nil {
		t.Fatal(err)
	}
	want := []trace.Event{
		{At: 100, Thread: 21, Kind: trace.Enter, Call: "read", Args: []uint64{3, 0xc000, 4096}},
		{At: 150, Thread: 21, Kind: trace.Exit, Call: "read", Ret: 62},
		{At: 200, Thread: 22, Kind: trace.Enter, Call: "futex", Args: []uint64{5, 0x80, 0}},
		{At: 300, Thread: 21, Kind: trace.Enter, Call: "epoll_pwait", Args: []uint64{4, 0xc1, 128}},
		{At: 310, Thread: 21, Kind: trace.Exit, Call: "epoll_pwait"},
		{At: 400, Thread: 21, Kind: trace.Enter, Call: "read", Args: []uint64{9, 0xc000, 4096}},
		{At: 407, Thread: 21, Kind: trace.Exit, Call: "read", Ret: -11},
		{At: 500, Thread: 22, Kind: trace.Exit, Call: "futex"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}
