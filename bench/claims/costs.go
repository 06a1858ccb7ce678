package claims

// costs are the claims about what waiting takes: processor and memory decide.
var costs = []Claim{
	{
		Name: "pool-too-heavy", Sources: []string{"S0"},
		Asserts: "A thread or process pool is too heavy for fan-out work.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "at equal offered rate a thread pool takes more CPU of the whole machine per request than coroutines on a loop",
			Measure: &Measure{
				Metric: "machine", Arm: at("pool", fanout), Base: at("coroutine", fanout), Says: More, Least: ofCPU, Margin: ofCPU,
				Shown: []Shown{
					{"cpu", at("pool", fanout), at("coroutine", fanout)},
					{"cpu", at("pool", fanout), at("reactor", fanout)},
					{"machine", at("prefork", fanout), at("coroutine", fanout)},
					{"p99", at("pool", fanout), at("coroutine", fanout)},
					{"memory", at("pool", memory), at("coroutine", memory)},
					{"memory", at("prefork", memory), at("coroutine", memory)},
				},
			},
			Scope: "2000 requests a second that each wait 20 ms for three backends",
			Advice: Advice{
				Supported: "For fan-out prefer coroutines or a loop to a pool where CPU is what you pay for.",
				Refuted:   "A pool is not too heavy for fan-out at this rate: leave it.",
			},
		}, needs(Py, pythonStacks)},
	},
	{
		Name: "switching-cost", Sources: []string{"S1"},
		Asserts: "Many threads make the CPU switch contexts often, and that waste is what async removes.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "a thread for each connection takes more CPU of the whole machine per request than callbacks on a loop, the more the more connections",
			Measure: &Measure{
				Metric: "machine", Arm: at("thread-c", echo1000), Base: at("reactor", echo1000), Says: More, Least: ofCPU, Margin: ofCPU,
				Along: &Along{Dimension: "connections", Unit: "connections", Points: []Point{
					{64, at("thread-c", echo64), at("reactor", echo64)},
					{1000, at("thread-c", echo1000), at("reactor", echo1000)},
				}},
				Shown: []Shown{
					{"switches", at("thread-c", echo1000), at("reactor", echo1000)},
					{"cpu", at("thread-c", echo1000), at("reactor", echo1000)},
					{"machine", at("thread-c", fanout), at("reactor", fanout)},
					{"switches", at("thread-c", fanout), at("reactor", fanout)},
					{"machine", at("coroutine", echo1000), at("reactor", echo1000)},
				},
			},
			Scope: "a closed loop that keeps every connection busy, the worst case for threads; one server processor",
			Advice: Advice{
				Supported: "Where every connection is busy all the time, a loop saves the switches.",
				Refuted:   "Switches are not what threads cost you: look elsewhere.",
				Depends:   "Below about {x} busy connections threads cost no more; beyond, a loop saves the switches.",
			},
		}},
	},
	{
		Name: "idle-threads", Sources: []string{"S1"},
		Asserts: "Threads with nothing to do still cost switching.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "1000 idle threads make a busy connection's request dearer than it is without them",
			Measure: &Measure{
				Metric: "cpu", Arm: at("thread-c", echoIdle), Base: at("thread-c", echo64), Says: More, Least: ofCPU, Margin: ofCPU,
				Shown: []Shown{
					{"switches", at("thread-c", echoIdle), at("thread-c", echo64)},
					{"machine", at("thread-c", echoIdle), at("thread-c", echo64)},
					{"cpu", at("reactor", echoIdle), at("reactor", echo64)},
				},
			},
			Scope: "threads blocked in a system call; a thread that polls or wakes on a timer is not idle",
			Advice: Advice{
				Supported: "Do not leave threads about: even blocked they are paid for.",
				Refuted:   "Blocked threads cost memory, not time: count the memory only.",
			},
		}},
	},
	{
		Name: "explicit-points", Sources: []string{"S1"},
		Asserts: "Async code switches only where the program says so.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "a loop is switched out against its will less often per request than threads are",
			Measure: &Measure{
				Metric: "involuntary", Arm: at("reactor", echo64), Base: at("thread-c", echo64), Says: Less, Least: ofTail, Margin: ofTail,
				Shown: []Shown{
					{"switches", at("reactor", echo64), at("thread-c", echo64)},
					{"involuntary", at("coroutine", echo64), at("thread-c", echo64)},
					{"involuntary", at("reactor", fanout), at("thread-c", fanout)},
				},
			},
			Scope: "a server with a processor of its own; the kernel may always switch, whatever the program says",
			Advice: Advice{
				Supported: "On a loop, reason about interleaving at waits only; the kernel's switches cannot be seen from inside.",
				Refuted:   "Do not count on being left alone: the kernel switches loops as it does threads.",
			},
		}},
	},
	{
		Name: "exhaustion", Sources: []string{"S1"},
		Asserts: "Threads exhaust resources; coroutines on one thread need no extra memory and hardly can.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "an idle connection of a thread takes more memory, kernel's share included, than one of a coroutine server",
			Measure: &Measure{
				Metric: "memory", Arm: at("thread-c", memory), Base: at("coroutine", memory), Says: More, Least: ofTail, Margin: ofTail,
				Shown: []Shown{
					{"user-memory", at("thread-c", memory), at("coroutine", memory)},
					{"kernel-memory", at("thread-c", memory), at("thread", memory)},
					{"memory", at("goroutine", memory), at("coroutine", memory)},
					{"memory", at("await", memory), at("coroutine", memory)},
					{"memory", at("reactor", memory), at("coroutine", memory)},
				},
			},
			Scope: "connections that are silent; a request in hand holds a coroutine's stack as well",
			Advice: Advice{
				Supported: "For tens of thousands of mostly silent connections take a loop; below a few thousand the memory of threads is small change.",
				Refuted:   "Memory is no reason against threads here.",
			},
		}, needs(Py, pythonStacks)},
	},
	{
		Name: "bridge-cost", Sources: []string{"asked by us of S4"},
		Asserts: "A stackful bridge under direct code costs more per wait than stackless await.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "coroutines take more server CPU per fan-out request than tasks as state machines on the same loop",
			Measure: &Measure{
				Metric: "cpu", Arm: at("coroutine", fanout), Base: at("await", fanout), Says: More, Least: ofCPU, Margin: ofCPU,
				Shown: []Shown{
					{"cpu", at("coroutine", fanout), at("reactor", fanout)},
					{"cpu", at("await", fanout), at("reactor", fanout)},
					{"cpu", at("coroutine", echo64), at("await", echo64)},
					{"allocs", at("await", fanout), at("coroutine", fanout)},
				},
			},
			Scope: "one wait per backend call at a shallow stack; bench/micro has the cost over depth",
			Advice: Advice{
				Supported: "Where waits are many and short, await is the cheaper of the two.",
				Refuted:   "Choose between a bridge and await by the code, not by the cost.",
			},
		}, needs(Py, pythonStacks)},
	},
	{
		Name: "multi-loop", Sources: []string{"S3"},
		Asserts: "One loop for everything is outdone by acceptor, several selectors and typed workers.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "on the same processors several loops behind an acceptor take less CPU of the machine per request than one loop",
			Measure: &Measure{
				Metric: "machine", Arm: at("multireactor", echo64), Base: at("reactor", echo64), Says: Less, Least: ofCPU, Margin: ofCPU,
				Shown: []Shown{
					{"rate", at("multireactor", echo64), at("reactor", echo64)},
					{"machine", at("multireactor", fanout), at("reactor", fanout)},
					{"p99", at("multireactor", blockInline), at("reactor", blockInline)},
				},
			},
			Scope: "CPU per request on one server processor; how several loops scale needs six processors or more and is not fitted below",
			Advice: Advice{
				Supported: "Prefer several loops even on few processors.",
				Refuted:   "On a server with one processor keep to one loop; several are for processors you have.",
			},
		}},
	},
	{
		Name: "many-workers", Sources: []string{"S4"},
		Asserts: "A heap of workers is expensive.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "worker processes take more memory of the tree at the top of the ladder than one process of goroutines",
			Measure: &Measure{
				Metric: "peak-pss", Arm: at("prefork", memory), Base: at("goroutine", memory), Says: More, Least: ofTail, Margin: ofTail,
				Shown: []Shown{
					{"cpu", at("prefork", echo64), at("goroutine", echo64)},
					{"machine", at("prefork", fanout), at("goroutine", fanout)},
					{"memory", at("prefork", memory), at("goroutine", memory)},
				},
			},
			Scope: "workers that share their code and hold no data of their own; each megabyte of yours counts once a worker",
			Advice: Advice{
				Supported: "Count what a worker holds of its own times their number before you fork.",
				Refuted:   "Workers of a lean server are cheap: choose their number by processors and isolation.",
			},
		}, needs(Py, pythonStacks)},
	},
	{
		Name: "pool-exhaustion", Sources: []string{"S1"},
		Asserts: "An executor pool can be exhausted.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "with fewer threads than requests wait at once, a pool's p99 is higher than with enough",
			Measure: &Measure{
				Metric: "p99", Arm: at("pool:size=48", fanoutAt80), Base: at("pool", fanoutAt80), Says: More, Least: ofTail, Margin: ofTail,
				Shown: []Shown{
					{"p99", at("pool:size=48", fanoutAt10), at("pool", fanoutAt10)},
					{"p99", at("pool:size=48", fanoutAt50), at("pool", fanoutAt50)},
				},
			},
			Scope: "48 threads and requests that wait 20 ms: queueing theory puts the cliff at 2400 requests a second",
			Advice: Advice{
				Supported: "Size a pool by rate × wait, refuse what exceeds it, and never submit to a pool from within it.",
				Refuted:   "This pool was large enough.",
			},
		}, needs(Py, pythonStacks)},
	},
}
