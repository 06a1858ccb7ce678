package validity

// Gates is every gate, in the order in which reasons are given: first whether the
// measured thing is what it seems, then the load, the backends, the server, the machine.
var Gates = []Gate{
	{
		Name: "identity", Looks: "proofs of who answered that failed: the listening socket is the started tree's, the nonce is answered, it is alive at the end",
		Unit: Count, Suspect: None, Invalid: 0, Proof: "TestImpostor, TestServerKilled",
		Advice: "see who listens at the port (ss -ltnp) and the server's log; the figures may be another process's", of: identity,
	},
	{
		Name: "answers", Looks: "answers that were wrong, no HTTP, unasked for, or never came though the server had time",
		Unit: Count, Suspect: None, Invalid: 0, Proof: "TestWrongAnswers, TestDuplicatedAnswers, TestDroppedAnswers, TestPaddedAnswers",
		Advice: "run assay check on the server: it must give every request its one right answer", of: answers,
	},
	{
		Name: "bytes", Looks: "bytes received, compared with those of the answers, where nothing failed",
		Unit: Count, Suspect: None, Invalid: 0, Proof: "TestMiscountingGenerator",
		Advice: "the server sends more than its answers: run assay check on it", of: bytes,
	},
	{
		Name: "count", Looks: "requests that the server says it answered, compared with those sent, where nothing failed",
		Unit: Share, Suspect: 0, Invalid: None, Proof: "TestMiscountingServer",
		Advice: "somebody else asks the server too, or it counts one of its processes only, or what it did not do", of: count,
	},
	{
		Name: "on time", Looks: "open loop: requests sent within 1 ms of the schedule, those apart that waited for a free connection",
		Below: true, Suspect: .99, Invalid: .95, Proof: "TestThrottledGenerator, TestSaturatedGenerator",
		Advice: "the generator could not keep its schedule: lower --rate, or free its processor", of: onTime,
	},
	{
		Name: "achieved", Looks: "open loop: right answers ÷ requests due, where the server is not saturated",
		Below: true, Suspect: .99, Invalid: .95, Proof: "TestRefusedRequests",
		Advice: "requests failed although the server had time: see the kinds of errors and its log", of: achieved,
	},
	{
		Name: "generator busy", Looks: "open loop: busy share of the processors of the generator and the backends, polling for the next arrival left out",
		Suspect: .80, Invalid: .95, Proof: "TestSaturatedGenerator",
		Advice: "lower --rate, or give the load more processors", of: generatorBusy,
	},
	{
		Name: "headroom", Looks: "open loop: what the generator gets of a server that does nothing ÷ the rate that was asked for",
		Below: true, Unit: Plain, Suspect: 2, Invalid: 1.2, Proof: "TestRateBeyondTheGenerator",
		Advice: "the rate is near what the generator can do at all: lower --rate, or give the load a faster processor", of: headroom,
	},
	{
		Name: "arrivals", Looks: "open loop: gaps between sent requests against the schedule's, 100 µs either way (p of Kolmogorov and Smirnov, for all slices together)",
		Below: true, Unit: Plain, Suspect: .01, Invalid: None, Proof: "TestThrottledGenerator",
		Advice: "the arrivals were not those intended: lower --rate, or free the generator's processor", of: arrivals,
	},
	{
		Name: "Little's law", Looks: "closed loop: |N − X·(R+Z)| ÷ N, with Z the generator's own think time and the drain's share allowed for",
		Suspect: .02, Invalid: .10, Proof: "TestHangingUpServer",
		Advice: "connections stood idle or times are wrong: see reopened connections, and lengthen the slices", of: little,
	},
	{
		Name: "fairness", Looks: "closed loop: Jain's index of answers per connection",
		Below: true, Unit: Plain, Suspect: .95, Invalid: None, Proof: "TestUnfairServer",
		Advice: "percentiles hide the connections that were starved: see the least served one", of: fairness,
	},
	{
		Name: "backend parity", Looks: "the backends' mean service time for this arm, against the median of the arms in the block",
		Suspect: .10, Invalid: .50, Proof: "TestSlowBackend",
		Advice: "the backends were slower or faster for this arm than for the others, so its times are not its own: free their processor and repeat", of: parity,
	},
	// Arms hand their calls over in bunches of their own, which a backend serves cheaper: over the
	// clean trials of the published run the worst is 14 %.
	{
		Name: "backend utilisation", Looks: "the backends' processor time for a request of this arm, against the median of the arms in the block",
		Suspect: .25, Invalid: 1, Proof: "TestBusyBackend",
		Advice: "the backends worked for somebody else too, or dearer than for the others: see who else asks them, and repeat", of: backendBusy,
	},
	// A machine that others use too slows single slices: over 796 clean trials, the published run's and
	// those of the models' settings, 1 in 100 changes by 43 %, 1 in 200 by 49 %.
	// The bound was chosen on these very trials: others' rate is yet to be seen.
	{
		Name: "settled", Looks: "size of the greatest change for good in the course of service times against the other arms (Pettitt, p < 0.001)",
		Suspect: .50, Invalid: None, Proof: "TestColdServer",
		Advice: "the server was not in a steady state: lengthen the warm-up", of: settled,
	},
	{
		Name: "idle arm", Looks: "processor share of the server while others had the load",
		Suspect: .005, Invalid: .05, Proof: "TestRestlessServer",
		Advice: "this server works when nobody asks it, and disturbs the others: find out at what", of: idleArm,
	},
	{
		Name: "collections", Looks: "collections of the Go runtime during the slices of a thread per connection",
		Unit: Count, Suspect: 0, Invalid: None, Proof: "TestCollectingThreads",
		Advice: "stopping all threads is the collector's price, not the model's: compare with GOGC=off", of: collections,
	},
	{
		Name: "stranger", Looks: "busy share of the server's processors that is not the server's, nor its processors' falling idle and waking",
		Suspect: .10, Invalid: .30, Proof: "TestStolenProcessor",
		Advice: "another process used the server's processor: find it (top) and repeat", of: stranger,
	},
	{
		Name: "load stranger", Looks: "busy share of the load's processors that is neither the generator's nor the backends'",
		Suspect: .15, Invalid: .40, Proof: "TestStolenProcessor",
		Advice: "another process used the generator's processor: find it (top) and repeat", of: loadStranger,
	},
	// Only a host can take time away: no test injects it into real processes.
	{
		Name: "steal", Looks: "time that the hypervisor gave to others",
		Suspect: .01, Invalid: .05, Proof: "TestGates",
		Advice: "repeat when the host is quieter, or on another machine", of: steal,
	},
	{
		Name: "throttled", Looks: "time for which the control group's processor quota stopped its threads",
		Suspect: .001, Invalid: .02, Proof: "TestThrottled",
		Advice: "raise the quota (cpu.max, cpu.cfs_quota_us) of the control group that assay runs in", of: throttled,
	},
	{
		Name: "listen drops", Looks: "connections that listening sockets of the machine dropped, of the requests",
		Suspect: 0, Invalid: .01, Proof: "TestFullListenQueue",
		Advice: "the accept queue was full: raise net.core.somaxconn or the server's backlog", of: drops,
	},
	{
		Name: "retransmits", Looks: "TCP segments that the machine sent again, of the requests",
		Suspect: .0001, Invalid: .01, Proof: "TestLostSegments",
		Advice: "something on this machine loses segments: each costs its request 200 ms and more", of: retransmits,
	},
	{
		Name: "memory", Looks: "time in which some task waited for memory (pressure stall information)",
		Suspect: .01, Invalid: .10, Proof: "TestStarvedMemory",
		Advice: "the machine runs out of memory: use fewer connections, or end other programs", of: memory,
	},
	{
		Name: "hiccups", Looks: "time in which a processor did not run its real-time sentinel, mean over processors",
		Suspect: .01, Invalid: .10, Proof: "TestPausedSentinels",
		Advice: "the machine itself paused; tails of this trial may be its: repeat on a quieter machine", of: hiccups,
	},
}
