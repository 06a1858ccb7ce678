package live

import (
	"encoding/binary"
	"slices"
	"testing"

	"assay/harness/trace"
)

// enterFormat is what the kernel says of raw_syscalls/sys_enter.
const enterFormat = `name: sys_enter
ID: 443
format:
	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
	field:unsigned char common_flags;	offset:2;	size:1;	signed:0;
	field:unsigned char common_preempt_count;	offset:3;	size:1;	signed:0;
	field:int common_pid;	offset:4;	size:4;	signed:1;

	field:long id;	offset:8;	size:8;	signed:1;
	field:unsigned long args[6];	offset:16;	size:48;	signed:0;

print fmt: "NR %ld (%lx)", REC->id, REC->args[0]
`

func TestParseFormat(t *testing.T) {
	f, err := parseFormat(enterFormat)
	if err != nil || f.id != 443 || f.fields["common_pid"] != (field{4, 4}) || f.fields["args"] != (field{16, 48}) || f.fields["id"] != (field{8, 8}) {
		t.Errorf("%+v, %v", f, err)
	}
	if _, err := parseFormat("name: x"); err == nil {
		t.Error("a format without an ID is read")
	}
}

// page builds a page of the kernel's buffer.
type page []byte

func (p page) word(w uint32) page { return binary.NativeEndian.AppendUint32(p, w) }

func newPage(at uint64) page {
	return binary.NativeEndian.AppendUint64(binary.NativeEndian.AppendUint64(nil, at), 0)
}

// whole sets how long what follows the head is, and fills the page up.
func (p page) whole() []byte {
	binary.NativeEndian.PutUint64(p[8:], uint64(len(p)-pageHead)|1<<31) // and a flag
	return append(p, make([]byte, 64)...)
}

// record appends a record of so many words, the first of which is w, so long after the one before.
func (p page) record(delta, w uint32, words int) page {
	p = p.word(delta<<5 | uint32(words)).word(w)
	return append(p, make([]byte, 4*(words-1))...)
}

func TestRecords(t *testing.T) {
	p := newPage(1000).record(5, 1, 2)
	p = p.word(7<<5 | typeExtend).word(1)                 // 1<<27 + 7 ns pass
	p = p.record(3, 2, 1)                                 //
	p = p.word(9<<5|typeStamp).word(2).record(1, 3, 1)    // the time is 2<<27 + 9
	p = p.word(4 << 5).word(12).word(4).word(0)           // a long record: 8 bytes behind their length
	p = p.word(2<<5 | typePad).word(8).word(0).word(0)[:] // dropped: 4 bytes behind their length
	p = p[:len(p)-4].record(1, 5, 1).word(0<<5 | typePad) // the rest is empty
	p = p.word(0xffffffff)
	type got struct {
		at   int64
		word uint32
		size int
	}
	var all []got
	err := records(p.whole(), func(at int64, b []byte) error {
		all = append(all, got{at, binary.NativeEndian.Uint32(b), len(b)})
		return nil
	})
	const one, two = 1005 + 1<<27 + 7 + 3, 2<<27 + 9 + 1
	want := []got{{1005, 1, 8}, {one, 2, 4}, {two, 3, 4}, {two + 4, 4, 8}, {two + 4 + 2 + 1, 5, 4}}
	if err != nil || !slices.Equal(all, want) {
		t.Errorf("got %v, %v\nwant %v", all, err, want)
	}
	for _, cut := range [][]byte{nil, make([]byte, 15), newPage(1).record(1, 1, 3)[:20]} {
		if len(cut) > 16 {
			binary.NativeEndian.PutUint64(cut[8:], 4)
		}
		if records(cut, func(int64, []byte) error { return nil }) == nil {
			t.Errorf("a page of %d bytes is read", len(cut))
		}
	}
}

func TestDecode(t *testing.T) {
	f, err := parseFormat(enterFormat)
	if err != nil {
		t.Fatal(err)
	}
	record := make([]byte, 64)
	binary.NativeEndian.PutUint16(record, 443)
	binary.NativeEndian.PutUint32(record[4:], 77)
	binary.NativeEndian.PutUint64(record[8:], 1<<40) // no call has that number
	binary.NativeEndian.PutUint64(record[24:], 9)
	d := decoder{formats: map[string]format{sysEnter: f}}
	if err := d.take(5, record); err != nil || len(d.events) != 1 {
		t.Fatalf("%v, %v", d.events, err)
	}
	if e := d.events[0]; e.At != 5 || e.Thread != 77 || e.Kind != trace.Enter || e.Call != "syscall 1099511627776" || !slices.Equal(e.Args, []uint64{0, 9, 0}) {
		t.Errorf("%+v", e)
	}
}

func TestParseSockets(t *testing.T) {
	const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0 100 0 0 10 0
   1: 0100007F:1F90 0100007F:A001 01 00000000:00000000 00:00000000 00000000     0        0 222 1 0 20 4 30 10 -1
   2: 0100007F:A002 0100007F:2382 01 00000000:00000000 00:00000000 00000000     0        0 333 1 0 20 4 30 10 -1
`
	got := parseSockets(text, []string{"127.0.0.1:1", "127.0.0.1:9090"})
	if got["111"] != "listener" || got["222"] != "client" || got["333"] != "backend 1" || len(got) != 3+1 {
		t.Errorf("%v", got)
	}
}
