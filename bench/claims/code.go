package claims

// workloads in which code is counted: those that wait.
var waitingWorkloads = []string{"fanout", "blocking"}

// code are the claims that counts from source decide.
var code = []Claim{
	{
		Name: "contagion", Sources: []string{"S0", "S1"},
		Asserts: "async colours the code base; callbacks tangle it.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "the same handlers nest deeper and take more functions in callback style than in direct style",
			Count: &Count{
				What: "functions", Style: "callback", Base: "direct", Workloads: waitingWorkloads, Says: More, Least: 0.10,
				Shown: []string{"lines", "nesting", "branches"},
			},
			Scope: "handlers of some dozens of lines; functions are where code is coloured, since each piece behind a wait is one",
			Advice: Advice{
				Supported: "Count on rewriting what stands above a wait when you go to callbacks.",
				Refuted:   "Callbacks need not tangle handlers of this size.",
			},
		}, needs(Py, pythonStacks+", counted from source")},
	},
	{
		Name: "callback-combine", Sources: []string{"S1"},
		Asserts: "Joining three results is easy with green threads, hard with callbacks.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "the fan-out handler takes more lines and branches in callback style than in direct style",
			Count: &Count{
				What: "lines", Style: "callback", Base: "direct", Workloads: []string{"fanout"}, Says: More, Least: 0.10,
				Shown: []string{"branches", "nesting", "state", "errors"},
			},
			Scope: "three results of one kind; the answers are the same from each style, which a test proves",
			Advice: Advice{
				Supported: "Where handlers join results, prefer direct code or futures.",
				Refuted:   "Joining three results is no reason against callbacks.",
			},
		}, needs(Py, pythonStacks+", counted from source")},
	},
	{
		Name: "callback-context", Sources: []string{"S1"},
		Asserts: "A callback cannot reach its context: everything is packed into one object.",
		Questions: []Question{{
			On:         Go,
			Hypothesis: "callback handlers carry more state by hand over their waits than direct ones",
			Count: &Count{
				What: "state", Style: "callback", Base: "direct", Workloads: waitingWorkloads, Says: More, Least: 0.10,
				Shown: []string{"names"},
			},
			Scope: "closures count as carried by hand where they are bound to an object for reuse",
			Advice: Advice{
				Supported: "Expect an object for each request in callback code, and design it.",
				Refuted:   "Closures carry the context: no object is needed.",
			},
		}, needs(Py, pythonStacks+", counted from source")},
	},
}
