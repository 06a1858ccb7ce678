package yardstick

// Arm is a server under comparison: name, command and options.
type Arm struct {
	Name    string
	Argv    []string // argv[0] is a file in the folder of binaries
	Options string   // ASSAY_OPTIONS
}

// Pair is two servers on the same load, and what is asked of their ratio.
type Pair struct {
	Arm, Base Arm
	Conns     int
	Most      float64 // of CPU per request, arm ÷ base: the upper end of the interval; 0: only shown
	Fair      float64 // Jain's index asked of both; 0: only shown
	Often     int     // blocks where others have one, for a ratio near its bound; 0: 1
}

// The servers.
var (
	reactor      = Arm{"reactor", []string{"modeld", "reactor"}, ""}
	goroutine    = Arm{"goroutine", []string{"modeld", "goroutine"}, ""}
	thread       = Arm{"thread", []string{"modeld", "thread"}, ""}
	pool         = Arm{"pool", []string{"modeld", "pool"}, ""}
	serial       = Arm{"serial", []string{"modeld", "serial"}, ""}
	threadC      = Arm{"thread-c", []string{"thread-c"}, ""}
	barePthread  = Arm{"bare-pthread", []string{"bare-pthread"}, ""}
	gnet         = Arm{"gnet", []string{"refd", "gnet"}, ""}
	fasthttp     = Arm{"fasthttp", []string{"refd", "fasthttp"}, ""}
	fasthttpBare = Arm{"fasthttp:deadlines=off", []string{"refd", "fasthttp"}, "deadlines=off"}
	nethttp      = Arm{"nethttp", []string{"refd", "nethttp"}, ""}
	plainNet     = Arm{"plain-net", []string{"yardsticks", "plain-net"}, ""}
)

// Pairs are the comparisons of servers, echo of 13 bytes in a closed loop.
var Pairs = []Pair{
	{reactor, gnet, 64, 1.05, 0, 0},
	{reactor, gnet, 1000, 1.05, 0, 0},
	{goroutine, fasthttp, 64, 1.00, 0, 0},
	{goroutine, fasthttpBare, 64, 1.00, 0, 0},
	{goroutine, nethttp, 64, 0, 0, 0},
	{thread, threadC, 64, 1.1, 0, 2},
	{thread, threadC, 1000, 1.5, 0.99, 2},
	{threadC, barePthread, 64, 1.1, 0, 4},
	{threadC, barePthread, 1000, 0, 0, 0},
	{pool, threadC, 1000, 0, 0.99, 0},
	{serial, barePthread, 1, 0, 0, 0},
}

// Holder is a server whose memory per idle connection is taken.
type Holder struct {
	Arm  Arm
	Most float64 // bytes a connection, user part, asked for; 0: only shown
}

// Holders are the servers of the memory ladder.
var Holders = []Holder{
	{reactor, 700},
	{gnet, 0},
	{goroutine, 8 << 10},
	{plainNet, 0},
	{fasthttp, 0},
	{nethttp, 0},
	{threadC, 0},
	{barePthread, 0},
}

// Ladder is how many idle connections a server holds at each rung.
var Ladder = []int{0, 1000, 4000}

// Generator is a load generator under comparison: how to call it and how to read it.
// In Argv, {url} and {addr} stand for the target, {conns}, {rate}, {seconds}, {ms},
// {each} (rate a connection, rounded), {tmp} (a file) and {vegeta} (its path) for what they say; {seed}
// is another one in each alternation, because some of Poisson's schedules are easier to keep than others.
type Generator struct {
	Name string
	Argv []string
	// Then is a second command that reads {tmp} and prints what Read reads.
	Then []string
	Read func(out []byte) (map[string]float64, error)
}

// Closed are the generators of the closed loop; the first is ours, the second the one
// that it is held against. (ab is not among them: it speaks HTTP/1.0 and keeps a
// connection only if the server says so, which the null server does not.)
var Closed = []Generator{
	{Name: "assay", Argv: []string{"assay", "load", "{url}", "--conns", "{conns}", "--duration", "{ms}ms", "--json"}, Read: readAssay},
	{Name: "wrk", Argv: []string{"wrk", "-t1", "-c{conns}", "-d{seconds}s", "{url}"}, Read: readWrk},
	{Name: "hey", Argv: []string{"hey", "-c", "{conns}", "-z", "{seconds}s", "{url}"}, Read: readHey},
	{Name: "bombardier", Argv: []string{"bombardier", "-c", "{conns}", "-d", "{seconds}s", "-l", "-o", "json", "-p", "r", "{url}"}, Read: readBombardier},
}

// Open are the generators of the open loop. Constant arrivals, because that is what
// the others can; ours and the spinning client also with Poisson arrivals.
var Open = []Generator{
	{Name: "assay", Argv: openAssay("constant"), Read: readAssay},
	{Name: "spin", Argv: openSpin("constant"), Read: readAssay},
	{Name: "assay poisson", Argv: openAssay("poisson"), Read: readAssay},
	{Name: "spin poisson", Argv: openSpin("poisson"), Read: readAssay},
	{
		Name: "vegeta",
		Argv: []string{
			"sh", "-c",
			`echo "GET $1" | "$0" attack -rate "$2/s" -duration "$3s" -connections "$4" -workers "$4" -output "$5"`,
			"{vegeta}", "{url}", "{rate}", "{seconds}", "{conns}", "{tmp}",
		},
		Then: []string{"vegeta", "report", "-type", "json", "{tmp}"}, Read: readVegeta,
	},
	{Name: "fortio", Argv: openFortio(), Read: readFortio},
	{Name: "fortio uniform", Argv: openFortio("-uniform"), Read: readFortio},
	{Name: "bombardier", Argv: []string{"bombardier", "-r", "{rate}", "-c", "{conns}", "-d", "{seconds}s", "-l", "-o", "json", "-p", "r", "{url}"}, Read: readBombardier},
	{Name: "hey", Argv: []string{"hey", "-q", "{each}", "-c", "{conns}", "-z", "{seconds}s", "-o", "csv", "{url}"}, Read: readHeyCSV},
}

// Slipping are those whose slips are compared, in pairs of neighbours: ours, and the client that never
// sleeps. Both warm up first: trials are so short that a process's first touch of its memory, which a campaign's
// warm-up has behind it, would be one request in a hundred.
var Slipping = []Generator{
	{Name: "assay", Argv: openAssay("constant", "--warmup", "100ms"), Read: readAssay},
	{Name: "spin", Argv: openSpin("constant", "0.1"), Read: readAssay},
	{Name: "assay poisson", Argv: openAssay("poisson", "--warmup", "100ms"), Read: readAssay},
	{Name: "spin poisson", Argv: openSpin("poisson", "0.1"), Read: readAssay},
}

func openAssay(arrivals string, more ...string) []string {
	return append([]string{"assay", "load", "{url}", "--rate", "{rate}", "--arrivals", arrivals, "--conns", "{conns}", "--duration", "{ms}ms", "--seed", "{seed}", "--json"}, more...)
}

func openSpin(arrivals string, more ...string) []string {
	return append([]string{"spin", "{addr}", "/echo", "{conns}", "{rate}", "{seconds}", arrivals, "{seed}"}, more...)
}

// openFortio is fortio as it comes, its connections all starting at once, or with
// -uniform, which spreads them.
func openFortio(more ...string) []string {
	return append(append([]string{"fortio", "load"}, more...),
		"-quiet", "-qps", "{rate}", "-c", "{conns}", "-t", "{seconds}s", "-r", "0.000001", "-p", "50,90,99", "-json", "-", "{url}")
}

// rivals are the open-loop generators, as they come, whose best is to be halved.
var rivals = []string{"vegeta", "fortio", "bombardier"}
