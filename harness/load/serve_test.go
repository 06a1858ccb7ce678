package load

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"
)

// child runs Serve over pipes, as a parent would.
type child struct {
	in      *io.PipeWriter
	replies *json.Decoder
	ended   chan error
}

func startServe(t *testing.T) *child {
	t.Helper()
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	c := &child{in: inW, replies: json.NewDecoder(outR), ended: make(chan error, 1)}
	go func() {
		c.ended <- Serve(inR, outW, findNumbers)
		outW.Close()
	}()
	t.Cleanup(func() {
		inW.Close()
		outR.Close()
	})
	return c
}

func (c *child) say(t *testing.T, line string) {
	t.Helper()
	if _, err := io.WriteString(c.in, line+"\n"); err != nil {
		t.Fatal(err)
	}
}

func (c *child) do(t *testing.T, cmd Command) (r Reply) {
	t.Helper()
	line, err := json.Marshal(cmd)
	if err != nil {
		t.Fatal(err)
	}
	c.say(t, string(line))
	if err := c.replies.Decode(&r); err != nil {
		t.Fatal(err)
	}
	return r
}

func (c *child) end(t *testing.T) error {
	t.Helper()
	select {
	case err := <-c.ended:
		return err
	case <-time.After(30 * time.Second):
		t.Fatal("Serve does not return")
		return nil
	}
}

func TestServe(t *testing.T) {
	s := newServer(t, answer1)
	c := startServe(t)
	if r := c.do(t, openNumbers(s.addr, 3)); r.Error != "" || r.Connected != 3 {
		t.Fatalf("open: %+v", r)
	}
	slice := Command{Op: OpSlice, Arm: "a", Rate: 500, Duration: int64(100 * time.Millisecond), Drain: int64(20 * time.Second), Seed: 8}
	r := c.do(t, slice)
	accounted(t, r)
	if r.Load.Answers != 50 || r.Schedule == "" || r.CPU <= 0 || r.Start <= 0 || r.Length < slice.Duration {
		t.Errorf("slice: %d answers, schedule %q, CPU %d, start %d, length %d", r.Load.Answers, r.Schedule, r.CPU, r.Start, r.Length)
	}
	if again := c.do(t, slice); again.Schedule != r.Schedule {
		t.Errorf("the same slice has schedule %s, then %s", r.Schedule, again.Schedule)
	}
	if r := c.do(t, Command{Op: OpClose, Arm: "b"}); r.Error == "" {
		t.Error("an arm that is not open was closed")
	}
	if r := c.do(t, Command{Op: OpClose, Arm: "a"}); r.Error != "" {
		t.Errorf("close: %s", r.Error)
	}
	c.in.Close()
	if err := c.end(t); err != nil {
		t.Errorf("Serve: %v", err)
	}
}

// The end of stdin ends the generator in the middle of a slice, and even while its
// last reply finds no reader.
func TestServeEndsWithStdin(t *testing.T) {
	s := newServer(t, answer1)
	c := startServe(t)
	c.do(t, openNumbers(s.addr, 3))
	c.say(t, `{"op":"slice","arm":"a","duration":3600000000000}`)
	eventually(t, "the slice runs", func() bool { return s.requests.Load() > 10 })
	c.in.Close()
	if err := c.end(t); err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestServeRefusesWhatIsNoCommand(t *testing.T) {
	c := startServe(t)
	c.say(t, `{"op":"cpu"}`)
	var r Reply
	if err := c.replies.Decode(&r); err != nil {
		t.Fatal(err)
	}
	c.say(t, `hello`)
	if err := c.end(t); err == nil || !strings.Contains(err.Error(), "command 2 is no JSON object") {
		t.Errorf("Serve: %v, want it to name the command", err)
	}
}
