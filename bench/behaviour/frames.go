package behaviour

import (
	"bytes"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"assay/models/base/style"
)

// module is what function names of this repository begin with.
const module = "assay/"

// function is the name of the caller, or of one skip frames above it.
func function(skip int) string {
	pc, _, _, _ := runtime.Caller(skip + 1)
	return short(runtime.FuncForPC(pc).Name())
}

// short cuts the module's name and all but the last element of the path off a function's name.
func short(name string) string {
	if rest, ours := strings.CutPrefix(name, module); ours {
		return rest[strings.LastIndexByte(rest, '/')+1:]
	}
	return name
}

// stackHere is the functions that are active now, innermost first, the caller's on.
func stackHere() (names []string) {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		f, more := frames.Next()
		if f.Function != "" {
			names = append(names, short(f.Function))
		}
		if !more {
			return names
		}
	}
}

// snapshot looks at all stacks of the process some time from now, as a debugger does
// that is attached while a request waits.
type snapshot struct {
	text chan []byte
	self string // "goroutine 7": who arms it
}

func snapshotIn(d time.Duration) *snapshot {
	s := &snapshot{text: make(chan []byte, 1), self: goroutine()}
	go func() {
		time.Sleep(d)
		all := make([]byte, 4<<20)
		s.text <- all[:runtime.Stack(all, true)]
	}()
	return s
}

func goroutine() string {
	b := make([]byte, 64)
	b = b[:runtime.Stack(b, false)]
	return string(b[:bytes.IndexByte(b, '[')-1])
}

// stack is the stack that shows most of path, and that of who armed the snapshot if
// none shows any of it.
func (s *snapshot) stack(path []string) []string {
	var best, own []string
	most := 0
	for group := range strings.SplitSeq(string(<-s.text), "\n\n") {
		head, _, _ := strings.Cut(group, " [")
		names := dumped(group)
		if head == s.self {
			own = names
		}
		if n := shown(names, path); n > most {
			best, most = names, n
		}
	}
	if best == nil {
		return own
	}
	return best
}

// dumpedCall is a line of a goroutine's dump that names a function.
var dumpedCall = regexp.MustCompile(`(?m)^([^\s(][^\n]*)\([^()\n]*\)$`)

func dumped(group string) (names []string) {
	for _, m := range dumpedCall.FindAllStringSubmatch(group, -1) {
		names = append(names, short(m[1]))
	}
	return names
}

// shown counts the functions of path that are active in names.
func shown(names, path []string) (n int) {
	for _, p := range path {
		for _, name := range names {
			if name == p {
				n++
				break
			}
		}
	}
	return n
}

// tell appends the functions of the request's own code, outermost first, and the
// frames that were seen, innermost first.
func tell(x *style.Exchange, path, frames []string) {
	x.Body = append(x.Body, "path:"...)
	for _, name := range path {
		x.Body = append(append(x.Body, ' '), name...)
	}
	x.Body = append(x.Body, '\n')
	for _, name := range frames {
		x.Body = append(append(append(x.Body, "frame: "...), name...), '\n')
	}
}

// say appends a line "name: value".
func say(x *style.Exchange, name, value string) {
	x.Body = append(append(append(append(x.Body, name...), ": "...), value...), '\n')
}

func sayCount(x *style.Exchange, name string, n int64) { say(x, name, strconv.FormatInt(n, 10)) }
