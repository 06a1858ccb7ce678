package site

import (
	"bytes"
	"runtime"
	"testing"

	"assay/models/base/style"
)

// Each of several calls has a goroutine of its own, as in the model goroutine.
func TestCallAllSpawns(t *testing.T) {
	own := goroutine()
	calls := make([]style.Call, 3)
	w := Waiter{Ask: func(c *style.Call) error {
		c.Body = goroutine()
		return nil
	}}
	if err := w.CallAll(calls); err != nil {
		t.Fatal(err)
	}
	for i := range calls {
		if len(calls[i].Body) == 0 || bytes.Equal(calls[i].Body, own) {
			t.Errorf("call %d was made by %q, the handler's is %q", i, calls[i].Body, own)
		}
	}
}

// goroutine names the calling goroutine.
func goroutine() []byte {
	var b [64]byte
	name, _, _ := bytes.Cut(b[:runtime.Stack(b[:], false)], []byte(" ["))
	return name
}
