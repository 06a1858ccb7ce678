package claims

// The cells of the profile full that claims rest on, by the names that a plan gives them.
const (
	echo64       = "echo,conns=64,closed"
	echo1000     = "echo,conns=1000,closed"
	echoIdle     = "echo,conns=64,idle=1000,closed"
	fanout       = "fanout,delay=20ms,k=3,conns=128,rate=2000"
	fanoutSeq    = "fanout,delay=20ms,k=3,mode=sequential,conns=256,rate=1000"
	fanoutAt10   = "fanout,delay=20ms,k=3,conns=512,rate=10%"
	fanoutAt50   = "fanout,delay=20ms,k=3,conns=512,rate=50%"
	fanoutAt80   = "fanout,delay=20ms,k=3,conns=512,rate=80%"
	blockInline5 = "blocking,block=5ms,share=1%,via=inline,conns=128,rate=1000"
	blockInline  = "blocking,block=20ms,share=1%,via=inline,conns=128,rate=1000"
	blockInline1 = "blocking,block=1ms,share=1%,via=inline,conns=128,rate=1000"
	blockOffload = "blocking,block=20ms,share=1%,via=offload,conns=128,rate=1000"
	blockCoop    = "blocking,block=20ms,share=1%,via=cooperative,conns=128,rate=1000"
	compute      = "blocking,block=0s,cpu=2ms,share=5%,conns=64,rate=1000"
	memory       = "idle,ladder=0+1000+4000"
)

// Least effects that matter and margins of equivalence, unless a claim has its own reason:
// 5 % of CPU per request, 10 % of a percentile or of memory.
const (
	ofCPU  = 0.05
	ofTail = 0.10
)

// at is an arm in a cell.
func at(arm, cell string) Place { return Place{arm, cell} }

// needs is a question that waits for something.
func needs(on Stack, what string) Question { return Question{On: on, Needs: what} }

// What is missing, in the same words everywhere.
const (
	pythonStacks = "the documents' own Python stacks behind the server contract (models/external/python)"
	pipeline     = "the workload pipeline (messages from JetStream, save and restart, ack)"
	churnTLS     = "TLS on outgoing calls and the workload churn"
)
