// Package external is the table of command lines: servers in other languages that
// obey the server contract.
package external

import "assay/models/base/model"

// Models are all external servers, in the order they are listed. Their options are
// those of the executables, which check them by themselves.
var Models = []model.Model{
	{
		Name:  "thread-c",
		Doc:   "the model thread with pthreads in C, no Go runtime",
		Kind:  model.External,
		Style: "direct",
		Argv:  []string{"thread-c"},
		Options: []model.Option{
			{Name: "callall", Default: "scatter", Doc: "several calls at once: scatter (the thread writes all, then reads all) or spawn (a thread each)", Try: []string{"spawn"}},
			{Name: "max-threads", Default: "8192", Doc: "connections at a time; who comes beyond is refused with 503"},
			{Name: "stack", Default: "65536", Doc: "bytes of a thread's stack", Try: []string{"49152", "1048576"}},
			{Name: "procs", Default: "0", Doc: "accepted and ignored: there is no scheduler but the kernel's"},
		},
		Workloads: []string{"echo", "fanout", "blocking", "idle"},
		// A handler that reports its fault costs its request alone, and fault=panic
		// is answered with 500. A real one, a wild pointer, is SIGSEGV and the end
		// of the process with all its connections: nothing in C isolates it.
		Limits: model.Limits{Isolation: false},
	},
}
