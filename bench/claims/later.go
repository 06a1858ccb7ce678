package claims

// later are the claims whose workloads or stacks do not exist yet. They are counted as not
// measured, never left out.
var later = []Claim{
	{"tls-leak", []string{"S0"}, "The async client stack leaks connections under HTTPS, for reasons in the loop's own TLS.", []Question{needs(Go, churnTLS), needs(Py, pythonStacks+" and "+churnTLS)}},
	{"loop-vs-greenlet", []string{"S0"}, "A libuv-based loop is level with gevent, or slower, because greenlets avoid per-frame bookkeeping.", []Question{needs(Py, pythonStacks+": uvloop, asyncio and gevent at await depth 1, 10 and 100")}},
	{"asyncio-best", []string{"S1"}, "asyncio remains the best choice for a new project.", []Question{needs(Py, pythonStacks+", all of them over the web workloads")}},
	{"await-publish", []string{"S2"}, "Awaiting each put holds the loop's next turn back; fire-and-forget does not.", []Question{needs(Go, pipeline), needs(Py, pipeline+" and "+pythonStacks)}},
	{"gather-ack", []string{"S2"}, "Awaiting save then restart is too slow; gather both, then ack.", []Question{needs(Go, pipeline), needs(Py, pipeline+" and "+pythonStacks)}},
	{"serial-not-blocking", []string{"S2"}, "A serial chain inside one task does not hold up the other messages.", []Question{needs(Go, pipeline), needs(Py, pipeline+" and "+pythonStacks)}},
	{"async-not-concurrent", []string{"S2"}, "Adding async does not by itself add concurrency.", []Question{needs(Go, pipeline), needs(Py, pipeline+" and "+pythonStacks)}},
	{"await-in-consume", []string{"S2"}, "Awaiting the handler inside the consume loop serialises intake.", []Question{needs(Go, pipeline), needs(Py, pipeline+" and "+pythonStacks)}},
	{"late-ack", []string{"S2"}, "Without an ack the producer sends again.", []Question{needs(Go, pipeline), needs(Py, pipeline+" and "+pythonStacks)}},
	{"asyncio-complex", []string{"S3"}, "asyncio needs many more concepts than epoll or Java's way.", []Question{needs(Py, pythonStacks+", counted from source")}},
	{"async-always-web", []string{"S4"}, "For web work async I/O is always preferable.", []Question{needs(Go, "the workload order (insert, POST, WebSocket push) and a store"), needs(Py, "the workload order and "+pythonStacks)}},
	{"gil-io", []string{"S4"}, "The interpreter lock hurts CPU-bound threads, never I/O-bound ones.", []Question{needs(Py, pythonStacks+": a thread pool beside a computing thread")}},
	{"millions-a-day", []string{"S4"}, "One Twisted service carries millions of requests a day, so why move.", []Question{needs(Py, "Twisted behind the server contract")}},
	{"gevent-production", []string{"S4"}, "gunicorn with gevent is unstable in production.", []Question{needs(Py, "gunicorn with gevent behind the server contract, and a soak of hours under faults")}},
	{"silent-blocking", []string{"S4"}, "A library that does not cooperate silently blocks the main thread.", []Question{needs(Py, "gevent and asyncio behind the server contract")}},
	{"bridge-vs-threads", []string{"S4"}, "A greenlet bridge makes Django's own thread-based async obsolete.", []Question{needs(Py, "Django by bridge, by sync_to_async and by plain threads")}},
	{"libraries-unmodified", []string{"S4"}, "Libraries above the bridge work without change.", []Question{needs(Py, "Django's ORM, and a library over it, over a greenlet bridge")}},
	{"patch-migration", []string{"S0"}, "Monkey-patching moves existing code wholesale.", []Question{needs(Py, "a threaded service moved to gevent and to asyncio")}},
	{"asgi-not-async", []string{"S0"}, "ASGI and Channels are not about async/await: they broadcast to WebSockets without it.", []Question{needs(Go, "the workload broadcast"), needs(Py, "the workload broadcast, and Channels with sync and async consumers")}},
}
