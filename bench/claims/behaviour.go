package claims

// each says the same of several models.
func each(name string, finding []string, models ...string) []Finding {
	all := make([]Finding, len(models))
	for i, m := range models {
		all[i] = Finding{"behaviour/" + name, m, finding}
	}
	return all
}

func one(finding ...string) []string { return finding }

// observed joins what several cases are expected to find.
func observed(findings ...[]Finding) *Observe {
	o := &Observe{}
	for _, f := range findings {
		o.Cases = append(o.Cases, f...)
	}
	return o
}

// behaviour are the claims that named conformance cases decide: the findings listed are
// those that must come out if the assertion is right.
var behaviour = []Claim{
	{
		Name: "callback-errors", Sources: []string{"S1"},
		Asserts: "A callback cannot raise: the stack holds only the queue.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "an error raised in a continuation passes the handler's own catch by, and a fault there is not its own request's",
			Observe: observed(
				each("error-raised", one("not-caught", "cause-lost"), "reactor", "multireactor", "hybrid"),
				each("fault-after-wait", one("unattributed", "connection-lost", "others-suffer"), "reactor", "multireactor", "hybrid"),
				each("stack-at-wait", one("queue-only"), "reactor", "multireactor", "hybrid"),
			),
			Scope: "callbacks on a loop that catches faults per request; a loop that does not loses all",
			Advice: Advice{
				Supported: "In callback code pass errors by hand at every step, and let the loop catch what is raised.",
				Refuted:   "Callbacks may raise here: the loop knows whose code it runs.",
			},
		}, needs(Py, pythonStacks)},
	},
	{
		Name: "callback-debugging", Sources: []string{"S1"},
		Asserts: "Nested callbacks are hard to debug.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "stacks at a wait and at a fault do not lead up to the handler under callbacks, and do under direct code",
			Observe: observed(
				each("stack-at-wait", one("queue-only", "continuation-only"), "reactor"),
				each("stack-at-fault", one("queue-only", "continuation-only"), "reactor"),
				each("stack-at-wait", one("handler-shown"), "thread", "goroutine"),
				each("stack-at-fault", one("handler-shown"), "thread", "goroutine"),
			),
			Scope: "what a captured stack shows; tracing systems can restore the rest at a price",
			Advice: Advice{
				Supported: "If you read stacks at three in the morning, write direct code.",
				Refuted:   "Stacks are no reason against callbacks.",
			},
		}, needs(Py, pythonStacks)},
	},
	{
		Name: "hidden-async", Sources: []string{"S4"},
		Asserts: "The same synchronous code can run over async I/O underneath, by one setting.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "the unchanged direct handler holds a thread for each wait under threads, and none under goroutines and coroutines",
			Observe: observed(
				each("code-and-threads", one("direct-a-thread-each"), "thread"),
				each("code-and-threads", one("direct-few-threads"), "goroutine", "coroutine"),
			),
			Scope: "code that waits through the suite's interface; code that calls the kernel by itself is not moved by any setting",
			Advice: Advice{
				Supported: "Write sequential code and choose how it waits at deployment.",
				Refuted:   "Do not expect a setting to change how code waits.",
			},
		}, needs(Py, pythonStacks+" and a greenlet bridge")},
	},
	{
		Name: "bridge-debugging", Sources: []string{"S4"},
		Asserts: "Code split over two greenlets is harder to trace.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "a stack captured at the wait, or behind it, does not show the coroutine's handler",
			Observe: observed(
				each("stack-at-wait", one("queue-only", "continuation-only"), "coroutine"),
				each("stack-at-fault", one("queue-only", "continuation-only"), "coroutine"),
			),
			Scope: "stackful coroutines of this runtime, whose stacks a profiler knows",
			Advice: Advice{
				Supported: "Carry a trace through the bridge by hand.",
				Refuted:   "Trace coroutines as you trace threads.",
			},
		}, needs(Py, pythonStacks+" and a greenlet bridge")},
	},
	{
		Name: "bridge-errors", Sources: []string{"S4"},
		Asserts: "Exceptions cross the bridge intact.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "an error inside the wait is caught in the direct handler with its cause, returned or raised",
			Observe: observed(
				each("error-returned", one("caught-with-cause"), "coroutine"),
				each("error-raised", one("caught-with-cause"), "coroutine"),
			),
			Scope: "errors of backend calls, three calls deep",
			Advice: Advice{
				Supported: "Handle errors where they belong: the bridge loses none.",
				Refuted:   "Turn errors into values before they cross the bridge.",
			},
		}, needs(Py, pythonStacks+" and a greenlet bridge")},
	},
	{
		Name: "exceptions-propagate", Sources: []string{"S1"},
		Asserts: "In coroutines an error travels the proper call stack and can be caught where it belongs.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "an error raised three frames deep behind a wait is caught in the handler, and the frames between are in its stack",
			Observe: observed(
				each("error-raised", one("caught-with-cause"), "coroutine", "await"),
				each("stack-at-fault", one("handler-shown"), "coroutine", "await"),
			),
			Scope: "stackful coroutines, and tasks that are state machines",
			Advice: Advice{
				Supported: "Use one catch at the top of a request, in either kind of coroutine.",
				Refuted:   "Do not rely on the stack of a coroutine: log the cause where it arises.",
			},
		}, needs(Py, pythonStacks)},
	},
	{
		Name: "async-no-races", Sources: []string{"S1"},
		Asserts: "Async code has no race conditions, so it needs no locks.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "a counter that is read, waited over and written back loses no update on one loop",
			Observe: observed(
				each("counter-over-wait", one("no-update-lost"), "reactor", "await", "coroutine"),
				each("counter-no-wait", one("no-update-lost"), "reactor", "await", "coroutine"),
			),
			Scope: "one loop; state shared between requests",
			Advice: Advice{
				Supported: "On one loop leave the locks out.",
				Refuted:   "Whatever is read before a wait is stale behind it: guard state over every wait, on a loop too.",
				Depends:   "Without a wait between read and write a loop needs no lock; over a wait it does.",
			},
		}, needs(Py, pythonStacks)},
	},
	{
		Name: "async-no-deadlock", Sources: []string{"S1"},
		Asserts: "Without locks there is no deadlock.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "a full bounded queue that its own consumer waits for does not hang a loop",
			Observe: observed(
				each("queue-own-consumer", one("no-deadlock"), "reactor", "await", "coroutine"),
			),
			Scope: "waits that form a circle; a deadline ends them, and names them",
			Advice: Advice{
				Supported: "Without locks you need not look for deadlocks.",
				Refuted:   "Any bounded resource that is waited for can deadlock: put a deadline on every wait.",
			},
		}, needs(Py, pythonStacks)},
	},
	{
		Name: "greenlets-keep-problems", Sources: []string{"S1"},
		Asserts: "Green threads keep all the problems of threads except switching.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "coroutines lose updates over a wait, deadlock and exhaust a pool as threads do",
			Observe: observed(
				each("counter-over-wait", one("updates-lost"), "coroutine"),
				each("counter-no-wait", one("updates-lost"), "coroutine"),
				each("locks-crossed", one("deadlock-found"), "coroutine"),
				each("queue-own-consumer", one("deadlock-found"), "coroutine"),
				each("thread-lock-over-wait", one("deadlock-found"), "coroutine"),
			),
			Scope: "coroutines on one loop",
			Advice: Advice{
				Supported: "Review coroutine code as you review threaded code.",
				Refuted:   "Coroutines on one loop are free of the problems of threads.",
				Depends:   "Coroutines race and deadlock over waits only: review the waits.",
			},
		}, needs(Py, pythonStacks)},
	},
	{
		Name: "profiling-misattributes", Sources: []string{"S4"},
		Asserts: "Profiling bridged code is troublesome.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "a sampled profile of a known split does not give each function its share below the handler under coroutines",
			Observe:    observed(each("profile-split", one("split-wrong", "split-without-handler"), "coroutine")),
			Scope:      "the runtime's own sampling profiler",
			Advice: Advice{
				Supported: "Measure bridged code by counters of your own.",
				Refuted:   "Profile bridged code as any other.",
			},
		}, needs(Py, pythonStacks+" and a greenlet bridge")},
	},
	{
		Name: "greenlet-tracing", Sources: []string{"S0"},
		Asserts: "Greenlets let one trace every switch with its context.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "the coroutine model has a tracer of switches that names both sides, and callbacks and threads have none",
			Observe: observed(
				each("switch-tracer", one("names-both-sides"), "coroutine"),
				each("switch-tracer", one("no-tracer"), "reactor", "thread"),
			),
			Scope: "tracers inside the process; the kernel traces threads from outside",
			Advice: Advice{
				Supported: "Use the tracer of switches to see who holds a loop up.",
				Refuted:   "Do not choose a model for its tracer.",
			},
		}, needs(Py, pythonStacks)},
	},
	{
		Name: "graceful-shutdown", Sources: []string{"S2"},
		Asserts: "A service must drain: no message lost. (Implied: how it waits decides whether it can.)",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "some way to wait loses requests that came before SIGTERM",
			Observe: observed(
				each("drain", one("requests-lost"), "thread", "thread-c", "goroutine", "pool", "reactor", "coroutine", "await", "multireactor", "hybrid", "prefork", "uring"),
			),
			Scope: "requests over HTTP whose last byte came before SIGTERM; messages of a broker are a question of their own",
			Advice: Advice{
				Supported: "Test a drain under load: these ways to wait lose requests.",
				Refuted:   "Any way to wait can drain: write the drain, and test it under load.",
				Depends:   "Whether a drain loses requests depends on the model: test yours under load.",
			},
		}, needs(Py, pythonStacks+"; messages of a broker need "+pipeline)},
	},
}
