package conformance

import "slices"

// Case is one thing that every server must do.
type Case struct {
	Name  string // group/name
	Doc   string // one line: what the server owes
	Needs Needs
	Run   func(t *T) // fails by t.Fatalf; returns when the server has done as it must
}

// Needs is what a case needs of the process it runs against. Cases of equal
// needs share a process, unless they end it.
type Needs struct {
	Workload    string // which the process serves; "" means echo
	Options     string // name=value,… it is started with
	Conns       int    // connections open at a time; 0 means 1
	Descriptors uint64 // RLIMIT_NOFILE of the process; 0: no bound of the case's own
	Scripted    bool   // the backends are those of script.go
	Isolation   bool   // a handler's fault must stay that request's own
	Own         bool   // the case ends or spoils the process
	None        bool   // the case starts its processes itself
}

// Cases is the table of all cases. Neighbours that can share a process stand together.
var Cases = slices.Concat(
	contractCases,
	exampleCases,
	framingCases,
	persistenceCases,
	methodCases,
	expectCases,
	malformedCases,
	smugglingCases,
	limitCases,
	flowCases,
	crowdCases,
	deadlineCases,
	faultCases,
	backendCases,
	backendDeadlineCases,
	backendOwnCases,
	scriptedCases,
	overloadCases,
	drainCases,
	exhaustionCases,
)

// key is what two cases must have in common to share a process.
type key struct {
	workload, options string
	descriptors       uint64
	scripted          bool
}

func (n *Needs) key() key {
	k := key{n.Workload, n.Options, n.Descriptors, n.Scripted}
	if k.workload == "" {
		k.workload = "echo"
	}
	return k
}
