package claims

// waiting are the claims about who waits for whom: latency decides.
var waiting = []Claim{
	{
		Name: "fanout-sequential", Sources: []string{"S0"},
		Asserts: "Plain synchronous code is helpless when one request gathers from several sub-services.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "direct code on threads, which writes to all three backends before it reads from any, answers a fan-out later than callbacks on a loop do",
			Measure: &Measure{
				Metric: "p50", Arm: at("thread-c", fanout), Base: at("reactor", fanout), Says: More, Least: ofTail, Margin: ofTail,
				Shown: []Shown{
					{"p99", at("thread-c", fanout), at("reactor", fanout)},
					{"p50", at("thread-c", fanoutSeq), at("reactor", fanoutSeq)},
					{"p50", at("goroutine", fanout), at("reactor", fanout)},
					{"cpu", at("thread-c", fanout), at("reactor", fanout)},
				},
			},
			Scope: "three backends of 20 ms each, rates that no arm finds hard; asking one after the other triples the wait in every model alike",
			Advice: Advice{
				Supported: "Give gathering code a style that can wait for several things.",
				Refuted:   "Do not change the model to gather: write to all sub-services before reading from any, on whatever you have.",
			},
		}, needs(Py, pythonStacks)},
	},
	{
		Name: "blocking-driver", Sources: []string{"S0"},
		Asserts: "A driver that blocks defeats the event loop; a cooperative driver rescues it.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "on one loop, other requests' p99 is higher when 1 % of the requests block 20 ms in the handler than when they wait as long cooperatively",
			Measure: &Measure{
				Metric: "p99", Arm: at("reactor", blockInline), Base: at("reactor", blockCoop), Says: More, Least: ofTail, Margin: ofTail,
				Shown: []Shown{
					{"p99", at("coroutine", blockInline), at("coroutine", blockCoop)},
					{"p99", at("await", blockInline), at("await", blockCoop)},
					{"p99", at("thread-c", blockInline), at("reactor", blockCoop)},
					{"p99", at("hybrid", blockOffload), at("reactor", blockCoop)},
				},
			},
			Scope: "blocking calls that take a fifth of the loop's time; rarer or shorter ones hurt less",
			Advice: Advice{
				Supported: "Before you put a service on a loop, find every call that blocks; offload it or take a cooperative driver.",
				Refuted:   "At this dose a blocking driver may stay where it is.",
			},
		}, needs(Py, pythonStacks+", MariaDB, mysqlclient and a pure-Python driver")},
	},
	{
		Name: "long-sync-call", Sources: []string{"S1"},
		Asserts: "Long synchronous code blocks the loop for everybody.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "other requests' p99 is higher on one loop than on threads when 1 % of the requests block",
			Measure: &Measure{
				Metric: "p99", Arm: at("reactor", blockInline), Base: at("thread-c", blockInline), Says: More, Least: ofTail, Margin: ofTail,
				Along: &Along{Dimension: "length of the blocking call", Unit: "ms", Points: []Point{
					{1, at("reactor", blockInline1), at("thread-c", blockInline1)},
					{5, at("reactor", blockInline5), at("thread-c", blockInline5)},
					{20, at("reactor", blockInline), at("thread-c", blockInline)},
				}},
				Shown: []Shown{
					{"p99", at("multireactor", blockInline), at("thread-c", blockInline)},
					{"p99", at("pool", blockInline), at("thread-c", blockInline)},
					{"p99", at("hybrid", blockOffload), at("thread-c", blockInline)},
				},
			},
			Scope: "1 % of 1000 requests a second block; the loop has one processor",
			Advice: Advice{
				Supported: "Keep calls that block off the loop, or give each request a thread.",
				Refuted:   "Calls as short and rare as these may block the loop.",
				Depends:   "Calls that block longer than about {x} belong off the loop; shorter ones may stay.",
			},
		}, needs(Py, pythonStacks)},
	},
	{
		Name: "executor-offload", Sources: []string{"S3"},
		Asserts: "Handing long calls to an executor moves them off the loop.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "with blocking calls handed to an executor, other requests' p99 is what it is when those calls wait cooperatively",
			Measure: &Measure{
				Metric: "p99", Arm: at("hybrid", blockOffload), Base: at("hybrid", blockCoop), Says: Same, Least: ofTail, Margin: ofTail,
				Shown: []Shown{
					{"p99", at("hybrid", blockOffload), at("reactor", blockInline)},
					{"cpu", at("hybrid", blockOffload), at("hybrid", blockCoop)},
					{"p99", at("hybrid", compute), at("reactor", compute)},
				},
			},
			Scope: "an executor with room: below half of its capacity",
			Advice: Advice{
				Supported: "Offload what blocks; size the executor by rate × length and leave it half empty.",
				Refuted:   "An executor does not shield the loop here: look for what they share (a processor, a lock, a queue).",
			},
		}, needs(Py, pythonStacks)},
	},
	{
		Name: "pool-imitates-async", Sources: []string{"S4"},
		Asserts: "A thread pool imitates async for blocking code well enough.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "below its cliff, a pool of threads answers the same web work with no higher p99 than a native loop",
			Measure: &Measure{
				Metric: "p99", Arm: at("pool", fanoutAt50), Base: at("reactor", fanoutAt50), Says: Same, Least: ofTail, Margin: ofTail,
				Along: &Along{Dimension: "load, of the slowest arm's capacity", Unit: "%", Points: []Point{
					{10, at("pool", fanoutAt10), at("reactor", fanoutAt10)},
					{50, at("pool", fanoutAt50), at("reactor", fanoutAt50)},
					{80, at("pool", fanoutAt80), at("reactor", fanoutAt80)},
				}},
				Shown: []Shown{
					{"cpu", at("pool", fanoutAt50), at("reactor", fanoutAt50)},
					{"p99", at("hybrid", blockOffload), at("reactor", blockCoop)},
					{"memory", at("pool", memory), at("reactor", memory)},
				},
			},
			Scope: "as many threads as requests wait at once (rate × wait); with fewer the queue decides",
			Advice: Advice{
				Supported: "Blocking code that works may stay: give it a pool of rate × wait threads, and twice as many for bursts.",
				Refuted:   "Do not expect a loop's tail from a pool.",
				Depends:   "A pool is level with the loop up to about {x} of capacity; beyond, plan for the loop.",
			},
		}, needs(Py, pythonStacks)},
	},
	{
		Name: "sync-for-cpu", Sources: []string{"S4"},
		Asserts: "For a service that computes (inference), plain synchronous is as good.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "where 5 % of the requests compute for 2 ms, threads need no more CPU per request than a loop does",
			Measure: &Measure{
				Metric: "machine", Arm: at("thread-c", compute), Base: at("reactor", compute), Says: Same, Least: ofCPU, Margin: ofCPU,
				Shown: []Shown{
					{"cpu", at("thread-c", compute), at("reactor", compute)},
					{"p99", at("thread-c", compute), at("reactor", compute)},
					{"p99", at("hybrid", compute), at("reactor", compute)},
					{"p99", at("goroutine", compute), at("reactor", compute)},
				},
			},
			Scope: "one server processor; what computing does to the others' latency stands beside it",
			Advice: Advice{
				Supported: "Write services that compute in plain synchronous code.",
				Refuted:   "Count the CPU before you put computing on this model.",
			},
		}, needs(Py, pythonStacks)},
	},
}
