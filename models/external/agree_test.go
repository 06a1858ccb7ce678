package external

import (
	"bufio"
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"assay/bench/fanout"
	"assay/models/base/conn"
	"assay/models/base/http1"
	"assay/models/base/model"
	"assay/models/base/model/modeltest"
	"assay/models/reactor"
	"assay/models/thread"
)

var (
	comment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	cast    = regexp.MustCompile(`\((uint64_t|int64_t|size_t)\)`)
)

// constantOf is the value that a C file gives a name: by #define, in an enum, or as a
// member of an initialiser.
func constantOf(t *testing.T, file, name string) int64 {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("c", file))
	if err != nil {
		t.Fatal(err)
	}
	text = cast.ReplaceAll(comment.ReplaceAll(text, nil), nil)
	found := regexp.MustCompile(`(?m)(?:#define ` + name + ` |[\s.]` + name + ` = )([^,;}\n]+)`).FindSubmatch(text)
	if found == nil {
		t.Fatalf("%s: no value for %s", file, name)
	}
	value, err := types.Eval(token.NewFileSet(), nil, token.NoPos, strings.TrimSpace(string(found[1])))
	if err != nil {
		t.Fatalf("%s: %s: %v", file, name, err)
	}
	n, _ := constant.Int64Val(value.Value)
	return n
}

// Models in C have the sizes, limits and times of those in Go: all differ in how they wait alone.
func TestConstantsAgree(t *testing.T) {
	options := model.Values{}
	for _, o := range model.Common() {
		options[o.Name] = o.Default
	}
	for _, row := range []struct {
		file, name string
		want       int64
	}{
		{"net.h", "READ_BUFFER", conn.ReadBuffer},
		{"net.h", "CALL_BUFFER", conn.CallBuffer},
		{"server.h", "OUT_BOUND", conn.OutBound},
		{"server.h", "LINGER_BYTES", conn.LingerBytes},
		{"server.h", "LINGER_TIME", int64(conn.LingerTime)},
		{"server.h", "DRAIN_TIME", int64(model.DrainTime)},
		{"http.h", "LIMIT_LINE", int64(http1.DefaultLimits.Line)},
		{"http.h", "LIMIT_FIELD", int64(http1.DefaultLimits.Field)},
		{"http.h", "LIMIT_FIELDS", int64(http1.DefaultLimits.Fields)},
		{"http.h", "LIMIT_HEAD", int64(http1.DefaultLimits.Head)},
		{"config.c", "request_timeout", int64(options.Span("request-timeout"))},
		{"config.c", "backend_timeout", int64(options.Span("backend-timeout"))},
		{"config.c", "write_timeout", int64(options.Span("write-timeout"))},
		{"config.c", "max_body", int64(options.Int("max-body"))},
	} {
		if got := constantOf(t, row.file, row.name); got != row.want {
			t.Errorf("%s: %s = %d, in Go it is %d", row.file, row.name, got, row.want)
		}
	}
}

// thread-c makes the calls that models in Go make.
func TestCallsAgree(t *testing.T) {
	if exec.Command("strace", "-o", os.DevNull, "true").Run() != nil {
		t.Skip("strace is not installed, or may not trace here")
	}
	sources, err := filepath.Glob("c/*.c")
	if err != nil {
		t.Fatal(err)
	}
	program := compile(t, "", sources...)

	// It reads a body in as many pieces, however much room it has made, and tells the kernel of
	// a deadline once for a connection, not twice for each request.
	t.Run("body", func(t *testing.T) {
		const size, times = 40_000, 8
		calls := traced(t, program, []string{"ASSAY_WORKLOAD=echo"}, func(addr string) { post(t, addr, size, times) })
		if reads, least := strings.Count(calls, "recvfrom("), times*size/conn.ReadBuffer; reads < least {
			t.Errorf("%d reads for %d bodies of %d bytes, want %d and more: %d bytes at a time", reads, times, size, least, conn.ReadBuffer)
		}
		if armed := strings.Count(calls, "SO_RCVTIMEO"); armed < 1 || armed > times/2 {
			t.Errorf("the deadline was told the kernel %d times for %d requests of a connection, want once", armed, times)
		}
	})

	t.Run("answers", func(t *testing.T) { answersAgree(t, program) })

	// A thread for each call, and one for the connection.
	t.Run("spawn", func(t *testing.T) {
		backend := httptest.NewServer(http.NotFoundHandler())
		defer backend.Close()
		env := []string{"ASSAY_WORKLOAD=fanout", "ASSAY_OPTIONS=callall=spawn", "ASSAY_BACKENDS=" + backend.Listener.Addr().String()}
		calls := traced(t, program, env, func(addr string) {
			answer, err := http.Get("http://" + addr + "/fanout?n=1&d=0,0,0")
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.StatusCode != 502 {
				t.Errorf("backends without the path: %s, want 502", answer.Status)
			}
		})
		if threads := strings.Count(calls, "CLONE_THREAD"); threads != 1+3 {
			t.Errorf("%d threads for a connection and its 3 calls, want 4", threads)
		}
	})
}

// answersAgree asks a loop, a thread and thread-c the same: they say the same, of what is wrong too.
func answersAgree(t *testing.T, program string) {
	backend := faulty(t)
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), "ASSAY_WORKLOAD=fanout", "ASSAY_BACKENDS="+backend)
	addr, end := started(t, cmd)
	defer end()
	servers := map[string]string{"thread-c": addr}
	for _, m := range []model.Model{reactor.Model, thread.Model} {
		servers[m.Name] = modeltest.Start(t, m, modeltest.Config{Routes: fanout.Workload.Routes, Backends: []string{backend}}).Addr
	}
	for _, query := range []string{
		"n=1&d=0,0", "d=0", "n=x&d=0", "n=1", "n=1&d=0,x", "n=1&d=0&mode=odd", "n=1&d=0&fault=odd", "n=1&d=0&at=3",
		"n=1&d=0&fault=panic", "n=1&d=0&fault=fail", "n=1&d=0&fault=reset", "n=1&d=0&fault=garbage", "n=1&d=0&fault=truncate",
		"n=1&d=0,0&fault=fail&at=1&mode=sequential", "n=1&d=0,0&fault=truncate&at=1",
	} {
		said := make(map[string]string)
		for name, addr := range servers {
			answer, err := http.Get("http://" + addr + "/fanout?" + query)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			body, err := io.ReadAll(answer.Body)
			answer.Body.Close()
			said[name] = fmt.Sprint(answer.Status, answer.Header, string(body), err)
		}
		if said["thread-c"] != said["thread"] || said["reactor"] != said["thread"] {
			t.Errorf("/fanout?%s:\nthread   %sreactor  %sthread-c %s", query, said["thread"], said["reactor"], said["thread-c"])
		}
	}
}

// faulty is a backend that answers 7, or fails as it is asked to.
func faulty(t *testing.T) (addr string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw := map[string]string{
			"": "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n7", "fail": "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
			"garbage": "garbage\r\n\r\n", "truncate": "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n7",
		}[r.URL.Query().Get("fault")]
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		if raw == "" { // a reset
			c.(*net.TCPConn).SetLinger(0)
		}
		io.WriteString(c, raw)
		c.Close()
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// started starts a server of the contract and says where it listens; end ends it.
func started(t *testing.T, cmd *exec.Cmd) (addr string, end func()) {
	t.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	return strings.TrimSpace(strings.TrimPrefix(line, "listening ")), func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
}

// traced gives the system calls of interest that a server makes while use uses it.
func traced(t *testing.T, program string, env []string, use func(addr string)) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "calls")
	cmd := exec.Command("strace", "-f", "-e", "trace=recvfrom,setsockopt,clone,clone3", "-o", file, program)
	cmd.Env = append(os.Environ(), env...)
	addr, end := started(t, cmd)
	use(addr)
	end()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// post sends an echo server so many bodies, over one connection, and reads its answers.
func post(t *testing.T, addr string, size, times int) {
	t.Helper()
	c, err := net.DialTimeout("tcp", addr, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Minute))
	from := bufio.NewReader(c)
	for range times {
		fmt.Fprintf(c, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", size, strings.Repeat("x", size))
		for {
			field, err := from.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if field == "\r\n" {
				break
			}
		}
		if _, err := io.CopyN(io.Discard, from, int64(size)); err != nil {
			t.Fatal(err)
		}
	}
}
